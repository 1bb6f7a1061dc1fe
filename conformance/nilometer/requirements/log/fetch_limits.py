"""L17: how much a fetch returns, and when."""

from __future__ import annotations

import time
from dataclasses import dataclass

from hypothesis import strategies as st

from nilometer.clients.batches import wall_clock_ms
from nilometer.clients.exchange import Exchange
from nilometer.clients.observations import Fetched, Topic, record_bytes
from nilometer.clients.session import FETCH_WITHOUT_IDS
from nilometer.requirement import requirement
from nilometer.run import Run
from nilometer.workloads.batches import named_plan
from nilometer.workloads.known_log import KnownLog
from nilometer_reference.wire import messages as m
from nilometer_reference.wire.messages.fetch import FetchPartition, FetchTopic
from nilometer_reference.wire.records import BatchHeader

WAIT_MS = 120
TRIES = 3
PARTITIONS = 3


@requirement(
    id="L17",
    name="log.fetch_limits",
    level="SHOULD",
    sentence="The first batch of a response comes whole even above max_bytes, and apart from it the limits hold; "
    "with fewer than min_bytes available the response comes at about max_wait",
    profiles=("core",),
    sources=("KIP-74", "Fetch API"),
    apis={"Produce": 3, "Fetch": 4},
    signatures={
        "first-batch-withheld": "a fetch with small limits does not return the first batch whole",
        "partition-limit-exceeded": "a partition returns more than its limit, and more than one batch",
        "response-limit-exceeded": "a response returns more than max_bytes, and more than one batch",
        "answered-too-early": "with fewer than min_bytes available the response comes before max_wait",
        "answered-too-late": "with fewer than min_bytes available the response comes long after max_wait",
    },
)
def check(run: Run) -> None:
    """Batches of known size under limits of every size; then waits, measured by the run's own noise."""
    sizes = st.lists(st.integers(0, 3_000), min_size=2, max_size=5)
    limits = st.lists(st.integers(1, 8_000), min_size=1, max_size=5)
    run.explore(st.tuples(sizes, limits), lambda case: under_limits(run, *case), examples=run.cases(1))
    several_partitions(run)
    waits(run)


def under_limits(run: Run, sizes: list[int], limits: list[int]) -> None:
    """A partition with a batch of each size."""
    log = KnownLog(run, run.topic())
    for number, size in enumerate(sizes):
        log.append(named_plan(f"b{number}", 1, wall_clock_ms(), size=size))
    bytes_of = {one.base_offset: len(one.plan.encode()) for one in log.written}
    for written in log.written:
        first = bytes_of[written.base_offset]
        for limit in limits:
            evidence: list[Exchange] = [written.produced.exchange]
            fetched = run.session.fetch(log.topic, written.base_offset, partition_max_bytes=limit)
            judge_first(run, fetched, first, f"partition_max_bytes={limit}", [*evidence, fetched.exchange])
            judge_limit(run, len(fetched.data), limit, first, "partition-limit-exceeded", [*evidence, fetched.exchange])
            fetched = run.session.fetch(log.topic, written.base_offset, max_bytes=limit)
            judge_first(run, fetched, first, f"max_bytes={limit}", [*evidence, fetched.exchange])
            judge_limit(run, len(fetched.data), limit, first, "response-limit-exceeded", [*evidence, fetched.exchange])


def judge_first(run: Run, fetched: Fetched, first: int, limit: str, evidence: list[Exchange]) -> None:
    """Whether the first batch is whole."""
    if not fetched.ok:
        return
    whole = bool(fetched.batches) and fetched.batches[0].header.base_offset == fetched.fetch_offset
    run.judge(
        whole, "first-batch-withheld",
        expected=f"the batch of {first} bytes at offset {fetched.fetch_offset}, whole, with {limit}",
        seen=f"{len(fetched.data)} bytes of records, {len(fetched.batches)} whole batches", evidence=evidence,
    )  # fmt: skip


def judge_limit(run: Run, size: int, limit: int, first: int, signature: str, evidence: list[Exchange]) -> None:
    """The first batch may exceed the limit, nothing else may."""
    run.judge(
        size <= max(limit, first), signature,
        expected=f"at most {max(limit, first)} bytes of records: the limit is {limit}, the first batch has {first}",
        seen=f"{size} bytes", evidence=evidence,
    )  # fmt: skip


