"""The three loads. Each checks what it did by asking the broker, so that a fast broker that loses is none.

produce   until `seconds` or `bytes_max` are over, whichever comes first, then until all is acknowledged
consume   a topic filled once a target, read from its beginning again and again for `seconds`
latency   1000 messages a second, each on its own, for `seconds`
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from benchmarks.clients.cells import Cell, Load
from benchmarks.clients.librdkafka import CONSUMER, PRODUCER, Client, ClientError
from benchmarks.clients.processes import Meter, Usage

FLUSH_TIMEOUT_S: Final = 60.0
MESSAGES_A_SECOND: Final = 1000
_FILL: Final = {"linger.ms": 20, "batch.num.messages": 100_000, "queue.buffering.max.messages": 1_000_000}
_WARM_MESSAGES: Final = 50


@dataclass(frozen=True, slots=True)
class Limits:
    seconds: float
    bytes_max: int
    """Payload bytes that one round may write."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """One round of one cell on one target."""

    messages: int
    usage: Usage
    p50_us: float = 0.0
    p99_us: float = 0.0

    @property
    def rate(self) -> float:
        """Messages a second."""
        return self.messages / self.usage.wall_s

    @property
    def cpu_us(self) -> float:
        """The broker's processor time a message."""
        return 1e6 * self.usage.broker_cpu_s / self.messages


def _check_end(client: Client, expected: int) -> None:
    _, end = client.watermarks()
    if end != expected:
        raise ClientError(f"{expected} messages were acknowledged, the log ends at {end}")


def produce(bootstrap: str, topic: str, cell: Cell, limits: Limits, groups: Sequence[int]) -> Measurement:
    """One connection, one partition. Raises ClientError."""
    assert cell.load is Load.PRODUCE
    with Client(PRODUCER, bootstrap, topic, cell.settings) as client:
        payload = bytes(cell.payload_bytes)
        client.produce(client.prepare(payload, 1))
        client.flush(FLUSH_TIMEOUT_S)
        messages = client.prepare(payload, cell.messages_a_call)
        calls_max = max(1, limits.bytes_max // (cell.payload_bytes * cell.messages_a_call))
        calls = 0
        meter = Meter(groups)
        deadline = time.perf_counter() + limits.seconds
        while calls < calls_max and time.perf_counter() < deadline:
            client.produce(messages)
            calls += 1
        client.flush(FLUSH_TIMEOUT_S)
        usage = meter.usage()
        produced = calls * cell.messages_a_call
        _check_end(client, produced + 1)
    return Measurement(produced, usage)


def fill(bootstrap: str, topic: str, cell: Cell, bytes_max: int) -> int | None:
    """Write the topic that `consume` reads; how many messages, None if the broker did not keep them all."""
    with Client(PRODUCER, bootstrap, topic, _FILL) as client:
        messages = client.prepare(bytes(cell.payload_bytes), cell.messages_a_call)
        calls = max(1, bytes_max // (cell.payload_bytes * cell.messages_a_call))
        for _ in range(calls):
            client.produce(messages)
        client.flush(FLUSH_TIMEOUT_S)
        written = calls * cell.messages_a_call
        return written if client.watermarks() == (0, written) else None


def consume(
    bootstrap: str, topic: str, cell: Cell, limits: Limits, groups: Sequence[int], messages: int
) -> Measurement:
    """Without a group, from offset 0 to `messages`. Raises ClientError."""
    assert cell.load is Load.CONSUME
    with Client(CONSUMER, bootstrap, topic, cell.settings) as client:
        client.watermarks()  # connects
        passes = 0
        meter = Meter(groups)
        deadline = time.perf_counter() + limits.seconds
        while not passes or time.perf_counter() < deadline:
            client.consume_from_start(messages, FLUSH_TIMEOUT_S)
            passes += 1
        usage = meter.usage()
    return Measurement(passes * messages, usage)


def latency(bootstrap: str, topic: str, cell: Cell, limits: Limits, groups: Sequence[int]) -> Measurement:
    """A message every millisecond, whether or not the one before is acknowledged. Raises ClientError."""
    assert cell.load is Load.LATENCY
    latencies: list[int] = []
    errors: list[int] = []

    def on_delivery(error: int, latency_us: int) -> None:
        (errors if error else latencies).append(error or latency_us)

    with Client(PRODUCER, bootstrap, topic, cell.settings, on_delivery) as client:
        message = client.prepare(bytes(cell.payload_bytes), 1)
        for _ in range(_WARM_MESSAGES):
            client.produce(message)
            client.flush(FLUSH_TIMEOUT_S)
        latencies.clear()
        count = max(1, int(limits.seconds * MESSAGES_A_SECOND))
        meter = Meter(groups)
        start = time.perf_counter()
        for number in range(count):
            due = start + number / MESSAGES_A_SECOND
            if (wait := due - time.perf_counter()) > 0:
                time.sleep(wait)
            client.produce(message)
            # Waiting is in whole milliseconds: for this report, or until the next message is due.
            client.poll(1)
        client.flush(FLUSH_TIMEOUT_S)
        usage = meter.usage()
        _check_end(client, count + _WARM_MESSAGES)
    if errors or len(latencies) != count:
        raise ClientError(f"{len(latencies)} of {count} messages were delivered, errors {set(errors)}")
    ordered = sorted(latencies)
    return Measurement(count, usage, statistics.median(ordered), ordered[int(0.99 * (count - 1))])
