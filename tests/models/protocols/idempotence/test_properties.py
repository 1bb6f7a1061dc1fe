"""Each promise tells good states from bad ones; witnesses are reached."""

from __future__ import annotations

import pytest

from nilometer_models.explore import explore
from nilometer_models.protocols.idempotence import MACHINE, model
from nilometer_models.protocols.idempotence.state import Client, Producer, Remembered, Request, State, View

GOOD = (Request(1, 0, 0), Request(2, 0, 1))


def view(**changes: object) -> View:
    small = model(batches=3)
    state: State = next(small.initial())._replace(
        log=GOOD, replicated=2, producer=Producer(0, (Remembered(0, 0), Remembered(1, 1))), client=Client(0, 2, 1, 2)
    )
    return View(small.config, state._replace(**changes))


def test_a_good_state_breaks_nothing() -> None:
    good = view(acked=(0, 1, -1))
    assert all(claim.claim(good) for claim in MACHINE.invariants.values())


@pytest.mark.parametrize(
    ("broken", "changes"),
    [
        ("no_duplicate", {"log": (*GOOD, Request(1, 1, 0))}),
        ("order_kept", {"log": (GOOD[1], GOOD[0])}),
        ("no_hole", {"log": GOOD[1:]}),
        ("acked_at_its_offset", {"acked": (1, -1, -1)}),
        ("acked_at_its_offset", {"acked": (0, 1, -1), "replicated": 1}),
        ("state_is_fold_of_log", {"producer": None}),
        ("epochs_never_fall_along_log", {"log": (Request(1, 1, 0), Request(2, 0, 1))}),
        ("bump_means_forgotten", {"client": Client(epoch=1)}),
    ],
)
def test_an_invariant_sees_what_it_is_there_for(broken: str, changes: dict[str, object]) -> None:
    assert not MACHINE.invariants[broken].claim(view(**changes))


def test_a_state_that_moves_without_the_log_is_seen() -> None:
    claim = MACHINE.step_properties["state_moves_with_log"].claim
    assert claim(view(), view())
    assert not claim(view(), view(producer=None))
    assert claim(view(), view(producer=None, forgotten=2))


def test_every_witness_is_reached_somewhere_small() -> None:
    reached: set[str] = set()
    for bounds in (
        {"failures": 1},
        {"batches": 2, "evictions": 1, "bumps": 1, "max_epoch": 2},
        {"batches": 5, "modulus": 4, "breaks": 0},
    ):
        reached |= set(explore(model(**bounds)).witnesses)
    assert reached == set(MACHINE.witnesses)
