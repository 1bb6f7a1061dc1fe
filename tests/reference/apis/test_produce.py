"""The rows of the module's table, and of what was measured on Apache Kafka; then several at once."""

import struct
from typing import Any

import pytest

from nilometer_reference.broker.stores import MemoryStores
from nilometer_reference.wire.compression import Compression
from nilometer_reference.wire.record_encoding import Record, encode_batch, encode_end_transaction_marker
from nilometer_reference.wire.records import seal
from nilometer_reference.wire.uuids import ZERO_UUID
from tests.reference.apis.produce_bench import Bench
from tests.reference.harness import START_MS, Client, Harness, NoAnswer
from tests.reference.requests import (
    batch,
    batches_of,
    error_codes,
    fetch,
    make_topic,
    offsets_of,
    produce,
    produce_request,
)

VERSIONS = range(3, 14)


@pytest.fixture
def bench() -> Bench:
    return Bench()


# Plain batches


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("acks", [-1, 1])
def test_batches_get_the_next_offsets(bench: Bench, version: int, acks: int) -> None:
    for count, base_offset in ((1, 0), (3, 1), (1, 4)):
        answer = bench.produce(batch(count), version=version, acks=acks)
        assert (answer.error_code, answer.base_offset) == (0, base_offset)
        assert answer.log_append_time_ms == -1
        assert answer.log_start_offset == (0 if version >= 5 else -1)
        assert (answer.record_errors, answer.error_message) == ([], None)
    assert bench.offsets() == [0, 1, 2, 3, 4]


def test_what_was_produced_comes_back_byte_for_byte_but_for_offset_and_epoch(bench: Bench) -> None:
    sent = encode_batch(
        [Record(-1, START_MS, b"k", b"v", (("h", b"1"), ("h", None))), Record(-1, START_MS + 5, None, b"")],
        compression=Compression.LZ4,
    )
    bench.produce(batch())
    bench.produce(sent)
    (stored,) = batches_of(fetch(bench.client, 1))
    assert stored.header.base_offset == 1
    assert stored.header.partition_leader_epoch == 0
    assert bytes(stored.data[16:]) == sent[16:]


@pytest.mark.parametrize("version", VERSIONS)
def test_acks_0_gets_no_answer_and_the_connection_goes_on(bench: Bench, version: int) -> None:
    request = produce_request(
        ("t", 0, batch()), acks=0, topic_ids={"t": bench.topic_id if version >= 13 else ZERO_UUID}
    )
    bench.client.send(request, version, is_answered=False)
    assert not bench.client.has_answer
    assert bench.produce(batch()).base_offset == 1


@pytest.mark.parametrize("records", [b"", batch()[:-1] + b"!"])
def test_acks_0_with_an_error_closes_the_connection(bench: Bench, records: bytes) -> None:
    other = bench.harness.client()
    bench.client.send(produce_request(("t", 0, batch()), ("t", 0, records), acks=0), 9, is_answered=False)
    assert bench.client.is_closed
    assert not bench.client.received
    assert produce(other, batch()).base_offset == 1  # the good batch stays; only the connection went


def test_acks_0_for_an_unknown_topic_closes_the_connection(bench: Bench) -> None:
    bench.client.send(produce_request(("nowhere", 0, batch()), acks=0), 9, is_answered=False)
    assert bench.client.is_closed


@pytest.mark.parametrize("acks", [-2, 2, 32767])
def test_other_acks_are_refused(bench: Bench, acks: int) -> None:
    answer = bench.produce(batch(), acks=acks)
    assert (answer.error_code, answer.base_offset, answer.log_start_offset) == (21, -1, -1)
    assert bench.offsets() == []


def test_several_partitions_are_answered_each_for_itself(bench: Bench) -> None:
    make_topic(bench.harness, "u", 2)
    request = produce_request(
        ("t", 0, batch()), ("u", 1, batch(2)), ("u", 2, batch()), ("u", 0, b""), ("v", 0, batch())
    )
    response = bench.client.ask(request, 9)
    assert [(topic.name, topic.partition_responses[0].index) for topic in response.responses] == [
        ("t", 0), ("u", 1), ("u", 2), ("u", 0), ("v", 0),
    ]  # fmt: skip
    assert error_codes([topic.partition_responses[0] for topic in response.responses]) == [0, 0, 3, 87, 3]


@pytest.mark.parametrize("index", [1, -1, 2**31 - 1])
def test_an_unknown_partition_is_refused(bench: Bench, index: int) -> None:
    assert bench.produce(batch(), index=index).error_code == 3


