import pytest
from hypothesis import given
from hypothesis import strategies as st

from nilometer.checkers.producer_window import WINDOW, Kind, ProducerWindow, Sequences
from nilometer_reference.wire.records import SEQUENCE_MAX


def window(*counts: int, epoch: int = 0, first: int = 0) -> ProducerWindow:
    """Batches of these record counts, appended one after the other at offsets 0, 1, 2 …"""
    made = ProducerWindow()
    for offset, count in enumerate(counts):
        made.append(Sequences.of(epoch, made.next_sequence if made.window else first, count), offset)
    return made


@pytest.mark.parametrize(
    ("batch", "kind"),
    [
        (Sequences.of(0, 7, 1), Kind.APPEND),  # the next one
        (Sequences.of(0, 8, 1), Kind.OUT_OF_ORDER),  # a gap
        (Sequences.of(0, 6, 1), Kind.DUPLICATE),  # the newest
        (Sequences.of(0, 2, 1), Kind.DUPLICATE),  # the oldest of the window
        (Sequences.of(0, 1, 1), Kind.OLD),  # one more
        (Sequences.of(0, 0, 1), Kind.OLD),
        (Sequences.of(0, 6, 2), Kind.OUT_OF_ORDER),  # overlaps the newest
        (Sequences.of(0, 5, 2), Kind.OUT_OF_ORDER),  # two known ones as one
        (Sequences.of(1, 0, 1), Kind.APPEND),  # a new epoch
        (Sequences.of(1, 7, 1), Kind.OUT_OF_ORDER),  # a new epoch in the middle
    ],
)
def test_each_row_of_the_table_after_seven_batches(batch, kind):
    assert window(*[1] * 7).expect(batch).kind is kind


def test_an_older_epoch_is_fenced_even_when_its_numbers_are_known():
    made = window(1, 1, epoch=3)
    assert made.expect(Sequences.of(2, 0, 1)).kind is Kind.FENCED
    assert made.expect(Sequences.of(2, 2, 1)).kind is Kind.FENCED


def test_without_state_a_producer_begins_anywhere():
    assert ProducerWindow().expect(Sequences.of(4, 1_234, 1)).kind is Kind.APPEND


def test_a_duplicate_is_answered_with_its_own_offset():
    made = window(2, 1, 1)
    assert made.expect(Sequences.of(0, 2, 1)).base_offset == 1


def test_a_new_epoch_forgets_the_batches_of_the_old_one():
    made = window(1, 1)
    made.append(Sequences.of(1, 0, 1), 9)
    assert [batch.epoch for batch, _ in made.window] == [1]
    assert made.next_sequence == 1
    assert made.expect(Sequences.of(0, 1, 1)).kind is Kind.FENCED


def test_after_the_last_sequence_comes_0():
    made = window(1, 3, first=SEQUENCE_MAX - 1)
    assert made.next_sequence == 2
    crossing = Sequences.of(0, SEQUENCE_MAX, 3)
    assert (crossing.first, crossing.last) == (SEQUENCE_MAX, 1)
    assert made.expect(crossing).kind is Kind.DUPLICATE
    assert made.expect(Sequences.of(0, 2, 1)).kind is Kind.APPEND
    assert made.expect(Sequences.of(0, 3, 1)).kind is Kind.OUT_OF_ORDER


@given(st.lists(st.integers(1, 5), min_size=1, max_size=12), st.integers(0, SEQUENCE_MAX))
def test_exactly_the_last_five_batches_are_duplicates(counts, first):
    made = window(*counts, first=first)
    for position, (batch, offset) in enumerate(made.appended):
        expected = made.expect(batch)
        young = position >= len(counts) - WINDOW
        assert expected.kind is (Kind.DUPLICATE if young else Kind.OLD)
        assert expected.base_offset == (offset if young else None)
