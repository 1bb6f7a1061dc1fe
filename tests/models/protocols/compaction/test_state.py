"""What follows from a log: transactions, the last stable offset, what is known about a producer."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nilometer_models.protocols.compaction.state import (
    NEVER,
    Batch,
    Config,
    Entry,
    Rules,
    State,
    active_segment,
    initial,
    is_aborted,
    is_value,
    last_stable_offset,
    latest_committed,
    producer_state,
    segment_of,
    uncleaned,
)

CONFIG = Config()
BATCHES = {
    "v": Entry("value", 1, 0, 0),
    "t": Entry("tombstone", 1, 0, 0),
    "d": Entry("value", 1, 1, 0),
    "C": Entry("commit", 0, 1, 0),
    "A": Entry("abort", 0, 1, 0),
}
"""Plain value and tombstone, data of producer 1 and its markers."""


def state(history: str, high_watermark: int | None = None) -> State:
    """`vdA` is a plain value, data of producer 1, and its abort."""
    made = next(initial(CONFIG))._replace(history=tuple(BATCHES[letter] for letter in history))
    return made._replace(high_watermark=len(history) if high_watermark is None else high_watermark, log=uncleaned(made))


def test_the_last_stable_offset_waits_for_replicated_markers() -> None:
    assert last_stable_offset(state("vdv")) == 1
    assert last_stable_offset(state("vdCv")) == 4
    assert last_stable_offset(state("vdCv", high_watermark=2)) == 1
    assert last_stable_offset(state("vdCv", high_watermark=1)) == 1


@given(st.text("vtdCA", max_size=6), st.integers(0, 6))
def test_the_last_stable_offset_is_within_the_high_watermark(history: str, high_watermark: int) -> None:
    made = state(history, min(high_watermark, len(history)))
    assert last_stable_offset(made) <= made.high_watermark


def test_the_next_marker_of_its_producer_decides_about_a_record() -> None:
    made = state("dAdCv")
    assert [is_aborted(made.log, batch) for batch in made.log] == [True, False, False, False, False]


def test_aborted_and_open_records_are_no_latest_value() -> None:
    assert latest_committed(state("vdA"), 1) == 0
    assert latest_committed(state("vdC"), 1) == 1
    assert latest_committed(state("vd"), 1) == 0
    assert latest_committed(state("dA"), 1) == NEVER
    assert [is_value(state("vt"), offset) for offset in (0, 1)] == [True, False]


def test_a_producer_is_known_by_its_epoch_its_last_batch_and_what_is_open() -> None:
    assert producer_state(CONFIG, state("ddCd").log, 1) == (0, 3, 3)
    assert producer_state(CONFIG, state("dC").log, 1) == (0, 0, None)
    assert producer_state(CONFIG, state("v").log, 1) == (NEVER, None, None)


def test_a_new_epoch_forgets_the_last_batch() -> None:
    log = (Batch(0, BATCHES["d"], False, NEVER), Batch(1, BATCHES["A"]._replace(epoch=1), False, NEVER))
    assert producer_state(CONFIG, log, 1) == (1, None, None)


def test_an_emptied_marker_tells_its_epoch_to_those_who_look() -> None:
    log = (Batch(1, BATCHES["A"]._replace(epoch=1), True, NEVER),)
    assert producer_state(CONFIG, log, 1).epoch == 1
    assert producer_state(Config(rules=Rules(empty_marker_keeps_epoch=False)), log, 1).epoch == NEVER


def test_an_offset_is_in_the_segment_that_begins_before_it() -> None:
    made = state("vvvv")._replace(segments=frozenset({0, 2, 4}))
    assert [segment_of(made, offset) for offset in range(5)] == [0, 0, 2, 2, 4]
    assert active_segment(made) == 4
