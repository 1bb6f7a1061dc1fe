"""The model and the proof side by side."""

from __future__ import annotations

import pytest

from nilometer_models.protocols.transactions import model
from nilometer_models.protocols.transactions.proof import PROOF
from nilometer_models.protocols.transactions.proof_lockstep import NONE, epochs, identity, lockstep, structure
from nilometer_models.protocols.transactions.state import Config

CHECK = lockstep(PROOF.theory)


def test_every_step_of_the_model_is_a_step_of_the_proof() -> None:
    walk = CHECK.run(model(1, 2, 1, reloads=1, lost_answers=1))
    assert walk.exhausted
    assert not walk.gaps
    assert walk.fired["WriteLateCommit"]


@pytest.mark.parametrize(
    ("rules", "gap"),
    [
        ({"version": 1}, "the proof has no SendAdd"),
        ({"verification": False}, "guard verification"),
        ({"timeout_fences": False}, "guard timeout_fences"),
        ({"begin_is_written": False}, "ongoing of 1 is True in the proof and False in the model"),
        ({"completed_once": False}, "Complete: guard preparing"),
    ],
)
def test_a_model_with_other_rules_has_a_gap(rules: dict[str, int], gap: str) -> None:
    walk = CHECK.run(model(1, 1, 2, timeouts=1, reloads=1).with_rules(**rules), gaps_max=1)
    assert gap in walk.gaps[0]


def test_epochs_are_in_the_order_in_which_they_are_handed_out() -> None:
    found = epochs(Config(epochs_used=32_766))
    assert found[:4] == (NONE, (1, 32_766), (1, 32_767), (2, 0))
    assert list(found) == sorted(found)
    assert identity(1, -1) == NONE


def test_a_state_is_translated() -> None:
    instance = model()
    tables = structure(instance.config, next(instance.initial())).tables
    assert tables["current"] == {1: NONE}
    assert not tables["ongoing"]