def test_by_topic_id_names_are_not_looked_at(bench: Bench) -> None:
    assert bench.produce(batch(), version=13).error_code == 0
    assert bench.produce(batch(), version=13, topic_id=b"\x09" * 16).error_code == 100
    assert bench.produce(batch(), version=13, topic_id=ZERO_UUID).error_code == 100
    assert bench.produce(batch(), version=13, index=1).error_code == 3


def test_a_deleted_and_recreated_topic_is_another_one(bench: Bench) -> None:
    bench.produce(batch())
    bench.harness.broker.topics.delete("t", bench.harness.now_ms)
    make_topic(bench.harness, "t")
    assert bench.produce(batch(), version=13).error_code == 100
    assert bench.produce(batch()).base_offset == 0


@pytest.mark.parametrize("codec", [codec for codec in Compression if codec != Compression.ZSTD])
@pytest.mark.parametrize("version", [3, 13])
def test_codecs_other_than_zstd_are_taken_in_every_version(bench: Bench, codec: Compression, version: int) -> None:
    assert bench.produce(batch(3, compression=codec), version=version).error_code == 0


@pytest.mark.parametrize("version", VERSIONS)
def test_zstd_is_taken_from_version_7(bench: Bench, version: int) -> None:
    assert bench.produce(batch(compression=Compression.ZSTD), version=version).error_code == (76 if version < 7 else 0)


def test_with_log_append_time_the_answer_says_when(bench: Bench) -> None:
    bench = Bench(message_timestamp_type="LogAppendTime")
    answer = bench.produce(batch(timestamp=5))
    assert (answer.error_code, answer.log_append_time_ms) == (0, bench.harness.now_ms)
    (stored,) = batches_of(bench.fetched())
    assert stored.header.max_timestamp == bench.harness.now_ms
    assert stored.header.is_log_append_time
    assert stored.crc_is_valid


@pytest.mark.parametrize("restart", [False, True])
def test_with_log_append_time_a_retry_is_told_when_the_original_came(restart: bool) -> None:
    bench = Bench(message_timestamp_type="LogAppendTime")
    began_ms = bench.harness.now_ms
    assert bench.sequenced(0).log_append_time_ms == began_ms
    bench.harness.advance(500)
    if restart:
        bench.harness.restart()
        bench.client = bench.harness.client()
    answer = bench.sequenced(0)
    assert (answer.error_code, answer.base_offset, answer.log_append_time_ms) == (0, 0, began_ms)


# What is refused


def _with(position: int, format_: str, value: int, records: bytes | None = None) -> bytes:
    changed = bytearray(batch() if records is None else records)
    struct.pack_into(format_, changed, position, value)
    return bytes(changed)


def _with_sealed(position: int, format_: str, value: int) -> bytes:
    changed = bytearray(_with(position, format_, value))
    seal(changed)
    return bytes(changed)


