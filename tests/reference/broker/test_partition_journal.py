import pytest
from hypothesis import given
from hypothesis import strategies as st

from nilometer_reference.broker.journal import JournalRecord
from nilometer_reference.broker.partition_journal import PartitionJournal
from nilometer_reference.broker.topics import CONSUMER_OFFSETS
from nilometer_reference.wire.errors import ErrorCode, KafkaError
from tests.reference.harness import START_MS, Harness


def _journal(harness: Harness) -> PartitionJournal:
    return PartitionJournal(harness.broker.topics, CONSUMER_OFFSETS, 4)


def _content(records: list[JournalRecord]) -> list[tuple[bytes, bytes | None]]:
    return [(record.key, record.value) for record in records]


def test_before_the_first_append_there_is_nothing_and_no_topic() -> None:
    harness = Harness()
    journal = _journal(harness)
    assert journal.partition_count == 4
    assert list(journal.replay(0)) == []
    assert harness.broker.topics.get(CONSUMER_OFFSETS) is None


def test_the_first_append_creates_the_topic() -> None:
    harness = Harness()
    assert _journal(harness).append(3, [(b"k", b"v")], START_MS) == 0
    topic = harness.broker.topics.get(CONSUMER_OFFSETS)
    assert topic is not None
    assert len(topic.partitions) == 4


def test_the_number_of_partitions_is_that_of_the_topic() -> None:
    harness = Harness()
    harness.broker.topics.ensure_internal(CONSUMER_OFFSETS, START_MS)
    assert PartitionJournal(harness.broker.topics, CONSUMER_OFFSETS, 50).partition_count == 4


# Keys of a type that no coordinator reads.
RECORDS = st.lists(
    st.tuples(st.binary(max_size=5).map(lambda rest: b"\x70\0" + rest), st.none() | st.binary(max_size=5)),
    min_size=1,
    max_size=4,
)


@given(st.lists(RECORDS, max_size=6))
def test_what_was_appended_is_read_back_also_after_a_restart(appends: list[list[tuple[bytes, bytes | None]]]) -> None:
    harness = Harness()
    journal = _journal(harness)
    expected: list[tuple[bytes, bytes | None]] = []
    for records in appends:
        assert journal.append(1, records, START_MS) == len(expected)
        expected += records
    assert _content(list(journal.replay(1))) == expected
    harness.carry_out(harness.node.take_effects(harness.now_ms))
    harness.kill()
    harness.restart()
    replayed = list(_journal(harness).replay(1))
    assert _content(replayed) == expected
    assert [record.offset for record in replayed] == list(range(len(expected)))
    assert all(record.timestamp_ms == START_MS and record.marker is None for record in replayed)


@pytest.mark.parametrize("commit", [True, False])
def test_records_of_a_transaction_are_read_back_with_their_producer_and_its_marker(commit: bool) -> None:
    harness = Harness()
    journal = _journal(harness)
    journal.append(0, [(b"k", b"1")], START_MS, producer_id=7, producer_epoch=2)
    harness.broker.partition(CONSUMER_OFFSETS, 0).write_marker(
        producer_id=7, producer_epoch=2, coordinator_epoch=0, commit=commit, transaction_version=1, now_ms=START_MS
    )
    data, marker = journal.replay(0)
    assert (data.producer_id, data.producer_epoch, data.transactional, data.marker) == (7, 2, True, None)
    assert (marker.producer_id, marker.producer_epoch, marker.transactional, marker.marker) == (7, 2, True, commit)


def test_an_unknown_partition_is_refused() -> None:
    with pytest.raises(KafkaError) as refused:
        _journal(Harness()).append(9, [(b"k", b"v")], START_MS)
    assert refused.value.code == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION


def test_more_than_one_read_takes_is_read_back_whole() -> None:
    harness = Harness()
    journal = _journal(harness)
    for number in range(30):
        journal.append(0, [(b"%d" % number, b"x" * 100_000)], START_MS)
    assert [record.key for record in journal.replay(0)] == [b"%d" % number for number in range(30)]


def test_a_replay_begins_at_the_log_start_offset() -> None:
    harness = Harness()
    journal = _journal(harness)
    journal.append(0, [(b"a", b"1"), (b"b", b"2"), (b"c", b"3")], START_MS)
    harness.broker.partition(CONSUMER_OFFSETS, 0).delete_records(1)
    assert [record.key for record in journal.replay(0)] == [b"b", b"c"]


def test_after_a_compaction_what_is_left_is_read_once() -> None:
    harness = Harness()
    topic = harness.broker.topics.ensure_internal(CONSUMER_OFFSETS, START_MS)
    harness.broker.topics.set_topic_configs(
        CONSUMER_OFFSETS, {**topic.configs, "internal.segment.bytes": "150"}, START_MS
    )
    journal = _journal(harness)
    for number in range(6):
        journal.append(0, [(b"%d" % (number % 2), b"v"), (b"always", b"%d" % number)], START_MS)
    assert harness.broker.partition(CONSUMER_OFFSETS, 0).log.compact(START_MS + 60_000, force=True) is not None
    replayed = [(record.offset, record.key) for record in journal.replay(0)]
    assert replayed == [(8, b"0"), (10, b"1"), (11, b"always")]


def test_an_append_that_cannot_be_written_is_refused_later_not_lost_silently() -> None:
    harness = Harness()
    journal = _journal(harness)
    journal.append(0, [(b"a", b"1")], START_MS)
    harness.stores.stores[CONSUMER_OFFSETS, 0].failing = True
    harness.carry_out(harness.node.take_effects(harness.now_ms))
    with pytest.raises(KafkaError) as refused:
        journal.append(0, [(b"b", b"2")], START_MS)
    assert refused.value.code == ErrorCode.KAFKA_STORAGE_ERROR


def test_a_journal_that_writes_at_once_has_written_when_it_returns() -> None:
    harness = Harness()
    journal = PartitionJournal(harness.broker.topics, CONSUMER_OFFSETS, 4, writes_at_once=True)
    journal.append(0, [(b"a", b"1")], START_MS)
    harness.stores.stores[CONSUMER_OFFSETS, 0].failing = True
    with pytest.raises(KafkaError):
        journal.append(0, [(b"b", b"2")], START_MS)
    harness.stores.stores[CONSUMER_OFFSETS, 0].failing = False
    harness.kill()
    harness.restart()
    assert _content(list(_journal(harness).replay(0))) == [(b"a", b"1")]


def test_the_metadata_journal_survives_a_loss_of_power() -> None:
    harness = Harness()
    harness.broker.metadata_journal.append(0, [(b"mine", b"1")], START_MS)
    harness.crash()
    harness.restart()
    assert (b"mine", b"1") in _content(list(harness.broker.metadata_journal.replay(0)))
    assert harness.broker.metadata_journal.partition_count == 1
