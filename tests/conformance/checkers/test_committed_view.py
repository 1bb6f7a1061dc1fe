import pytest
from hypothesis import given
from hypothesis import strategies as st

from nilometer.checkers.committed_view import delivered, markers_in, transactions_in
from nilometer_reference.wire.messages.fetch import AbortedTransaction
from nilometer_reference.wire.record_encoding import Record, encode_batch, encode_end_transaction_marker
from nilometer_reference.wire.records import Batch


class Log:
    """A partition's batches, written one after the other."""

    def __init__(self):
        self.batches = []
        self.end = 0

    def data(self, producer_id=-1, count=1, epoch=0, transactional=True):
        records = [Record(-1, 0, None, f"{producer_id}.{self.end + index}".encode()) for index in range(count)]
        known = producer_id >= 0
        self._add(
            encode_batch(
                records, base_offset=self.end, producer_id=producer_id, producer_epoch=epoch if known else -1,
                base_sequence=0 if known else -1, transactional=known and transactional,
            ),
            count,
        )  # fmt: skip
        return self

    def marker(self, producer_id, commit, epoch=0, coordinator_epoch=0):
        self._add(
            encode_end_transaction_marker(producer_id, epoch, coordinator_epoch, commit, 0, base_offset=self.end), 1
        )
        return self

    def _add(self, data, count):
        self.batches.append(Batch.parse(data))
        self.end += count


def offsets(log, aborted, start=0):
    entries = [AbortedTransaction(producer_id, first) for producer_id, first in aborted]
    return [one.offset for one in delivered(log.batches, entries, start)]


def test_without_entries_everything_but_markers_passes():
    log = Log().data(1).data().marker(1, False).data(2, 2)
    assert offsets(log, []) == [0, 1, 3, 4]


def test_an_entry_drops_its_producer_until_the_abort_marker():
    log = Log().data(1, 2).data().data(2).marker(1, False).data(1)
    assert offsets(log, [(1, 0)]) == [2, 3, 5]


def test_an_entry_is_not_active_before_its_first_offset():
    log = Log().data(1).marker(1, True).data(1).marker(1, False)
    assert offsets(log, [(1, 2)]) == [0]


def test_a_commit_marker_does_not_end_an_abort():
    """brod #659: a client that dropped the producer at any marker delivered later aborted records."""
    log = Log().data(1).marker(1, False).data(1).marker(1, True).data(1).marker(1, False)
    assert offsets(log, [(1, 0), (1, 4)]) == [2]


def test_a_batch_outside_a_transaction_passes_whatever_its_producer_did():
    log = Log().data(1).data(1, transactional=False).marker(1, False)
    assert offsets(log, [(1, 0)]) == [1]


def test_records_below_the_fetch_offset_are_left_out():
    log = Log().data(1, 3).marker(1, True)
    assert offsets(log, [], start=2) == [2]


def test_an_untrue_entry_hides_committed_records():
    log = Log().data(1).marker(1, True)
    assert offsets(log, [(1, 0)]) == []


def test_markers_carry_epochs_and_the_decision():
    log = Log().data(5, epoch=3).marker(5, True, epoch=4, coordinator_epoch=9)
    (marker,) = markers_in(log.batches)
    assert (marker.offset, marker.producer_id, marker.producer_epoch) == (1, 5, 4)
    assert marker.commit
    assert marker.coordinator_epoch == 9
    assert str(marker) == "commit marker of producer 5 epoch 4, coordinator epoch 9, at 1"


def test_transactions_are_data_up_to_the_next_marker_of_their_producer():
    log = Log().data(1).data(2, 2).data(1).marker(2, False).marker(1, True).data(2)
    first, second, third = transactions_in(log.batches)
    assert (first.producer_id, first.offsets, first.marker.commit) == (1, (0, 3), True)
    assert (second.producer_id, second.offsets, second.marker.commit) == (2, (1, 2), False)
    assert (third.producer_id, third.offsets, third.marker) == (2, (6,), None)


ACTIONS = st.lists(st.tuples(st.integers(0, 2), st.sampled_from(["write", "commit", "abort", "plain"])), max_size=30)


@given(ACTIONS, st.integers(0, 40))
def test_with_true_entries_exactly_the_committed_records_pass(actions, start):
    log, open_, aborted, expected = Log(), {}, [], []
    for producer_id, what in actions:
        if what == "plain":
            expected.append(log.end)
            log.data()
        elif what == "write":
            open_.setdefault(producer_id, []).append(log.end)
            log.data(producer_id)
        elif producer_id in open_:
            written = open_.pop(producer_id)
            if what == "commit":
                expected += written
            else:
                aborted.append((producer_id, written[0]))
            log.marker(producer_id, what == "commit")
    for producer_id, written in open_.items():
        expected += written
        log.marker(producer_id, True)
    below = [batch for batch in log.batches if batch.header.last_offset >= start]
    ended_before_start = [one for one in aborted if not _ends_behind(log, one, start)]
    entries = [AbortedTransaction(*one) for one in aborted if one not in ended_before_start]
    assert [one.offset for one in delivered(below, entries, start)] == sorted(at for at in expected if at >= start)


def _ends_behind(log, entry, start):
    producer_id, first = entry
    ends = [one.offset for one in markers_in(log.batches) if one.producer_id == producer_id and one.offset > first]
    return min(ends) >= start


@pytest.mark.parametrize("entries", [None, []])
def test_a_null_list_is_an_empty_list(entries):
    assert [one.offset for one in delivered(Log().data(1).batches, entries, 0)] == [0]
