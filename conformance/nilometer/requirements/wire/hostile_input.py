"""W5: hostile bytes close at most their own connection. What is thrown stands in `_hostile.py`.

after each      a connection that was open before is answered, and so is a new one
at the end      the log of another topic is what it was; the memory of a process of ours has stayed bounded
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import suppress

from nilometer.clients.batches import data_batch
from nilometer.clients.observations import Topic
from nilometer.clients.raw import Connection, NoAnswer, request_frame
from nilometer.clients.session import LATEST
from nilometer.requirement import requirement
from nilometer.requirements.wire._hostile import bodies, frames, mutated
from nilometer.run import Run
from nilometer_reference.wire import messages as m
from nilometer_reference.wire.codec import Message
from nilometer_reference.wire.messages.list_offsets import ListOffsetsPartition, ListOffsetsTopic

GROWTH_BYTES_MAX = 1 << 30
"""How much resident memory may grow by. A JVM of ours has a heap of 700 MB that it need not have touched before."""
LINGER_S = 0.05
"""How long a hostile connection may take to close, or to answer, before the next one."""
BYTES_SHOWN = 240
HELD = 8
"""Connections that stay open with a frame that was announced and does not come."""


@requirement(
    id="W5",
    name="wire.hostile_input",
    level="MUST",
    sentence="Malformed, oversized, truncated or hostile input closes at most that connection: others and all state "
    "are unaffected, the broker keeps serving, its memory stays bounded",
    profiles=("security", "core"),
    sources=("Kafka protocol guide", "CVE-2022-34917 (memory from a length that was not checked)"),
    apis={"Produce": 3, "Fetch": 4, "Metadata": 1},
    signatures={
        "others-disturbed": "a connection that was open before was closed or not answered",
        "stops-serving": "a new connection was not answered",
        "state-changed": "the log of another topic is not what it was",
        "memory-unbounded": "the process has grown by more than a gigabyte",
    },
    time_limit_s=120,
)
def check(run: Run) -> None:
    """Lying frames, lying record sets, mutated requests, random bytes, and connections held open."""
    canary_topic, victim = run.topic(), run.topic()
    run.session.produce(canary_topic, data_batch(run.name("value"), 5))
    before = contents(run, canary_topic)
    memory = resident_bytes(run)
    attacker = Attacker(run, victim)
    with run.session.open() as canary:
        for what, data in attacker.everything(run.cases(40)):
            if run.out_of_time:
                break
            attacker.throw(data)
            if not still_serves(run, canary, f"{what}; sent were {shown(data)}"):
                return  # every further one would say the same
            grown = 0 if memory is None else (resident_bytes(run) or memory) - memory
            if grown > GROWTH_BYTES_MAX:
                run.violated("memory-unbounded", expected=f"at most {GROWTH_BYTES_MAX} bytes more than before",
                             seen=f"{grown} bytes more, after {what}")  # fmt: skip
                return
    attacker.release()
    after = contents(run, canary_topic)
    run.judge(
        before == after,
        "state-changed",
        expected=f"{canary_topic.name}: {before}",
        seen=f"{after}",
        evidence=run.journal.exchanges[-3:],
    )
    if memory is not None:
        run.holds()
        run.note(f"resident memory grew by {max(0, (resident_bytes(run) or memory) - memory) >> 20} MiB")


class Attacker:
    """Throws bytes at connections that nobody else uses."""

    def __init__(self, run: Run, victim: Topic) -> None:
        self.run = run
        self.victim = victim
        self.node = run.session.leader(victim)
        self.held: list[Connection] = []

    def everything(self, cases: int) -> Iterator[tuple[str, bytes]]:
        """All of it: what it is, and the bytes."""
        yield from frames()
        for what, records in bodies(self.run.name("value")):
            request, version = self.run.session.produce_request(self.victim, records)
            frame = request_frame(request, version, 9)
            yield f"Produce of {what}", struct.pack(">i", len(frame)) + frame
        requests = list(self.requests())
        for _ in range(cases):
            yield mutated(self.run.random, *self.run.random.choice(requests))
        for _ in range(cases // 4):
            noise = self.run.random.randbytes(self.run.random.randrange(1, 300))
            yield f"random bytes {noise[:24].hex()}…", struct.pack(">i", len(noise)) + noise

    def requests(self) -> Iterator[tuple[Message, int]]:
        """Honest ones, of the victim topic or of nothing."""
        session = self.run.session
        yield session.produce_request(self.victim, data_batch(self.run.name("value"), 2))
        yield session.fetch_request(self.victim, 0)
        part = ListOffsetsPartition(partition_index=0, timestamp=LATEST)
        topic = ListOffsetsTopic(self.victim.name, [part])
        yield m.ListOffsetsRequest(-1, 0, [topic], timeout_ms=1_000), session.version("ListOffsets", at_least=1)
        yield m.ApiVersionsRequest("nilometer", "0"), session.version("ApiVersions")
        yield m.MetadataRequest(topics=[], allow_auto_topic_creation=False), session.version("Metadata", at_least=1)

    def throw(self, data: bytes) -> None:
        """On a new connection, which then closes; the first ones stay open, so that what they announced is awaited."""
        with self.run.journal.not_judged(), suppress(NoAnswer):
            connection = self.run.session.open(self.node)
            connection.send_bytes(data)
            if len(self.held) < HELD:
                self.held.append(connection)
                return
            connection.is_closed_by_peer(LINGER_S)
            connection.close()

    def release(self) -> None:
        """Close what was held."""
        for connection in self.held:
            connection.close()


def still_serves(run: Run, canary: Connection, what: str) -> bool:
    """The old connection and a new one are answered."""
    version = run.session.version("Metadata", at_least=1)
    ask = m.MetadataRequest(topics=[], allow_auto_topic_creation=False)
    for signature in ("others-disturbed", "stops-serving"):
        try:
            if signature == "others-disturbed":
                canary.call(ask, version)
            else:
                with run.session.open() as fresh:
                    fresh.call(ask, version)
        except NoAnswer as missing:
            evidence = [missing.exchange] if missing.exchange is not None else run.journal.exchanges[-2:]
            run.violated(signature, expected=f"an answer after {what}", seen=missing.detail, evidence=evidence)
            return False
        run.holds()
    return True


def shown(data: bytes) -> str:
    """Bytes for a reader who wants to send them again."""
    return data.hex() if len(data) <= BYTES_SHOWN else f"{data[:BYTES_SHOWN].hex()}… ({len(data)} bytes)"


def contents(run: Run, topic: Topic) -> str:
    """Start, end and every record of the log."""
    scan = run.session.scan(topic)
    values = [(record.offset, record.value) for record in scan.records]
    return f"log start {scan.last.log_start_offset}, high watermark {scan.last.high_watermark}, records {values}"


def resident_bytes(run: Run) -> int | None:
    """Of all processes of the target, if they are ours and this system tells."""
    target = run.subject.target
    return None if target is None else target.resident_bytes()