HOSTILE = {
    "empty": (b"", 87),
    "a wrong CRC": (_with(17, ">I", 0), 2),
    "a damaged value": (batch()[:-2] + b"!!", 2),
    "a base offset": (_with(0, ">q", 1), 87),
    "two batches": (batch() + batch(), 87),
    "magic 1": (_with(16, ">b", 1), 87),
    "magic 0": (_with(16, ">b", 0), 87),
    "magic 3": (_with(16, ">b", 3), 2),
    "magic -1": (_with(16, ">b", -1), 2),
    "cut": (batch()[:-1], 87),
    "cut in the header": (batch()[:30], 87),
    "cut before the magic": (batch()[:16], 87),
    "bytes behind": (batch() + b"\0", 87),
    "a length below any batch": (_with(8, ">i", 13), 2),
    "a negative length": (_with(8, ">i", -1), 2),
    "a length of a header's part": (_with(8, ">i", 20)[:32], 2),
    "a control batch": (encode_end_transaction_marker(7, 0, 0, True, START_MS), 53),
    "a count of 0": (_with_sealed(57, ">i", 0), 87),
    "a count beside the last offset delta": (_with_sealed(57, ">i", 2), 87),
    "a negative count": (_with_sealed(57, ">i", -1), 87),
    "a codec that is none": (_with_sealed(21, ">h", 5), 76),
    "a producer without sequence": (batch(producer_id=7, producer_epoch=0), 87),
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("version", [9, 13])
def test_a_record_set_that_is_no_batch_is_refused(bench: Bench, name: str, version: int) -> None:
    records, code = HOSTILE[name]
    answer = bench.produce(records, version=version)
    assert (answer.error_code, answer.base_offset) == (code, -1)
    assert answer.error_message
    assert bench.offsets() == []


def test_a_null_record_set_is_refused_like_an_empty_one(bench: Bench) -> None:
    assert bench.produce(None).error_code == 87


def test_a_control_batch_that_is_not_transactional_is_refused(bench: Bench) -> None:
    assert bench.produce(_with_sealed(21, ">h", 0x20)).error_code == 87


def test_a_batch_may_be_as_large_as_the_topic_says_and_no_larger() -> None:
    size = len(batch())
    assert Bench(max_message_bytes=str(size)).produce(batch()).error_code == 0
    answer = Bench(max_message_bytes=str(size - 1)).produce(batch())
    assert (answer.error_code, answer.log_start_offset) == (10, -1)


def test_a_new_limit_of_a_topic_holds_for_the_next_batch(bench: Bench) -> None:
    bench.harness.broker.topics.set_topic_configs("t", {"max.message.bytes": "10"}, bench.harness.now_ms)
    assert bench.produce(batch()).error_code == 10


@pytest.mark.parametrize(("ahead_ms", "code"), [(3_600_000, 0), (3_600_001, 32)])
def test_a_timestamp_may_be_an_hour_ahead_and_no_more(bench: Bench, ahead_ms: int, code: int) -> None:
    assert bench.produce(batch(timestamp=START_MS + ahead_ms)).error_code == code


def test_a_timestamp_may_be_as_old_as_the_topic_says() -> None:
    bench = Bench(message_timestamp_before_max_ms="1000")
    assert bench.produce(batch(timestamp=START_MS - 1000)).error_code == 0
    assert bench.produce(batch(timestamp=START_MS - 1001)).error_code == 32


@pytest.mark.parametrize("version", VERSIONS)
def test_from_version_8_the_records_at_fault_are_named(bench: Bench, version: int) -> None:
    late = START_MS + 4_000_000
    records = encode_batch([Record(-1, time, None, b"v") for time in (START_MS, late, START_MS, late)])
    answer = bench.produce(records, version=version)
    assert (answer.error_code, answer.base_offset) == (32, -1)
    assert answer.log_start_offset == (0 if version >= 5 else -1)
    assert [error.batch_index for error in answer.record_errors] == ([1, 3] if version >= 8 else [])
    assert bool(answer.error_message) == (version >= 8)
    assert all(error.batch_index_error_message for error in answer.record_errors)


def test_records_without_a_key_are_refused_on_a_compacted_topic() -> None:
    bench = Bench(cleanup_policy="compact")
    records = encode_batch([Record(-1, START_MS, key, b"v") for key in (b"k", None, b"", None)])
    answer = bench.produce(records)
    assert answer.error_code == 87
    assert [error.batch_index for error in answer.record_errors] == [1, 3]
    assert bench.produce(batch(key=b"k")).error_code == 0


@pytest.mark.parametrize("topic", ["__consumer_offsets", "__transaction_state"])
def test_internal_topics_take_batches_from_the_admin_client_only(bench: Bench, topic: str) -> None:
    bench.harness.broker.topics.ensure_internal(topic, bench.harness.now_ms)
    records = batch(key=b"\0\1")
    assert bench.produce(records, topic=topic).error_code == 17
    admin = bench.harness.client(client_id="__admin_client")
    assert produce(admin, records, topic=topic).error_code == 0


def test_the_log_of_the_cluster_is_no_topic(bench: Bench) -> None:
    admin = bench.harness.client(client_id="__admin_client")
    assert produce(admin, batch(key=b"k"), topic="__cluster_metadata").error_code == 3


def test_min_insync_replicas_counts_no_more_than_there_are() -> None:
    assert Bench(min_insync_replicas="2").produce(batch()).error_code == 0


@pytest.mark.parametrize(("acks", "code"), [(-1, 19), (1, 0)])
def test_with_too_few_replicas_in_sync_acks_all_is_refused(acks: int, code: int) -> None:
    bench = Bench(min_insync_replicas="2")
    bench.harness.broker.partition("t", 0).replicas.append(2)
    answer = bench.produce(batch(), acks=acks)
    assert answer.error_code == code
    assert bench.offsets() == ([] if code else [0])


# The order of the checks, by requests that break two rules at once


@pytest.mark.parametrize(
    ("first", "records", "fields", "code"),
    [
        ("the topic before the batch", b"", {"topic": "nowhere"}, 3),
        ("the topic before acks", batch(), {"topic": "nowhere", "acks": 5}, 3),
        ("the frame before acks", b"", {"acks": 5}, 87),
        ("zstd before acks", batch(compression=Compression.ZSTD), {"acks": 5, "version": 6}, 76),
        ("magic before zstd", _with(16, ">b", 1, batch(compression=Compression.ZSTD)), {"version": 6}, 87),
        ("zstd before a second batch", batch(compression=Compression.ZSTD) + batch(), {"version": 6}, 76),
        ("acks before the CRC", _with(17, ">I", 0), {"acks": 5}, 21),
        ("base offset before the size", _with(0, ">q", 1, batch(40_000)), {}, 87),
        ("the size before the CRC", _with(17, ">I", 0, batch(40_000)), {}, 10),
        ("the CRC before the timestamp", _with(17, ">I", 0, batch(timestamp=2**60)), {}, 2),
        ("the timestamp before the sequence",
         batch(timestamp=2**60, producer_id=7, producer_epoch=0, base_sequence=5), {}, 32),
        ("the missing transactional id before the topic",
         batch(producer_id=7, producer_epoch=0, base_sequence=0, transactional=True), {"topic": "nowhere"}, 53),
        ("that there is a whole batch before its transactional id",
         batch(producer_id=7, producer_epoch=0, base_sequence=0, transactional=True)[:-1], {}, 87),
        ("the missing transactional id before acks",
         batch(producer_id=7, producer_epoch=0, base_sequence=0, transactional=True), {"acks": 5}, 53),
        ("the transaction before acks",
         batch(producer_id=7, producer_epoch=0, base_sequence=0, transactional=True),
         {"acks": 5, "transactional_id": "unknown"}, 49),
    ],
)  # fmt: skip
def test_of_two_broken_rules_the_first_is_told(
    first: str,
    records: bytes,
    fields: dict[str, Any],
    code: int,  # names the case
) -> None:
    bench = Bench(max_message_bytes="100000")
    assert bench.produce(records, **fields).error_code == code, first
    assert bench.offsets() == []


# Storage


class BrokenDisk(Bench):
    def __init__(self) -> None:
        super().__init__()
        make_topic(self.harness, "u")
        self.harness.stores.stores["t", 0].failing = True


def test_what_could_not_be_written_is_not_acknowledged() -> None:
    bench = BrokenDisk()
    answer = bench.produce(batch())
    assert (answer.error_code, answer.base_offset, answer.log_start_offset) == (56, -1, -1)
    assert bench.produce(batch()).error_code == 56
    assert produce(bench.harness.client(), batch(), topic="u").error_code == 0


def test_partitions_on_other_disks_are_acknowledged_in_the_same_answer() -> None:
    bench = BrokenDisk()
    response = bench.client.ask(produce_request(("t", 0, batch()), ("u", 0, batch())), 9)
    assert error_codes([topic.partition_responses[0] for topic in response.responses]) == [56, 0]


def test_acks_0_onto_a_broken_disk_closes_the_connection_at_the_next_batch() -> None:
    bench = BrokenDisk()
    bench.client.send(produce_request(("t", 0, batch()), acks=0), 9, is_answered=False)
    bench.client.send(produce_request(("t", 0, batch()), acks=0), 9, is_answered=False)
    assert bench.client.is_closed


@pytest.mark.parametrize("acks", [1, -1])
def test_what_was_acknowledged_survives_the_death_of_the_process(acks: int) -> None:
    stores = MemoryStores()
    harness = Harness(stores=stores)
    make_topic(harness)
    assert produce(harness.client(), batch(3), acks=acks).error_code == 0
    harness.kill()
    harness.restart()
    assert offsets_of(fetch(harness.client(), 0)) == [0, 1, 2]


def test_an_answer_never_leaves_before_its_batch_is_written(bench: Bench) -> None:
    bench.produce(batch())
    kinds = [type(effect).__name__ for effect in bench.harness.effects[-2:]]
    assert kinds == ["Persist", "Send"]


def test_a_request_cut_short_waits_for_the_rest(bench: Bench) -> None:
    bench.client.send_bytes(struct.pack(">i", 100) + b"\0\0\0\x09")
    with pytest.raises(NoAnswer):
        bench.client.frame()


def test_a_clients_name_makes_no_difference() -> None:
    harness = Harness()
    make_topic(harness)
    client: Client = harness.client(client_id=None)
    assert produce(client, batch()).error_code == 0
