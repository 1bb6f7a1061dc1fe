"""The table of the module row by row (measured on Apache Kafka), then all histories."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nilometer_reference.log.errors import (
    InvalidProducerEpoch,
    InvalidTxnState,
    OutOfOrderSequence,
    TransactionCoordinatorFenced,
)
from nilometer_reference.log.producer_state import BatchMemory, CompletedTransaction, ProducerState
from nilometer_reference.wire.record_errors import RecordError
from nilometer_reference.wire.records import SEQUENCE_MAX

P = 7


class Partition:
    """A producer state and the offset that the next batch gets."""

    def __init__(self) -> None:
        self.state = ProducerState()
        self.offset = 0

    def put(
        self, sequence: int, count: int = 1, *, epoch: int = 0, producer_id: int = P, transactional: bool = False,
        now_ms: int = 0, from_client: bool = True, at_zero: bool = False,
    ) -> int:  # fmt: skip
        """Check, then apply; the base offset that is answered."""
        before = self.state.encode()
        memory = self.state.check_batch(
            producer_id, epoch, sequence, count, transactional=transactional, from_client=from_client,
            new_producer_starts_at_zero=at_zero,
        )  # fmt: skip
        assert self.state.encode() == before
        if memory is not None:
            return memory.base_offset
        base_offset, self.offset = self.offset, self.offset + count
        self.state.apply_batch(
            producer_id, epoch, sequence, base_offset, self.offset - 1, timestamp=now_ms, transactional=transactional
        )  # fmt: skip
        return base_offset

    def end(
        self, *, commit: bool = True, epoch: int = 0, coordinator_epoch: int = 0, producer_id: int = P, now_ms: int = 0,
        version: int = 1,
    ) -> CompletedTransaction | None:  # fmt: skip
        self.state.check_marker(producer_id, epoch, coordinator_epoch, version)
        offset, self.offset = self.offset, self.offset + 1
        return self.state.apply_marker(producer_id, epoch, coordinator_epoch, offset, timestamp=now_ms, commit=commit)


@pytest.fixture
def partition() -> Partition:
    return Partition()


# What a client may send


def test_the_next_sequence_is_appended(partition: Partition) -> None:
    assert [partition.put(0, 3), partition.put(3, 2), partition.put(5)] == [0, 3, 5]


def test_a_producer_without_state_may_begin_anywhere_and_then_counts_on(partition: Partition) -> None:
    assert partition.put(41, 2) == 0
    assert partition.put(43) == 2
    with pytest.raises(OutOfOrderSequence):
        partition.put(0)


def test_with_transaction_version_2_a_new_producer_begins_at_zero(partition: Partition) -> None:
    with pytest.raises(OutOfOrderSequence, match=r"begins with base_sequence=41, not 0"):
        partition.put(41, at_zero=True)
    assert partition.put(0, at_zero=True) == 0


@pytest.mark.parametrize("ago", [1, 2, 3, 4, 5])
def test_a_retry_of_one_of_the_last_five_is_answered_with_its_offset(partition: Partition, ago: int) -> None:
    offsets = [partition.put(2 * index, 2) for index in range(8)]
    assert partition.put(2 * (8 - ago), 2) == offsets[-ago]
    assert partition.put(16) == 16


def test_the_sixth_last_batch_is_refused_and_nothing_changes(partition: Partition) -> None:
    for index in range(7):
        partition.put(index)
    with pytest.raises(OutOfOrderSequence):
        partition.put(1)
    assert partition.put(7) == 7


@pytest.mark.parametrize(("sequence", "count"), [(3, 1), (2, 1), (0, 3), (1, 3), (4, 3)])
def test_an_overlap_in_part_is_refused(partition: Partition, sequence: int, count: int) -> None:
    partition.put(0, 2)
    partition.put(2, 2)
    partition.put(4, 2)
    with pytest.raises(OutOfOrderSequence):
        partition.put(sequence, count)
    assert partition.put(6) == 6


def test_a_gap_is_refused_and_a_right_batch_follows(partition: Partition) -> None:
    partition.put(0)
    with pytest.raises(OutOfOrderSequence, match="base_sequence=2 after 0"):
        partition.put(2)
    assert partition.put(1) == 1


def test_a_higher_epoch_begins_at_zero_and_takes_over(partition: Partition) -> None:
    partition.put(0)
    partition.put(1)
    with pytest.raises(OutOfOrderSequence, match="begins producer_epoch=1 with base_sequence=2, not 0"):
        partition.put(2, epoch=1)
    assert partition.put(0, epoch=1) == 2
    with pytest.raises(InvalidProducerEpoch, match="sends producer_epoch=0, its newest epoch is 1"):
        partition.put(2)
    assert partition.put(1, epoch=1) == 3


def test_the_window_is_of_one_epoch(partition: Partition) -> None:
    partition.put(0)
    partition.put(0, epoch=1)
    assert partition.put(0, epoch=1) == 1  # the retry is that of epoch 1
    with pytest.raises(InvalidProducerEpoch):
        partition.put(0)


def test_sequences_wrap_and_a_batch_may_cross_the_border(partition: Partition) -> None:
    assert partition.put(SEQUENCE_MAX) == 0
    assert partition.put(0) == 1
    other = Partition()
    assert other.put(SEQUENCE_MAX - 1, 4) == 0
    assert other.put(SEQUENCE_MAX - 1, 4) == 0  # a retry across the border
    with pytest.raises(OutOfOrderSequence):
        other.put(3)
    assert other.put(2) == 4


def test_producers_do_not_disturb_each_other(partition: Partition) -> None:
    partition.put(0)
    partition.put(17, producer_id=8)
    assert [partition.put(1), partition.put(18, producer_id=8)] == [2, 3]


def test_the_coordinators_batches_have_no_sequences_only_epochs(partition: Partition) -> None:
    assert [partition.put(-1, from_client=False, transactional=True, epoch=1) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(InvalidProducerEpoch):
        partition.put(-1, from_client=False, transactional=True)


# Transactions


def test_a_plain_batch_inside_a_transaction_is_refused(partition: Partition) -> None:
    partition.put(0, transactional=True)
    with pytest.raises(InvalidTxnState):
        partition.put(1)
    assert partition.put(1, transactional=True) == 1


def test_a_wrong_sequence_is_told_before_a_wrong_state(partition: Partition) -> None:
    partition.put(0, transactional=True)
    with pytest.raises(OutOfOrderSequence):
        partition.put(5)


@pytest.mark.parametrize("commit", [True, False])
def test_a_marker_ends_the_transaction_and_says_where_it_began(partition: Partition, commit: bool) -> None:
    partition.put(0, 2)
    partition.put(2, 3, transactional=True)
    partition.put(5, transactional=True)
    assert partition.state.has_open_transaction(P, 0)
    assert not partition.state.has_open_transaction(P, 1)
    assert partition.end(commit=commit) == CompletedTransaction(P, 2, 6, aborted=not commit)
    assert not partition.state.has_open_transaction(P, 0)
    assert partition.put(6) == 7


def test_a_marker_without_a_transaction_completes_nothing_but_fences(partition: Partition) -> None:
    assert partition.end(epoch=3) is None
    with pytest.raises(InvalidProducerEpoch):
        partition.put(0, epoch=2)
    with pytest.raises(OutOfOrderSequence):
        partition.put(5, epoch=3)
    assert partition.put(0, epoch=3) == 1


def test_a_marker_of_an_older_epoch_or_coordinator_is_refused(partition: Partition) -> None:
    partition.put(0, epoch=1, transactional=True)
    with pytest.raises(InvalidProducerEpoch):
        partition.end(epoch=0)
    partition.end(epoch=1, coordinator_epoch=4)
    partition.put(1, epoch=1, transactional=True)
    with pytest.raises(TransactionCoordinatorFenced, match="coordinator_epoch=3, the newest is 4"):
        partition.end(epoch=1, coordinator_epoch=3)
    assert partition.end(epoch=1, coordinator_epoch=4) is not None


def test_with_transaction_version_2_a_marker_bumps_the_epoch_and_may_be_repeated(partition: Partition) -> None:
    """KIP-890; KAFKA-19999: a coordinator repeats a marker whose answer it did not hear."""
    partition.put(0, transactional=True)
    with pytest.raises(InvalidProducerEpoch):
        partition.end(epoch=0, version=2)
    assert partition.end(epoch=1, version=2) is not None
    assert partition.end(epoch=1, version=2) is None
    partition.put(0, epoch=1, transactional=True)
    with pytest.raises(InvalidProducerEpoch):
        partition.end(epoch=1, version=2)


def test_at_the_last_epoch_a_marker_cannot_be_bumped(partition: Partition) -> None:
    partition.put(0, epoch=2**15 - 1, transactional=True)
    assert partition.end(epoch=2**15 - 1, version=2) is not None


# The last stable offset


def test_the_oldest_open_transaction_holds_back_the_last_stable_offset(partition: Partition) -> None:
    state = partition.state
    partition.put(0, producer_id=1)
    partition.put(0, producer_id=2, transactional=True)
    partition.put(0, producer_id=3, transactional=True)
    assert (state.first_unstable_offset(3), state.first_open_offset()) == (1, 1)
    partition.end(producer_id=2)
    assert (state.first_unstable_offset(4), state.first_open_offset()) == (2, 2)
    partition.end(producer_id=3)
    assert (state.first_unstable_offset(5), state.first_open_offset()) == (None, None)


def test_a_transaction_is_stable_only_when_its_marker_is_below_the_high_watermark(partition: Partition) -> None:
    partition.put(0, transactional=True)
    partition.end()
    state = partition.state
    assert [state.first_unstable_offset(high_watermark) for high_watermark in (0, 1, 2)] == [0, 0, None]
    assert state.first_open_offset() is None


def test_ended_transactions_below_the_log_start_offset_hold_nothing_back(partition: Partition) -> None:
    partition.put(0, transactional=True)
    partition.end()
    partition.put(1, transactional=True)
    partition.state.forget_transactions_before(2)
    assert partition.state.first_unstable_offset(0) == 2


# Expiry


def test_a_producer_is_forgotten_after_the_last_append_of_any_kind_and_not_in_a_transaction(
    partition: Partition,
) -> None:
    partition.put(0, producer_id=1, now_ms=0)
    partition.put(0, producer_id=2, now_ms=0, transactional=True)
    partition.end(producer_id=2, now_ms=50)
    partition.put(0, producer_id=3, now_ms=0, transactional=True)
    state = partition.state
    assert state.expire(99, 100) == []
    assert state.expire(100, 100) == [1]
    assert state.expire(149, 100) == []
    assert state.expire(10_000, 100) == [2]
    assert partition.put(500, producer_id=1) == 4  # as a new one


# All histories

commands = st.lists(
    st.tuples(
        st.sampled_from(["put", "txn", "commit", "abort"]), st.integers(1, 2), st.integers(0, 2), st.integers(0, 6),
        st.integers(1, 3),
    ),
    max_size=60,
)  # fmt: skip


@given(commands)
def test_a_refusal_changes_nothing_a_retry_is_never_appended_twice_and_a_snapshot_is_the_state(
    history: list[tuple[str, int, int, int, int]],
) -> None:
    partition = Partition()
    seen: dict[tuple[int, int, int, int], int] = {}
    for kind, producer_id, epoch, sequence, count in history:
        before = partition.state.encode()
        offset = partition.offset
        try:
            if kind in ("put", "txn"):
                answer = partition.put(
                    sequence, count, epoch=epoch, producer_id=producer_id, transactional=kind == "txn"
                )  # fmt: skip
                batch = (producer_id, epoch, sequence, count)
                if answer != offset:
                    assert seen[batch] == answer
                    assert partition.state.encode() == before
                else:
                    assert batch not in seen
                    seen[batch] = answer
            else:
                partition.end(commit=kind == "commit", epoch=epoch, producer_id=producer_id)
        except RecordError:
            assert partition.state.encode() == before
            assert partition.offset == offset
        read = ProducerState.decode(partition.state.encode())
        assert read is not None
        assert read.encode() == partition.state.encode()
        partition.state = read


def test_what_compaction_must_leave_is_the_last_five_and_the_last_marker(partition: Partition) -> None:
    for index in range(7):
        partition.put(2 * index, 2, transactional=True)
    partition.end()
    partition.put(0, producer_id=9)
    assert partition.state.remembered_offsets({P}) == {5, 7, 9, 11, 13, 14}
    assert partition.state.remembered_offsets({P, 9}) == {5, 7, 9, 11, 13, 14, 15, -1}


@pytest.mark.parametrize("damage", [0, 4, 10, 40])
def test_a_damaged_snapshot_is_nothing(partition: Partition, damage: int) -> None:
    partition.put(0)
    data = bytearray(partition.state.encode())
    data[damage] ^= 1
    assert ProducerState.decode(bytes(data)) is None
    assert ProducerState.decode(None) is None


def test_memories_are_what_was_appended(partition: Partition) -> None:
    partition.put(0, 3, now_ms=5)
    (entry,) = partition.state.entries.values()
    assert entry.batches == [BatchMemory(0, 2, 0, 2, 5)]
    assert (entry.last_sequence, entry.last_data_offset) == (2, 2)
