import pytest

from nilometer_reference.broker.record_faults import faulty_records, is_timestamp_in_range
from nilometer_reference.log.config import LogConfig
from nilometer_reference.wire.compression import Compression
from nilometer_reference.wire.errors import KafkaError
from nilometer_reference.wire.record_encoding import Record, encode_batch
from nilometer_reference.wire.record_errors import CorruptMessage, InvalidRecord, InvalidTimestamp, MessageTooLarge

NOW_MS = 1_000_000
CONFIG = LogConfig(timestamp_before_max_ms=100, timestamp_after_max_ms=50)


def _positions(error: KafkaError, batch: bytes, config: LogConfig = CONFIG) -> list[int]:
    return [position for position, _ in faulty_records(error, batch, config, NOW_MS)]


@pytest.mark.parametrize("codec", list(Compression))
def test_every_record_outside_the_range_of_time_is_named(codec: Compression) -> None:
    times = [NOW_MS, NOW_MS - 101, NOW_MS + 50, NOW_MS + 51, NOW_MS - 100]
    batch = encode_batch([Record(-1, time, None, b"v") for time in times], compression=codec)
    assert _positions(InvalidTimestamp(), batch) == [1, 3]


@pytest.mark.parametrize(
    ("timestamp", "is_taken"),
    [(-1, True), (NOW_MS - 100, True), (NOW_MS - 101, False), (NOW_MS + 50, True), (NOW_MS + 51, False)],
)
def test_the_range_of_time_has_both_its_ends(timestamp: int, is_taken: bool) -> None:
    assert is_timestamp_in_range(timestamp, CONFIG, NOW_MS) == is_taken


def test_on_a_compacted_topic_every_record_without_key_is_named() -> None:
    batch = encode_batch([Record(-1, NOW_MS, key, b"v") for key in (None, b"", None)])
    config = LogConfig(cleanup_compact=True)
    assert _positions(InvalidRecord("no key", 0), batch, config) == [0, 2]


def test_a_damaged_record_is_named_alone() -> None:
    batch = encode_batch([Record(-1, NOW_MS, None, b"v")] * 3)
    assert _positions(InvalidRecord("damaged", 1), batch) == [1]
    # On a compacted topic too, when it is not its key that is missing.
    keyed = encode_batch([Record(-1, NOW_MS, b"k", b"v")] * 3)
    assert _positions(InvalidRecord("damaged", 1), keyed, LogConfig(cleanup_compact=True)) == [1]


@pytest.mark.parametrize("error", [InvalidRecord("the batch"), CorruptMessage(), MessageTooLarge()])
def test_a_batch_that_is_wrong_as_a_whole_names_no_record(error: KafkaError) -> None:
    assert _positions(error, encode_batch([Record(-1, NOW_MS, None, b"v")])) == []


def test_records_that_cannot_be_read_are_not_named() -> None:
    assert _positions(InvalidTimestamp(), b"no batch at all") == []
