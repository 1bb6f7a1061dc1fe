"""Every property is false of some state: a claim that cannot fail says nothing."""

from __future__ import annotations

from nilometer_models.protocols.compaction import MACHINE
from nilometer_models.protocols.compaction.state import NEVER, Config, State, View
from tests.models.protocols.compaction.test_state import state

CONFIG = Config()


def holds(name: str, made: State) -> bool:
    return bool(MACHINE.invariants[name].claim(View(CONFIG, made)))


def without(made: State, *offsets: int) -> State:
    return made._replace(log=tuple(batch for batch in made.log if batch.offset not in offsets))


def test_a_log_that_nobody_cleaned_keeps_every_promise() -> None:
    made = state("vtdAdCv")._replace(live=frozenset({1}))
    assert all(holds(name, made) for name in MACHINE.invariants)


def test_each_loss_breaks_its_promise() -> None:
    assert not holds("view_kept", without(state("vv"), 1))
    assert holds("view_kept", without(state("vt"), 0, 1))
    assert not holds("log_end_kept", without(state("vt"), 1))
    assert not holds("markers_outlive_data", without(state("dCv"), 1))
    assert not holds("no_transaction_hangs", without(state("dCv"), 1))
    assert not holds("aborted_stays_invisible", without(state("dAv"), 1))
    assert not holds("deduplication_state_kept", without(state("dCv"), 0)._replace(live=frozenset({1})))
    shifted = state("vt")
    assert not holds("survivors_keep_identity", shifted._replace(log=(shifted.log[1]._replace(offset=0),)))


def test_only_a_reader_in_time_is_promised_to_see_deletions() -> None:
    made = state("vt")
    stale = made._replace(reader=made.reader._replace(started=0, position=2, seen=(0,)))
    assert not holds("timely_reader_sees_delete", stale)
    assert holds("timely_reader_sees_delete", stale._replace(now=CONFIG.retention))
    assert holds("timely_reader_sees_delete", made._replace(reader=made.reader._replace(started=NEVER)))


def test_what_is_above_the_bound_may_not_be_touched() -> None:
    claim = MACHINE.step_properties["nothing_touched_above_bound"].claim
    before = state("vv", high_watermark=1)._replace(segments=frozenset({0, 2}))
    assert claim(View(CONFIG, before), View(CONFIG, without(before, 0)))
    assert not claim(View(CONFIG, before), View(CONFIG, without(before, 1)))
