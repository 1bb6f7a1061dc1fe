import pytest

from nilometer_reference.broker.groups.classic_group import GroupState
from nilometer_reference.broker.groups.group_records import (
    GroupLog,
    Record,
    empty_group_record,
    group_tombstone,
    offset_key,
    offset_value,
)
from nilometer_reference.broker.groups.group_table import TOMBSTONE_BATCH_BYTES_MAX, GroupTable
from nilometer_reference.broker.journal import JournalRecord
from nilometer_reference.broker.timers import Timers
from nilometer_reference.wire.errors import ErrorCode, KafkaError
from nilometer_reference.wire.messages.coordinator_records import OffsetCommitValue

from .memory_journal import MemoryJournal


def commit(group: str = "g", topic: str = "t", partition: int = 0, offset: int = 5) -> Record:
    return offset_key(group, topic, partition), offset_value(OffsetCommitValue(offset))


def table_on(journal: MemoryJournal) -> GroupTable:
    return GroupTable(GroupLog(journal))


def loaded(journal: MemoryJournal) -> GroupTable:
    table = table_on(journal)
    for partition in range(journal.partition_count):
        for record in journal.replay(partition):
            table.apply(partition, record)
    return table


def contents(table: GroupTable) -> object:
    return table.offsets, {group_id: group.state for group_id, group in table.groups.items()}


def test_what_is_written_is_applied_at_once_and_read_back_the_same() -> None:
    journal = MemoryJournal()
    table = table_on(journal)
    table.write("g", [commit(), commit(partition=1, offset=6)], 1)
    table.write("h", [commit("h")], 2, producer_id=7, producer_epoch=0)
    table.write("e", [empty_group_record("e", 3)], 3)
    assert contents(loaded(journal)) == contents(table)
    assert table.offsets.get("g", ("t", 1)).offset == 6  # type: ignore[union-attr]
    assert journal.batch_sizes == [2, 1, 1]


def test_a_commit_makes_a_simple_group() -> None:
    table = table_on(MemoryJournal())
    table.write("g", [commit()], 1)
    group = table.find("g")
    assert (group.state, group.protocol_type, group.generation_id) == (GroupState.EMPTY, None, 0)


def test_what_cannot_be_written_is_not_applied() -> None:
    journal = MemoryJournal()
    table = table_on(journal)
    journal.refuses = ErrorCode.NOT_ENOUGH_REPLICAS
    with pytest.raises(KafkaError) as error:
        table.write("g", [commit()], 1)
    assert error.value.code is ErrorCode.COORDINATOR_NOT_AVAILABLE
    assert contents(table) == contents(table_on(MemoryJournal()))


def test_an_unknown_group_is_not_found() -> None:
    with pytest.raises(KafkaError) as error:
        table_on(MemoryJournal()).find("g")
    assert error.value.code is ErrorCode.GROUP_ID_NOT_FOUND


def test_a_deleted_group_takes_its_offsets_along_committed_and_pending() -> None:
    journal = MemoryJournal()
    table = table_on(journal)
    table.write("g", [commit()], 1)
    table.write("g", [commit(topic="u")], 1, producer_id=7, producer_epoch=0)
    table.write("h", [commit("h")], 1)
    table.delete_group("g", 2)
    for each in (table, loaded(journal)):
        assert list(each.groups) == ["h"]
        assert each.offsets.partitions("g") == []
        assert each.offsets.partitions("h") == [("t", 0)]


def test_nothing_of_a_deleted_group_waits_any_more() -> None:
    table = table_on(MemoryJournal())
    table.write("g", [empty_group_record("g", 1)], 1)
    group = table.find("g")
    lapse = group.pending_members["m"] = Timers().at(1, lambda _now_ms: None)
    table.delete_group("g", 2)
    assert group.state is GroupState.DEAD
    assert not lapse.is_waiting


def test_a_group_whose_deletion_fails_half_way_is_still_there() -> None:
    journal = MemoryJournal()
    table = table_on(journal)
    table.write("g", [commit()], 1)
    journal.refuses = ErrorCode.KAFKA_STORAGE_ERROR
    with pytest.raises(KafkaError):
        table.delete_group("g", 2)
    assert list(table.groups) == ["g"]
    assert table.offsets.partitions("g") == [("t", 0)]


def test_very_many_tombstones_are_written_in_batches_that_fit() -> None:
    journal = MemoryJournal()
    table = table_on(journal)
    group = "g" * 1_000
    partitions = [("t", index) for index in range(1_500)]
    table.delete_offsets(group, partitions, 1)
    assert len(journal.records()) == 1_500
    assert len(journal.batch_sizes) > 1
    assert max(journal.batch_sizes) * len(offset_key(group, "t", 0)) <= TOMBSTONE_BATCH_BYTES_MAX


def test_no_tombstones_are_no_batch() -> None:
    journal = MemoryJournal()
    table_on(journal).delete_offsets("g", [], 1)
    assert journal.batch_sizes == []


def test_offsets_are_forgotten_without_the_log() -> None:
    journal = MemoryJournal()
    table = table_on(journal)
    table.write("g", [commit()], 1)
    table.forget_offsets("g", [("t", 0), ("t", 1)])
    assert table.offsets.partitions("g") == []
    assert len(journal.records()) == 1


def test_a_producer_id_counts_in_transactions_only() -> None:
    table = table_on(MemoryJournal())
    key, value = commit()
    table.apply(0, JournalRecord(0, 1, key, value, producer_id=7, producer_epoch=0, transactional=False))
    assert table.offsets.get("g", ("t", 0)) is not None


@pytest.mark.parametrize("key", [b"", b"\0\x0b\0\x01g", b"\x7f\xff"])
def test_records_of_others_are_passed_over(key: bytes) -> None:
    table = table_on(MemoryJournal())
    table.apply(0, JournalRecord(0, 1, key, b"whatever"))
    table.apply(0, JournalRecord(1, 1, key, None))
    assert not table.groups


@pytest.mark.parametrize("record", [group_tombstone("g"), (offset_key("g", "t", 0), None)])
def test_a_tombstone_of_what_is_not_there_is_no_error(record: Record) -> None:
    """B084: compaction may have taken what it is a tombstone of."""
    table = table_on(MemoryJournal())
    table.apply(0, JournalRecord(7, 1, *record))
    table.apply(0, JournalRecord(9, 1, b"", None, 5, 0, True, True))
    assert not table.groups
    assert table.offsets.partitions("g") == []


def test_an_unloaded_group_is_forgotten_without_the_log_and_the_others_stay() -> None:
    journal = MemoryJournal()
    table = table_on(journal)
    table.write("g", [commit()], 1)
    table.write("g", [commit(topic="u")], 1, producer_id=7, producer_epoch=0)
    table.write("h", [commit("h")], 1)
    group = table.find("g")
    table.unload(["g"])
    assert list(table.groups) == ["h"]
    assert table.offsets.partitions("g") == []
    assert group.state is GroupState.DEAD
    assert len(journal.records()) == 3


def test_a_group_whose_log_has_failed_is_not_here() -> None:
    table = table_on(MemoryJournal())
    table.write("g", [commit()], 1)
    table.failed_log_partitions.add(table.log.partition("g"))
    for ask in (table.get, table.find):
        with pytest.raises(KafkaError) as error:
            ask("g")
        assert error.value.code is ErrorCode.NOT_COORDINATOR
