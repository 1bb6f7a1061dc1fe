"""The model and the proof side by side."""

from __future__ import annotations

import pytest

from nilometer_models.machine import Instance
from nilometer_models.protocols.idempotence import MACHINE, Config, model
from nilometer_models.protocols.idempotence.proof import SMALL
from nilometer_models.protocols.idempotence.proof_lockstep import lockstep, matters, numbers, requests, structure
from nilometer_models.protocols.idempotence.state import InFlight, Producer, Remembered
from nilometer_models.prover.lockstep import NotTranslated
from tests.models.protocols.idempotence.test_client import run

C = Config(batches=2, modulus=4)


def test_every_step_of_the_model_is_a_step_of_the_proof() -> None:
    walk = lockstep(SMALL.theory).run(Instance(MACHINE, C))
    assert walk.exhausted
    assert not walk.gaps
    assert (walk.pairs, walk.steps) == (98, 180)


def test_a_state_becomes_tables() -> None:
    made = structure(C, run(model(batches=2, modulus=4), "Send", "Send", "Deliver 1"))
    assert made.tables["sent"][()] == 2
    assert made.tables["log_batch"][0] == 1
    assert made.tables["flight_sequence"][2] == 1
    assert made.tables["is_success"] == {0}
    assert matters(made) == made


def test_numbers_begin_with_zero_and_reach_beyond_what_occurs() -> None:
    assert numbers(C)[0] == 0
    assert {-2, -1, 5} <= set(numbers(C))
    assert len(set(requests(C).values())) == len(requests(C))


def test_what_the_proof_cannot_say_is_a_gap() -> None:
    state = next(model(batches=2, modulus=4).initial())
    with pytest.raises(NotTranslated, match="end of the log"):
        structure(C, state._replace(producer=Producer(0, (Remembered(0, 1),))))
    with pytest.raises(NotTranslated, match="another epoch"):
        structure(C, state._replace(in_flight=(InFlight(1, 1, 0, awaiting=True),)))
