"""Every property is false of some state: a claim that cannot fail says nothing."""

from __future__ import annotations

from typing import Any

from nilometer_models.protocols.metadata_quorum import MACHINE
from nilometer_models.protocols.metadata_quorum.state import Config, State, View, initial, with_replica
from tests.models.protocols.metadata_quorum.test_state import log

CONFIG = Config(begun=True)
START = next(initial(CONFIG))


def holds(name: str, made: State) -> bool:
    return bool(MACHINE.invariants[name].claim(View(CONFIG, made)))


def step(name: str, before: State, after: State) -> bool:
    return bool(MACHINE.step_properties[name].claim(View(CONFIG, before), View(CONFIG, after)))


def changed(r: int, **fields: Any) -> State:
    return with_replica(START, r, **fields)


def test_the_first_state_keeps_every_promise() -> None:
    assert all(holds(name, START) for name in MACHINE.invariants)
    assert all(step(name, START, START) for name in MACHINE.step_properties)


def test_each_promise_can_be_broken() -> None:
    assert not holds("one_leader_per_epoch", changed(2, role="leader"))
    assert not holds("log_matching", changed(2, log=log(1)))
    assert not holds("leader_completeness", START._replace(committed=log(1)))
    assert not holds("majority_of_voters_has_high_watermark", changed(1, high_watermark=1))
    assert not holds(
        "only_voters_campaign", START._replace(replicas=(*START.replicas, changed(1, role="candidate").replicas[0]))
    )
    assert not holds("snapshot_ends_at_log_start", changed(1, start=1))
    assert not holds("image_is_fold_of_log", changed(1, high_watermark=1))


def test_each_step_can_be_wrong() -> None:
    marked = changed(1, high_watermark=1)
    assert not step("high_watermark_never_falls", marked, START)
    assert step("high_watermark_never_falls", marked, START._replace(crashes=1))
    assert not step("committed_prefix_immutable", START._replace(committed=log(1)), START._replace(committed=log(2)))
    assert not step("epochs_grow", changed(2, epoch=2), START)
    assert not step("epochs_grow", START, changed(2, voted=2))


def test_a_cut_off_leader_must_step_down() -> None:
    claim = MACHINE.leading_to["a_cut_off_leader_steps_down"].claim
    assert claim(View(CONFIG, START._replace(cut=frozenset({1})))) == (True, False)
    assert claim(View(CONFIG, START._replace(cut=frozenset({2})))) == (False, True)