def several_partitions(run: Run) -> None:
    """One response over several partitions."""
    topic = run.topic(partitions=PARTITIONS)
    for partition in range(PARTITIONS):
        for number in range(3):
            run.session.produce(
                topic, named_plan(f"{partition}.{number}", 1, wall_clock_ms(), size=1_000).encode(), partition=partition
            )
    if len({run.session.leader(topic, partition) for partition in range(PARTITIONS)}) > 1:
        return
    for limit in (1, 1_500, 2_500, 5_000):
        exchange = fetch_all(run, topic, limit)
        parts = record_sets(exchange)
        filled = [part for part in parts if part]
        if not filled:
            run.violated(
                "first-batch-withheld", expected="a batch", seen="no records in any partition", evidence=exchange
            )
            continue
        first = BatchHeader.parse(filled[0]).size
        judge_limit(run, sum(map(len, parts)), limit, first, "response-limit-exceeded", [exchange])


def fetch_all(run: Run, topic: Topic, max_bytes: int) -> Exchange:
    """All partitions from offset 0."""
    session = run.session
    version = session.version("Fetch", at_most=None if topic.has_id else FETCH_WITHOUT_IDS)
    parts = [
        FetchPartition(partition=partition, fetch_offset=0, partition_max_bytes=1 << 20)
        for partition in range(PARTITIONS)
    ]
    request = m.FetchRequest(
        max_wait_ms=10, min_bytes=1, max_bytes=max_bytes, session_epoch=-1,
        topics=[FetchTopic(topic=topic.name, topic_id=topic.topic_id, partitions=parts)],
    )  # fmt: skip
    return session.call(request, version=version, node=session.leader(topic))


def record_sets(exchange: Exchange) -> list[bytes]:
    """The bytes of each partition, in the order of the response."""
    response = exchange.response
    assert isinstance(response, m.FetchResponse)
    return [record_bytes(part.records) for topic in response.responses for part in topic.partitions]


@dataclass(frozen=True)
class Timed:
    """A fetch and how long it took."""

    fetched: Fetched
    ms: float


def waits(run: Run) -> None:
    """At the end of the log, and with more wanted than there is. The best of several tries counts."""
    log = KnownLog(run, run.topic())
    log.append(named_plan("b", 1, wall_clock_ms(), size=500))
    noise_ms = max(timed(run, log, 0, 1, WAIT_MS).ms for _ in range(5))
    for position, min_bytes in ((log.next_offset, 1), (0, 1 << 20)):
        tries: list[Timed] = []
        while len(tries) < TRIES and not any(on_time(one, noise_ms) for one in tries):
            tries.append(timed(run, log, position, min_bytes, WAIT_MS))
        if any(not one.fetched.ok for one in tries):
            continue
        best = min(tries, key=lambda one: abs(one.ms - WAIT_MS))
        run.judge(
            on_time(best, noise_ms), "answered-too-early" if best.ms < WAIT_MS else "answered-too-late",
            expected=f"the answer after about {WAIT_MS} ms (max_wait), in one of {TRIES} tries; "
            f"other fetches took up to {noise_ms:.1f} ms",
            seen=f"answers after {', '.join(f'{one.ms:.1f}' for one in tries)} ms",
            evidence=[one.fetched.exchange for one in tries],
        )  # fmt: skip


def timed(run: Run, log: KnownLog, position: int, min_bytes: int, max_wait_ms: int) -> Timed:
    """By our clock, around the call."""
    started = time.monotonic()
    fetched = run.session.fetch(log.topic, position, min_bytes=min_bytes, max_wait_ms=max_wait_ms)
    return Timed(fetched, (time.monotonic() - started) * 1e3)


def on_time(one: Timed, noise_ms: float) -> bool:
    """Not before max_wait, up to a clock tick or the noise; not after twice the wait and ten times the noise."""
    return WAIT_MS - max(2.0, noise_ms) <= one.ms <= 2 * WAIT_MS + 10 * noise_ms
