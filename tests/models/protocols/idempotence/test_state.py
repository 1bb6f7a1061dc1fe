"""The verdict table, the window, and the producer's state as a fold of the log."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nilometer_models.protocols.idempotence.state import (
    NOTHING,
    Config,
    Producer,
    Remembered,
    Request,
    Rules,
    State,
    View,
    fold,
    initial,
    remember,
    successor,
    verdict,
)

C = Config(window=2, modulus=4)
KNOWN = Producer(3, (Remembered(2, 6), Remembered(3, 7)))
"""Epoch 3; the last two batches have the sequences 2 and 3, at the offsets 6 and 7."""


def knowing(producer: Producer | None, c: Config = C) -> State:
    log = tuple(Request(batch, 3, (batch - 1) % 4) for batch in range(1, 9))
    return next(initial(c))._replace(producer=producer, log=log)


def judged(epoch: int, sequence: int, producer: Producer | None = KNOWN, **rules: bool) -> tuple[str, int]:
    c = C._replace(rules=Rules(**rules))
    return verdict(c, knowing(producer, c), Request(9, epoch, sequence))


@pytest.mark.parametrize(
    ("epoch", "sequence", "expected"),
    [
        (2, 0, "old_epoch"),  # also where the sequence would be the next one
        (3, 3, "duplicate"),
        (3, 2, "duplicate"),
        (3, 0, "appended"),  # 0 follows the last sequence
        (3, 1, "out_of_order"),  # a gap, or from before the window
        (4, 0, "appended"),
        (4, 1, "out_of_order"),
    ],
)
def test_rows_of_the_verdict_table(epoch: int, sequence: int, expected: str) -> None:
    assert judged(epoch, sequence)[0] == expected


def test_a_duplicate_has_the_offset_of_then() -> None:
    assert judged(3, 2) == ("duplicate", 6)
    assert judged(3, 2, duplicate_has_its_offset=False) == ("duplicate", 8)


def test_a_producer_without_state_starts_at_zero_or_in_kafka_anywhere() -> None:
    assert judged(3, 0, None)[0] == "appended"
    assert judged(3, 1, None)[0] == "out_of_order"
    assert judged(3, 1, None, unknown_starts_at_zero=False)[0] == "appended"


@pytest.mark.parametrize(
    ("rule", "epoch", "sequence", "expected"),
    [
        ("deduplicates", 3, 3, "out_of_order"),
        ("gaps_refused", 3, 1, "appended"),
        ("sequence_wraps", 3, 0, "out_of_order"),
        ("epoch_fenced", 2, 0, "appended"),
        ("new_epoch_starts_at_zero", 4, 1, "appended"),
    ],
)
def test_each_rule_is_read_in_one_row(rule: str, epoch: int, sequence: int, expected: str) -> None:
    assert judged(epoch, sequence, **{rule: False})[0] == expected
    rows = [(e, s) for e in (2, 3, 4) for s in range(4) if judged(e, s)[0] != judged(e, s, **{rule: False})[0]]
    assert (epoch, sequence) in rows
    assert len({e for e, _ in rows}) == 1


LOGS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3)), max_size=6).map(
    lambda entries: tuple(
        Request(batch, epoch, sequence) for batch, (epoch, sequence) in enumerate(sorted(entries), start=1)
    )
)


@given(LOGS)
def test_remembering_one_by_one_is_the_fold_of_the_log(log: tuple[Request, ...]) -> None:
    known = None
    for offset, request in enumerate(log):
        known = remember(C, known, request, offset)
    assert known == fold(C, log, 0)


@given(LOGS, st.integers(0, 6))
def test_what_is_forgotten_is_not_folded(log: tuple[Request, ...], forgotten: int) -> None:
    known = fold(C, log, forgotten)
    if known is None:
        assert forgotten >= len(log)
    else:
        assert 1 <= len(known.batches) <= C.window
        assert all(forgotten <= batch.offset < len(log) for batch in known.batches)


def test_a_new_epoch_begins_a_new_window() -> None:
    assert remember(C, KNOWN, Request(9, 4, 0), 8) == Producer(4, (Remembered(0, 8),))


def test_the_successor_wraps() -> None:
    assert successor(C, 3) == 0
    assert successor(C._replace(rules=Rules(sequence_wraps=False)), 3) == 4


def test_a_view_answers_for_places_where_nothing_is() -> None:
    view = View(C, knowing(None))
    assert [view.in_log(offset) for offset in (-1, 0, 7, 8)] == [False, True, True, False]
    assert view.batch_at(NOTHING) == 0
    assert not view.acked(1)
