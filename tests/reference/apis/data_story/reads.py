"""Chapters of consumers: fetches, their limits, offsets by time, leader epochs."""

from __future__ import annotations

from collections.abc import Iterator

from nilometer_reference.wire.compression import Compression
from nilometer_reference.wire.messages.delete_records import (
    DeleteRecordsPartition,
    DeleteRecordsRequest,
    DeleteRecordsTopic,
)
from nilometer_reference.wire.messages.fetch import ReplicaState
from nilometer_reference.wire.messages.list_offsets import ListOffsetsPartition, ListOffsetsRequest, ListOffsetsTopic
from tests.reference.apis.data_story.story import Story, Told
from tests.reference.requests import fetch_request


def reading(story: Story) -> Iterator[Told]:
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


def limits(story: Story) -> Iterator[Told]:
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


def offsets(story: Story) -> Iterator[Told]:
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


def epochs(story: Story) -> Iterator[Told]:
    story.create("e", 2)
    story.produced("e", story.batch(4))
    for version in (2, 3, 4):
        for index in (0, 1, 7):
            for epoch in (-1, 0, 1):
                for current in (-1, 0, 1):
                    answer = story.epoch_end("e", epoch, version=version, current=current, index=index)
                    yield f"OffsetForLeaderEpoch {version} {index=} {epoch=} {current=}", answer
    yield "no topic", story.epoch_end("none", 0)
