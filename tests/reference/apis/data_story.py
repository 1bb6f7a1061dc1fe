"""One story of producers and consumers, to tell to any broker: what it answers, made comparable.

    for label, answer in tell(ask, now_ms): …       ask(request, version) -> response; a closed connection is "closed"

Everything that was measured on Apache Kafka is asked here again, in every version: appends, retries, fences, broken
batches and which fault is told first, limits, isolation, epochs, sessions, times. Taken out of the answers are ids,
texts meant for people, and instants; producer ids are the story's own, or counted from the first that was given.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from typing import Any, Final

from nilometer_reference.wire.chunks import RecordChunks, join
from nilometer_reference.wire.codec import Message
from nilometer_reference.wire.compression import Compression
from nilometer_reference.wire.messages.add_partitions_to_txn import AddPartitionsToTxnRequest, AddPartitionsToTxnTopic
from nilometer_reference.wire.messages.api_versions import ApiVersionsRequest
from nilometer_reference.wire.messages.create_topics import CreatableTopic, CreatableTopicConfig, CreateTopicsRequest
from nilometer_reference.wire.messages.delete_records import (
    DeleteRecordsPartition,
    DeleteRecordsRequest,
    DeleteRecordsTopic,
)
from nilometer_reference.wire.messages.delete_topics import DeleteTopicsRequest
from nilometer_reference.wire.messages.end_txn import EndTxnRequest
from nilometer_reference.wire.messages.fetch import FetchRequest, FetchResponse, ForgottenTopic, ReplicaState
from nilometer_reference.wire.messages.find_coordinator import FindCoordinatorRequest
from nilometer_reference.wire.messages.init_producer_id import InitProducerIdRequest
from nilometer_reference.wire.messages.list_offsets import ListOffsetsPartition, ListOffsetsRequest, ListOffsetsTopic
from nilometer_reference.wire.messages.metadata import MetadataRequest, MetadataRequestTopic
from nilometer_reference.wire.messages.offset_for_leader_epoch import (
    OffsetForLeaderEpochRequest,
    OffsetForLeaderPartition,
    OffsetForLeaderTopic,
)
from nilometer_reference.wire.messages.produce import ProduceRequest
from nilometer_reference.wire.record_encoding import Record, encode_batch, encode_end_transaction_marker
from nilometer_reference.wire.records import Batch, seal, split_batches
from nilometer_reference.wire.uuids import ZERO_UUID
from tests.reference.requests import fetch_request, metadata_request, produce_request

PREFIX: Final = "data-story-"
CLOSED: Final = "closed"
HOUR_MS: Final = 3_600_000
Ask = Callable[[Message, int], Any]
Told = tuple[str, Any]


class Story:
    """What is known while it is told."""

    def __init__(self, ask: Ask, now_ms: int, wait: Callable[[], None]) -> None:
        self.ask = ask
        self.now_ms = now_ms
        self.wait = wait
        self.ids: dict[str, bytes] = {}

    def name(self, topic: str) -> str:
        return PREFIX + topic

    def create(self, topic: str, partitions: int = 1, **configs: str) -> None:
        """Create a topic and wait until it is served."""
        named = [CreatableTopicConfig(key.replace("_", "."), value) for key, value in configs.items()]
        created = CreatableTopic(self.name(topic), partitions, 1, configs=named)
        answer = self.ask(CreateTopicsRequest([created], 30_000), 7).topics[0]
        assert answer.error_code == 0, answer
        while True:
            (found,) = self.ask(metadata_request(self.name(topic), allow_auto_topic_creation=False), 12).topics
            if found.error_code == 0 and all(one.error_code == 0 for one in found.partitions):
                break
            self.wait()
        self.ids[topic] = found.topic_id
        for index in range(partitions):
            while self.fetched(topic, 0, index=index)["error"] != 0:
                self.wait()

    def batch(self, count: int = 1, *, time: int = 0, key: bytes | None = None, **fields: Any) -> bytes:
        """A batch whose records are all of one time, counted from now."""
        return encode_batch([Record(-1, self.now_ms + time, key, b"value") for _ in range(count)], **fields)

    def timed(self, *times: int, **fields: Any) -> bytes:
        return encode_batch([Record(-1, self.now_ms + time, None, b"value") for time in times], **fields)

    # Requests for one partition, and what is compared of their answers

    def produced(
        self, topic: str, records: bytes | None, *, index: int = 0, version: int = 9, acks: int = -1, **fields: Any
    ) -> Any:
        transactional_id = fields.pop("transactional_id", None)
        assert not fields, fields
        ids = {self.name(topic): self.ids.get(topic, b"\7" * 16)} if version >= 13 else {}
        request = produce_request(
            (self.name(topic), index, records), acks=acks, transactional_id=transactional_id, topic_ids=ids
        )
        return self.produce(request, version)

    def produce(self, request: ProduceRequest, version: int) -> Any:
        response = self.ask(request, version)
        if response == CLOSED:
            return CLOSED
        answers = [one for topic in response.responses for one in topic.partition_responses]
        plain = [
            {
                "error": one.error_code,
                "base": one.base_offset,
                "time": one.log_append_time_ms if one.log_append_time_ms == -1 else "now",
                "start": one.log_start_offset,
                "records": [error.batch_index for error in one.record_errors],
                "leader": (one.current_leader.leader_id, one.current_leader.leader_epoch),
            }
            for one in answers
        ]
        return plain[0] if len(plain) == 1 else sorted(plain, key=repr)

    def fetched(self, topic: str, offset: int, *, index: int = 0, version: int = 12, **fields: Any) -> Any:
        wanted: str | bytes = self.ids.get(topic, b"\7" * 16) if version >= 13 else self.name(topic)
        response = self.ask(fetch_request((wanted, index, offset), **fields), version)
        if response == CLOSED:
            return CLOSED
        if not response.responses:
            return {"error": response.error_code}
        return self.partition_data(response.responses[0].partitions[0])

    def partition_data(self, data: Any) -> Any:
        records = b"" if data.records is None else data.records
        got = join(records.chunks) if isinstance(records, RecordChunks) else bytes(records)
        batches = list(split_batches(got, drop_partial_tail=True))
        aborted = data.aborted_transactions
        return {
            "error": data.error_code,
            "high": data.high_watermark,
            "stable": data.last_stable_offset,
            "start": data.log_start_offset,
            "aborted": None if aborted is None else [(one.producer_id, one.first_offset) for one in aborted],
            "diverging": (data.diverging_epoch.epoch, data.diverging_epoch.end_offset),
            "leader": (data.current_leader.leader_id, data.current_leader.leader_epoch),
            "replica": data.preferred_read_replica,
            "null": data.records is None,
            "bytes": len(got),
            "batches": [self._batch_facts(one) for one in batches],
        }

    def _batch_facts(self, batch: Batch) -> Any:
        header = batch.header
        assert batch.crc_is_valid
        time = header.max_timestamp - self.now_ms
        return {
            "offsets": (header.base_offset, header.last_offset),
            "epoch": header.partition_leader_epoch,
            "attributes": header.attributes,
            "producer": (header.producer_epoch, header.base_sequence),
            "count": header.record_count,
            "time": "now" if header.is_log_append_time or header.is_control else time,
            "size": header.size,
        }

    def listed(self, topic: str, timestamp: int, *, version: int = 11, index: int = 0, **fields: int) -> Any:
        asked = ListOffsetsPartition(index, fields.pop("leader_epoch", -1), timestamp)
        request = ListOffsetsRequest(
            fields.pop("replica_id", -1),
            fields.pop("isolation_level", 0),
            [ListOffsetsTopic(self.name(topic), [asked])],
        )
        assert not fields
        (answer,) = self.ask(request, version).topics[0].partitions
        time = answer.timestamp if answer.timestamp < 0 else answer.timestamp - self.now_ms
        return answer.error_code, answer.offset, time, answer.leader_epoch

    def epoch_end(self, topic: str, epoch: int, *, version: int = 4, current: int = -1, index: int = 0) -> Any:
        asked = OffsetForLeaderPartition(index, current, epoch)
        request = OffsetForLeaderEpochRequest(
            -1 if version >= 3 else -2, [OffsetForLeaderTopic(self.name(topic), [asked])]
        )
        (answer,) = self.ask(request, version).topics[0].partitions
        return answer.error_code, answer.leader_epoch, answer.end_offset


def tell(ask: Ask, now_ms: int, wait: Callable[[], None]) -> Iterator[Told]:
    """(what was asked, what was answered), in order."""
    story = Story(ask, now_ms, wait)
    for chapter in (
        _appending, _refusing, _two_faults, _idempotence, _topic_settings, _reading, _limits, _offsets, _epochs,
        _metadata, _sessions, _transactions, _versions,
    ):  # fmt: skip
        for label, answer in chapter(story):
            yield f"{chapter.__name__[1:]}: {label}", answer
    names = [story.name(topic) for topic in story.ids]
    ask(DeleteTopicsRequest(topic_names=names, timeout_ms=30_000), 5)


def _appending(story: Story) -> Iterator[Told]:
    story.create("a", 2)
    for version in range(3, 14):
        for acks in (1, -1):
            yield f"Produce {version} {acks=}", story.produced("a", story.batch(2), version=version, acks=acks)
        yield f"Produce {version} at no partition", story.produced("a", story.batch(), index=2, version=version)
        yield f"Produce {version} at no topic", story.produced("none", story.batch(), version=version)
        for codec in Compression:
            yield f"Produce {version} {codec=}", story.produced("a", story.batch(compression=codec), version=version)
        yield f"Produce {version} acks 2", story.produced("a", story.batch(), version=version, acks=2)
        yield f"Produce {version} acks -2", story.produced("a", story.batch(), version=version, acks=-2)
    two = produce_request((story.name("a"), 0, story.batch()), (story.name("a"), 1, story.batch(3)))
    yield "two partitions", story.produce(two, 9)


def _refused(story: Story) -> dict[str, bytes]:
    def changed(position: int, format_: str, value: int, *, sealed: bool = False) -> bytes:
        records = bytearray(story.batch())
        struct.pack_into(format_, records, position, value)
        if sealed:
            seal(records)
        return bytes(records)

    return {
        "empty": b"",
        "wrong crc": changed(17, ">I", 0),
        "base offset": changed(0, ">q", 1),
        "two batches": story.batch() + story.batch(),
        "magic 1": changed(16, ">b", 1),
        "magic 0": changed(16, ">b", 0),
        "magic 3": changed(16, ">b", 3),
        "magic -1": changed(16, ">b", -1),
        "cut": story.batch()[:-1],
        "cut in the header": story.batch()[:30],
        "cut before the magic": story.batch()[:16],
        "length 13": changed(8, ">i", 13),
        "length -1": changed(8, ">i", -1),
        "control": encode_end_transaction_marker(7, 0, 0, True, story.now_ms),
        "control, not transactional": changed(21, ">h", 0x20, sealed=True),
        "count 0": changed(57, ">i", 0, sealed=True),
        "count 2": changed(57, ">i", 2, sealed=True),
        "count -1": changed(57, ">i", -1, sealed=True),
        "producer without sequence": story.batch(producer_id=7, producer_epoch=0),
        "transactional, no id": story.batch(producer_id=7, producer_epoch=0, base_sequence=0, transactional=True),
        "future": story.batch(time=HOUR_MS + 600_000),
        "a future among others": story.timed(0, 2 * HOUR_MS, 0, 3 * HOUR_MS),
        "far past": story.batch(time=-90 * 24 * HOUR_MS),
    }


def _refusing(story: Story) -> Iterator[Told]:
    story.create("r")
    for name, records in _refused(story).items():
        for version in (3, 7, 9, 13):
            yield f"{name} in Produce {version}", story.produced("r", records, version=version)
    yield (
        "the internal topic",
        story.ask(produce_request(("__consumer_offsets", 0, story.batch(key=b"k"))), 9)
        .responses[0]
        .partition_responses[0]
        .error_code
        in (3, 17),
    )


def _two_faults(story: Story) -> Iterator[Told]:
    story.create("f", max_message_bytes="10000")
    large = story.batch(2000)
    zstd = story.batch(compression=Compression.ZSTD)
    transactional = story.batch(producer_id=7, producer_epoch=0, base_sequence=0, transactional=True)

    def changed(position: int, format_: str, value: int, records: bytes) -> bytes:
        made = bytearray(records)
        struct.pack_into(format_, made, position, value)
        return bytes(made)

    cases: list[tuple[str, str, bytes, dict[str, Any]]] = [
        ("topic and batch", "none", b"", {}),
        ("topic and acks", "none", story.batch(), {"acks": 5}),
        ("frame and acks", "f", b"", {"acks": 5}),
        ("zstd and acks", "f", zstd, {"acks": 5, "version": 6}),
        ("magic and zstd", "f", changed(16, ">b", 1, zstd), {"version": 6}),
        ("zstd and a second batch", "f", zstd + story.batch(), {"version": 6}),
        ("acks and crc", "f", changed(17, ">I", 0, story.batch()), {"acks": 5}),
        ("base offset and size", "f", changed(0, ">q", 1, large), {}),
        ("size and crc", "f", changed(17, ">I", 0, large), {}),
        ("crc and time", "f", changed(17, ">I", 0, story.batch(time=9 * HOUR_MS)), {}),
        ("size alone", "f", large, {}),
        ("time and sequence", "f",
         story.batch(time=9 * HOUR_MS, producer_id=7, producer_epoch=0, base_sequence=5), {}),
        ("transactional id and topic", "none", transactional, {}),
        ("transactional id and acks", "f", transactional, {"acks": 5}),
        ("cut, transactional", "f", transactional[:-1], {}),
    ]  # fmt: skip
    for label, topic, records, fields in cases:
        yield label, story.produced(topic, records, **fields)


def _without_time(answer: dict[str, Any]) -> dict[str, Any]:
    """Kafka answers a retry with the time of its batch even with CreateTime, where its protocol says -1."""
    return {name: value for name, value in answer.items() if name != "time"}


def _idempotence(story: Story) -> Iterator[Told]:
    story.create("i")

    def send(label: str, sequence: int, count: int = 1, *, epoch: int = 0, producer_id: int = 77_000) -> Told:
        records = story.batch(count, producer_id=producer_id, producer_epoch=epoch, base_sequence=sequence)
        return f"{label}: {sequence}+{count} epoch {epoch}", _without_time(story.produced("i", records))

    for sequence in range(6):
        yield send("first", 2 * sequence, 2)
    for sequence in range(6):
        yield send("retry", 2 * sequence, 2)
    for sequence, count in ((11, 1), (10, 1), (10, 3), (11, 2), (13, 1), (12, 1), (14, 1), (13, 1)):
        yield send("in part, gap, next", sequence, count)
    for epoch, sequence in ((1, 1), (1, 0), (0, 13), (0, 0), (1, 1), (3, 5), (3, 0), (2, 0)):
        yield send("epochs", sequence, epoch=epoch)
    for sequence in (500, 502, 501, 500):
        yield send("unknown producer", sequence, producer_id=77_001)
    for sequence, count in ((2**31 - 2, 2), (0, 1), (2**31 - 2, 2), (1, 1)):
        yield send("wrapping", sequence, count, producer_id=77_002)
    yield "log", story.fetched("i", 0)


def _topic_settings(story: Story) -> Iterator[Told]:
    story.create("append-time", message_timestamp_type="LogAppendTime")
    for version in (3, 9):
        yield f"LogAppendTime {version}", story.produced("append-time", story.batch(3, time=-1000), version=version)
    sequenced = story.batch(producer_id=5, producer_epoch=0, base_sequence=0)
    yield "LogAppendTime", story.fetched("append-time", 0)
    yield "LogAppendTime first", story.produced("append-time", sequenced)
    yield "LogAppendTime retry", story.produced("append-time", sequenced)
    yield "LogAppendTime ignores the future", story.produced("append-time", story.batch(time=9 * HOUR_MS))
    story.create("compact", cleanup_policy="compact")
    keyless = encode_batch([Record(-1, story.now_ms, key, b"v") for key in (b"k", None, b"", None)])
    for version in (7, 8, 13):
        yield f"keyless {version}", story.produced("compact", keyless, version=version)
    yield "keyed", story.produced("compact", story.batch(key=b"k"))
    story.create("past", message_timestamp_before_max_ms="3600000")
    yield "past", story.produced("past", story.batch(time=-2 * HOUR_MS))
    story.create("zstd", compression_type="zstd")
    yield "to zstd", story.produced("zstd", story.batch())
    for version in (9, 10, 12):
        answer = story.fetched("zstd", 0, version=version)
        yield f"from zstd {version}", (answer["error"], [one["attributes"] for one in answer["batches"]])
    for codec in ("uncompressed", "gzip", "lz4", "snappy"):
        story.create(codec, compression_type=codec)
        yield f"to {codec}", story.produced(codec, story.batch(3, compression=Compression.ZSTD))
        yield f"from {codec}", [one["attributes"] for one in story.fetched(codec, 0)["batches"]]


def _reading(story: Story) -> Iterator[Told]:
    story.create("b", 2)
    for count in (3, 1, 5):
        story.produced("b", story.batch(count))
    for version in range(4, 19):
        for offset in (0, 2, 3, 8, 9, 10, -1, 2**62):
            yield f"Fetch {version} {offset=}", story.fetched("b", offset, version=version, max_wait_ms=0)
        yield f"Fetch {version} empty", story.fetched("b", 0, index=1, version=version)
        yield f"Fetch {version} no partition", story.fetched("b", 0, index=2, version=version, max_wait_ms=10_000)
        yield f"Fetch {version} no topic", story.fetched("none", 0, version=version, max_wait_ms=10_000)
        yield f"Fetch {version} committed", story.fetched("b", 0, version=version, isolation_level=1)
        for epoch in (0, 1, 5):
            yield f"Fetch {version} {epoch=}", story.fetched("b", 0, version=version, leader_epoch=epoch)
    for version in (12, 18):
        for epoch, offset in ((0, 9), (0, 10), (0, 0), (1, 9), (3, 3)):
            answer = story.fetched("b", offset, version=version, last_fetched_epoch=epoch)
            yield f"Fetch {version} last fetched {epoch}@{offset}", answer
    for version, who in ((14, {"replica_id": 42}), (15, {"replica_state": ReplicaState(42, 1)})):
        for epoch in (-1, 0):
            yield (
                f"Fetch {version} of a replica {epoch=}",
                story.fetched("b", 0, version=version, leader_epoch=epoch, **who),
            )
    yield (
        "deleted",
        story.ask(
            DeleteRecordsRequest([DeleteRecordsTopic(story.name("b"), [DeleteRecordsPartition(0, 4)])], 30_000), 2
        )
        .topics[0]
        .partitions[0]
        .low_watermark,
    )
    for offset in (3, 4, 9):
        yield f"after DeleteRecords {offset=}", story.fetched("b", offset)
    yield (
        "mixed",
        [
            data.error_code
            for topic in story.ask(
                fetch_request(
                    (story.name("b"), 0, 4), (story.name("none"), 0, 0), (story.name("b"), 1, 99), max_wait_ms=0
                ),
                12,
            ).responses
            for data in topic.partitions
            if data.error_code
        ].sort(),
    )


def _limits(story: Story) -> Iterator[Told]:
    story.create("l", 3)
    size = len(story.batch(10))
    for index in range(3):
        for _ in range(3):
            story.produced("l", story.batch(10), index=index)
    for limit in (0, 1, size - 1, size, size + 1, 2 * size, 2 * size + 7, 3 * size, -1):
        yield f"partition {limit=}", story.fetched("l", 0, partition_max_bytes=limit)
        yield f"request {limit=}", story.fetched("l", 0, max_bytes=limit)
        yield f"inside {limit=}", story.fetched("l", 15, partition_max_bytes=limit)
        response = story.ask(
            fetch_request(*((story.name("l"), index, 0) for index in range(3)), max_bytes=limit, max_wait_ms=0), 12
        )
        yield (
            f"three partitions {limit=}",
            [story.partition_data(data)["bytes"] for topic in response.responses for data in topic.partitions],
        )
    yield "min bytes", story.fetched("l", 20, max_wait_ms=100, min_bytes=10_000)
    yield "no data", story.fetched("l", 30, max_wait_ms=50)


def _offsets(story: Story) -> Iterator[Told]:
    story.create("o", 2)
    for version in range(1, 12):
        for timestamp in (-1, -2, -3, -4, -5, -6, -7):
            yield f"ListOffsets {version} {timestamp} empty", story.listed("o", timestamp, version=version, index=1)
    for codec in (Compression.NONE, Compression.GZIP, Compression.LZ4):
        story.produced("o", story.timed(-500, -100, -300, compression=codec))
    story.produced("o", story.timed(-50))
    for version in range(1, 12):
        for timestamp in (-1, -2, -3, -4, -5, -6, -7, -(2**63)):
            yield f"ListOffsets {version} {timestamp}", story.listed("o", timestamp, version=version)
        for time in (-1000, -500, -499, -300, -100, -99, -50, -49, 0):
            yield f"ListOffsets {version} at {time}", story.listed("o", story.now_ms + time, version=version)
        yield f"ListOffsets {version} nowhere", story.listed("o", -1, version=version, index=5)
        yield f"ListOffsets {version} no topic", story.listed("none", -1, version=version)
    for version in (4, 11):
        for epoch in (0, 1):
            yield f"ListOffsets {version} {epoch=}", story.listed("o", -1, version=version, leader_epoch=epoch)
    twice = ListOffsetsRequest(
        -1, 0, [ListOffsetsTopic(story.name("o"), [ListOffsetsPartition(0, -1, -1), ListOffsetsPartition(0, -1, -2)])]
    )
    yield "twice", {one.error_code for topic in story.ask(twice, 11).topics for one in topic.partitions}


def _epochs(story: Story) -> Iterator[Told]:
    story.create("e", 2)
    story.produced("e", story.batch(4))
    for version in (2, 3, 4):
        for index in (0, 1, 7):
            for epoch in (-1, 0, 1):
                for current in (-1, 0, 1):
                    answer = story.epoch_end("e", epoch, version=version, current=current, index=index)
                    yield f"OffsetForLeaderEpoch {version} {index=} {epoch=} {current=}", answer
    yield "no topic", story.epoch_end("none", 0)


def _metadata(story: Story) -> Iterator[Told]:
    story.create("m", 2)

    def plain(response: Any) -> Any:
        return [
            (
                one.error_code, one.name, one.topic_id == ZERO_UUID, one.is_internal, one.topic_authorized_operations,
                [
                    (p.error_code, p.partition_index, p.leader_id, p.leader_epoch, p.replica_nodes, p.isr_nodes,
                     p.offline_replicas)
                    for p in sorted(one.partitions, key=lambda p: p.partition_index)
                ],
            )
            for one in sorted(response.topics, key=lambda one: (one.name or "", one.topic_id))
        ], response.cluster_authorized_operations, response.error_code, response.controller_id  # fmt: skip

    for version in range(14):
        yield f"Metadata {version}", plain(story.ask(metadata_request(story.name("m")), version))
        if version >= 4:
            quietly = {"allow_auto_topic_creation": False}
            for name in ("none", "", ".", "a b", "x" * 250):
                asked = name if name != "none" else story.name(name)
                yield f"Metadata {version} {name[:5]!r}", plain(story.ask(metadata_request(asked, **quietly), version))
            yield f"Metadata {version} none", len(story.ask(MetadataRequest([], **quietly), version).topics)
        if version >= 8:
            operations = {
                "include_topic_authorized_operations": True,
                "include_cluster_authorized_operations": version <= 10,
            }
            yield (
                f"Metadata {version} operations",
                plain(story.ask(metadata_request(story.name("m"), **operations), version)),
            )
    for version in (10, 11, 12, 13):
        for topic in (MetadataRequestTopic(b"\7" * 16, None), MetadataRequestTopic(b"\7" * 16, "a")):
            yield (
                f"Metadata {version} by id {topic.name}",
                plain(story.ask(MetadataRequest([topic], allow_auto_topic_creation=False), version)),
            )
    for version in (12, 13):
        yield f"Metadata {version} by id", plain(story.ask(metadata_request(story.ids["m"]), version))


def _sessions(story: Story) -> Iterator[Told]:
    story.create("s", 3)

    class Session:
        """A consumer; its answers without the id."""

        def __init__(self, version: int) -> None:
            self.version = version
            self.id = self.epoch = 0

        def __call__(self, *positions: tuple[int, int], forget: int | None = None, **fields: Any) -> Any:
            topic: str | bytes = story.ids["s"] if self.version >= 13 else story.name("s")
            forgotten = []
            if forget is not None:
                forgotten = [ForgottenTopic(story.name("s"), story.ids["s"], [forget])]
            request = fetch_request(
                *((topic, index, offset) for index, offset in positions),
                **{"session_id": self.id, "session_epoch": self.epoch, "forgotten_topics_data": forgotten, **fields},
            )
            response: FetchResponse = story.ask(request, self.version)
            if response.error_code == 0:
                self.id = response.session_id
                self.epoch += 1
            told = [
                (data.partition_index, data.error_code, data.high_watermark, story.partition_data(data)["bytes"])
                for one in response.responses
                for data in one.partitions
            ]
            return response.error_code, response.session_id > 0, sorted(told)

    for version in (7, 12, 13, 18):
        ask = Session(version)
        yield f"{version} open", ask((0, 0), (1, 0))
        yield f"{version} nothing new", ask()
        story.produced("s", story.batch(), index=1)
        yield f"{version} one has records", ask()
        yield f"{version} from behind them", ask((1, 100), (2, 0))
        yield f"{version} the error again", ask()
        yield f"{version} mended", ask((1, 0), max_bytes=0)
        yield f"{version} forgotten", ask(forget=1)
        story.produced("s", story.batch(), index=1)
        yield f"{version} not told any more", ask()
        yield f"{version} a wrong epoch", ask(session_epoch=ask.epoch + 3)
        yield f"{version} an old epoch", ask(session_epoch=1)
        yield f"{version} an unknown session", ask(session_id=ask.id - 1)
        yield f"{version} goes on", ask()
        other = Session(12 if version >= 13 else 13)
        other.id, other.epoch = ask.id, ask.epoch
        yield f"{version} in version {other.version}", other()
        closed = ask.id
        yield f"{version} close", ask(session_epoch=-1)
        yield f"{version} closed", ask(session_id=closed, session_epoch=99)
        yield f"{version} all forgotten", _forget_all(Session(version))


def _forget_all(ask: Callable[..., Any]) -> Any:
    return ask((0, 0)), ask(forget=0), ask()


class Producer:
    """A transactional producer of the old protocol, for the steps that the new one shares."""

    def __init__(self, story: Story, name: str) -> None:
        self._story = story
        self._id = PREFIX + name
        find = FindCoordinatorRequest(key_type=1, coordinator_keys=[self._id])
        while story.ask(find, 4).coordinators[0].error_code != 0:
            story.wait()
        answer = self._done(lambda: story.ask(InitProducerIdRequest(self._id, 60_000), 4))
        self.producer_id, self.epoch = answer.producer_id, answer.producer_epoch

    def _done(self, ask: Callable[[], Any]) -> Any:
        """Ask until the coordinator is there and has nothing else to do."""
        while (answer := ask()).error_code in {14, 15, 16, 51}:
            self._story.wait()
        assert answer.error_code == 0, answer
        return answer

    def add(self) -> None:
        """AddPartitionsToTxn 3."""
        request = AddPartitionsToTxnRequest(
            v3_and_below_transactional_id=self._id,
            v3_and_below_producer_id=self.producer_id,
            v3_and_below_producer_epoch=self.epoch,
            v3_and_below_topics=[AddPartitionsToTxnTopic(self._story.name("x"), [0])],
        )
        while True:
            (topic,) = self._story.ask(request, 3).results_by_topic_v3_and_below
            (result,) = topic.results_by_partition
            if result.partition_error_code == 0:
                return
            assert result.partition_error_code in {14, 15, 16, 51}, result
            self._story.wait()

    def end(self, *, commit: bool) -> None:
        """EndTxn 4."""
        request = EndTxnRequest(self._id, self.producer_id, self.epoch, commit)
        self._done(lambda: self._story.ask(request, 4))

    def send(
        self,
        sequence: int,
        *,
        version: int,
        is_transactional: bool = True,
        who: tuple[int, int] | None = None,
        **more: Any,
    ) -> Any:
        """Produce one record, as oneself or as another producer id and epoch."""
        producer_id, epoch = who or (self.producer_id, self.epoch)
        records = self._story.batch(
            producer_id=producer_id, producer_epoch=epoch, base_sequence=sequence, transactional=is_transactional
        )
        transactional_id = self._id if is_transactional else None
        return self._story.produced("x", records, version=version, transactional_id=transactional_id, **more)


def _transactions(story: Story) -> Iterator[Told]:
    story.create("x", 2)
    one = Producer(story, "one")
    yield "not added, Produce 9", one.send(0, version=9)
    yield "not added, Produce 11", one.send(0, version=11)
    yield "not added, acks 5", one.send(0, version=9, acks=5)
    one.add()
    yield "added", one.send(0, version=9)
    yield "a plain batch meanwhile", one.send(1, version=9, is_transactional=False)
    two = Producer(story, "two")
    yield "begins with 3 in Produce 12", two.send(3, version=12)
    yield "begins with 0 in Produce 12", two.send(0, version=12)
    yield "a retry", _without_time(two.send(0, version=12))
    yield "of a strange epoch", one.send(2, version=12, who=(one.producer_id, one.epoch + 9))["error"]
    yield "of a strange producer id", one.send(0, version=12, who=(987_654, 0))["error"]
    for level in (0, 1):
        answer = story.fetched("x", 0, isolation_level=level)
        yield f"open, level {level}", (answer["high"], answer["stable"], answer["aborted"], len(answer["batches"]))
        for timestamp in (-1, -3, story.now_ms):
            label = f"open, {min(timestamp, 0)} at level {level}"
            yield label, story.listed("x", timestamp, isolation_level=level)[:3]
    for producer, commit, end_offset in ((two, False, 3), (one, True, 4)):
        producer.end(commit=commit)
        while story.fetched("x", 0)["high"] < end_offset:  # markers come behind the answer
            story.wait()
    for level in (0, 1):
        answer = story.fetched("x", 0, isolation_level=level)
        if answer["aborted"] is not None:
            answer["aborted"] = [(producer_id - one.producer_id, first) for producer_id, first in answer["aborted"]]
        for one_batch in answer["batches"]:
            del one_batch["producer"]
        yield f"ended, level {level}", answer
    for offset in (1, 2, 3):
        answer = story.fetched("x", offset, isolation_level=1, partition_max_bytes=1)
        yield f"aborts seen from {offset}", [first for _, first in answer["aborted"]]
    yield "of nobody, acks 5", story.produced(
        "x", story.batch(producer_id=7, producer_epoch=0, base_sequence=0, transactional=True),
        acks=5, transactional_id=PREFIX + "nobody",
    )  # fmt: skip


def _versions(story: Story) -> Iterator[Told]:
    for version in (3, 4):
        for who in (
            ("", "1"),
            ("a", ""),
            ("-a", "1"),
            ("a-", "1"),
            ("a b", "1"),
            ("a", "1.0"),
            ("a", "."),
            ("a.b-c", "1"),
        ):
            answer = story.ask(ApiVersionsRequest(*who), version)
            yield f"ApiVersions {version} {who}", (answer.error_code, bool(answer.api_keys))
    for version in range(5):
        keys = story.ask(ApiVersionsRequest("a", "1"), version).api_keys
        yield (
            f"ApiVersions {version}",
            [(one.api_key, one.min_version, one.max_version) for one in keys if one.api_key in {0, 1, 2, 3, 18, 23}],
        )
    request: FetchRequest = fetch_request((story.name("x"), 0, 0), isolation_level=7)
    answer = story.ask(request, 12)
    yield "an isolation level that is none", answer if answer == CLOSED else answer.error_code
