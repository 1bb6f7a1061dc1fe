"""aiokafka: a client that speaks only old, inflexible versions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import ProducerFenced

CODECS = [None, "gzip", "snappy", "lz4", "zstd"]
PATIENCE_S = 30.0
Name = Callable[[str], str]


def run(scenario: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(scenario, 2 * PATIENCE_S))


@asynccontextmanager
async def producer(bootstrap: str, **config: Any) -> AsyncIterator[AIOKafkaProducer]:
    made = AIOKafkaProducer(bootstrap_servers=bootstrap, **config)
    await made.start()
    try:
        yield made
    finally:
        await made.stop()


@asynccontextmanager
async def consumer(bootstrap: str, *topics: str, **config: Any) -> AsyncIterator[AIOKafkaConsumer]:
    made = AIOKafkaConsumer(
        *topics, bootstrap_servers=bootstrap, auto_offset_reset="earliest", enable_auto_commit=False, **config
    )
    await made.start()
    try:
        yield made
    finally:
        await made.stop()


async def create(bootstrap: str, topic: str, partitions: int = 1) -> str:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(topic, partitions, 1)])
        async with asyncio.timeout(PATIENCE_S):
            while topic not in await admin.list_topics():  # brokers learn of it after the controller has answered
                await asyncio.sleep(0.02)
    finally:
        await admin.close()
    return topic


async def take(source: AIOKafkaConsumer, count: int) -> list[Any]:
    return [await asyncio.wait_for(source.getone(), PATIENCE_S) for _ in range(count)]


async def read(bootstrap: str, topic: str, count: int, **config: Any) -> list[Any]:
    async with consumer(bootstrap, **config) as source:
        source.assign([TopicPartition(topic, 0)])
        await source.seek_to_beginning()
        return await take(source, count)


@pytest.mark.parametrize("codec", CODECS)
def test_what_is_produced_with_a_codec_is_consumed(bootstrap: str, name: Name, codec: str | None) -> None:
    async def scenario() -> None:
        topic = await create(bootstrap, name("topic"))
        values = [f"{codec} {number}".encode() * 20 for number in range(100)]
        async with producer(bootstrap, compression_type=codec, linger_ms=5) as sink:
            sent = [await sink.send(topic, value, partition=0) for value in values]
            assert [(await future).offset for future in sent] == list(range(100))
        assert [record.value for record in await read(bootstrap, topic, 100)] == values

    run(scenario())


def test_keys_headers_and_timestamps_come_back_as_they_went(bootstrap: str, name: Name) -> None:
    async def scenario() -> None:
        topic = await create(bootstrap, name("topic"))
        headers = [("a", b"1"), ("a", b"")]
        async with producer(bootstrap, enable_idempotence=True) as sink:
            await sink.send_and_wait(topic, b"", key=b"k", headers=headers, timestamp_ms=1_700_000_000_123)
        (found,) = await read(bootstrap, topic, 1)
        assert (found.key, found.value, list(found.headers), found.timestamp) == (b"k", b"", headers, 1_700_000_000_123)

    run(scenario())


def test_seek_ends_and_times(bootstrap: str, name: Name) -> None:
    async def scenario() -> None:
        topic = await create(bootstrap, name("topic"))
        async with producer(bootstrap) as sink:
            for number in range(10):
                await sink.send_and_wait(topic, str(number).encode(), timestamp_ms=1_700_000_000_000 + 1000 * number)
        at = TopicPartition(topic, 0)
        async with consumer(bootstrap) as source:
            source.assign([at])
            assert await source.end_offsets([at]) == {at: 10}
            assert (await source.offsets_for_times({at: 1_700_000_004_500}))[at].offset == 5
            source.seek(at, 8)
            assert [record.value for record in await take(source, 2)] == [b"8", b"9"]

    run(scenario())


def test_a_group_shares_partitions_and_goes_on_at_its_committed_offsets(bootstrap: str, name: Name) -> None:
    async def scenario() -> None:
        topic, group = await create(bootstrap, name("topic"), 4), name("group")
        async with producer(bootstrap) as sink:
            for partition in range(4):
                await sink.send_and_wait(topic, b"x", partition=partition)
        config = {"group_id": group, "session_timeout_ms": 6000, "heartbeat_interval_ms": 300}
        async with consumer(bootstrap, topic, **config) as first:
            await take(first, 4)
            await first.commit({TopicPartition(topic, 0): (1, "seen")})
            async with consumer(bootstrap, topic, **config) as second:
                async with asyncio.timeout(PATIENCE_S):
                    while not (len(first.assignment()) == len(second.assignment()) == 2):
                        await asyncio.gather(first.getmany(timeout_ms=50), second.getmany(timeout_ms=50))
                owned = {partition.partition for member in (first, second) for partition in member.assignment()}
                assert owned == {0, 1, 2, 3}
                assert await first.committed(TopicPartition(topic, 0)) == 1

    run(scenario())


def test_transactions_and_their_offsets_are_all_or_nothing(bootstrap: str, name: Name) -> None:
    async def scenario() -> None:
        topic, group = await create(bootstrap, name("topic")), name("group")
        at = TopicPartition(topic, 0)
        async with producer(bootstrap, transactional_id=name("id")) as sink:
            for value, commits in ((b"a", True), (b"b", False), (b"c", True)):
                await sink.begin_transaction()
                sent = await sink.send_and_wait(topic, value, partition=0)
                await sink.send_offsets_to_transaction({at: sent.offset + 1}, group)
                await (sink.commit_transaction() if commits else sink.abort_transaction())
        committed = await read(bootstrap, topic, 2, isolation_level="read_committed")
        assert [(record.value, record.offset) for record in committed] == [(b"a", 0), (b"c", 4)]
        assert [record.value for record in await read(bootstrap, topic, 3)] == [b"a", b"b", b"c"]
        async with consumer(bootstrap, group_id=group) as source:
            assert await source.committed(at) == 5

    run(scenario())


def test_a_newer_producer_fences_the_older_one(bootstrap: str, name: Name) -> None:
    async def scenario() -> None:
        topic, transactional_id = await create(bootstrap, name("topic")), name("id")
        async with producer(bootstrap, transactional_id=transactional_id) as old:
            await old.begin_transaction()
            await old.send_and_wait(topic, b"zombie", partition=0)
            async with producer(bootstrap, transactional_id=transactional_id) as new:
                await new.begin_transaction()
                await new.send_and_wait(topic, b"new", partition=0)
                await new.commit_transaction()
            with pytest.raises(ProducerFenced):
                await old.commit_transaction()
        (found,) = await read(bootstrap, topic, 1, isolation_level="read_committed")
        assert found.value == b"new"

    run(scenario())
