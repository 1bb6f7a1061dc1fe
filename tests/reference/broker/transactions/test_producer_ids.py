from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nilometer_reference.broker.journal import JournalRecord
from nilometer_reference.broker.transactions.producer_ids import BLOCK_SIZE, JournaledBlocks, ProducerIds
from nilometer_reference.wire.errors import ErrorCode, KafkaError
from tests.reference.broker.transactions.memory_journal import MemoryJournal


def test_ids_begin_at_0_and_go_up_by_one() -> None:
    ids = ProducerIds(JournaledBlocks(MemoryJournal(1)))
    assert [ids.new(5) for _ in range(3)] == [0, 1, 2]


def test_a_block_is_written_off_before_its_first_id_is_given() -> None:
    journal = MemoryJournal(1)
    ids = ProducerIds(JournaledBlocks(journal))
    for _ in range(BLOCK_SIZE):
        ids.new(5)
    assert len(journal.records) == 1
    assert JournaledBlocks(journal).read() == BLOCK_SIZE
    assert ids.new(5) == BLOCK_SIZE
    assert JournaledBlocks(journal).read() == 2 * BLOCK_SIZE


def test_other_records_of_the_journal_are_passed_over() -> None:
    journal = MemoryJournal(1)
    journal.append(0, [(b"topic/a", b"{}")], 5)
    assert ProducerIds(JournaledBlocks(journal)).new(5) == 0


@given(st.lists(st.tuples(st.sampled_from(["restart", "fail", "heal"]), st.integers(1, 1_200)), max_size=6))
def test_no_id_is_ever_given_twice(history: list[tuple[str, int]]) -> None:
    # KAFKA-20031, and a process that dies at any time
    journal = MemoryJournal(1)
    ids = ProducerIds(JournaledBlocks(journal))
    given_out: list[int] = []
    for event, count in history:
        match event:
            case "restart":
                ids = ProducerIds(JournaledBlocks(journal))
            case "fail":
                journal.fails_with = ErrorCode.KAFKA_STORAGE_ERROR
            case _:
                journal.fails_with = None
        for _ in range(count):
            try:
                given_out.append(ids.new(5))
            except KafkaError as error:
                assert error.code is ErrorCode.COORDINATOR_LOAD_IN_PROGRESS
                break
    assert given_out == sorted(set(given_out))


def test_without_a_block_clients_are_told_to_come_again() -> None:
    journal = MemoryJournal(1)
    ids = ProducerIds(JournaledBlocks(journal))
    journal.failures.append(ErrorCode.KAFKA_STORAGE_ERROR)
    with pytest.raises(KafkaError) as refused:
        ids.new(5)
    assert refused.value.code is ErrorCode.COORDINATOR_LOAD_IN_PROGRESS
    assert ids.new(5) == 0


def test_nor_can_a_block_be_had_from_a_journal_that_cannot_be_read() -> None:
    class Unreadable(MemoryJournal):
        def replay(self, partition: int) -> Iterator[JournalRecord]:
            raise KafkaError(ErrorCode.KAFKA_STORAGE_ERROR, f"partition {partition} is offline")

    with pytest.raises(KafkaError) as refused:
        ProducerIds(JournaledBlocks(Unreadable(1))).new(5)
    assert refused.value.code is ErrorCode.COORDINATOR_LOAD_IN_PROGRESS
