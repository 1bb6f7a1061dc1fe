"""Chapters of producers: appends, what is refused and which fault is told first, retries, settings of the topic."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

from nilometer_reference.wire.compression import Compression
from nilometer_reference.wire.record_encoding import Record, encode_batch, encode_end_transaction_marker
from nilometer_reference.wire.records import seal
from tests.reference.apis.data_story.story import HOUR_MS, Story, Told, without_time
from tests.reference.requests import produce_request


def appending(story: Story) -> Iterator[Told]:
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


def refusing(story: Story) -> Iterator[Told]:
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


def two_faults(story: Story) -> Iterator[Told]:
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


def idempotence(story: Story) -> Iterator[Told]:
    story.create("i")

    def send(label: str, sequence: int, count: int = 1, *, epoch: int = 0, producer_id: int = 77_000) -> Told:
        records = story.batch(count, producer_id=producer_id, producer_epoch=epoch, base_sequence=sequence)
        return f"{label}: {sequence}+{count} epoch {epoch}", without_time(story.produced("i", records))

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


def topic_settings(story: Story) -> Iterator[Told]:
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
