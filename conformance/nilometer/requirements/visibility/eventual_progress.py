"""V7: what is committed is delivered, and what can be acknowledged is."""

from __future__ import annotations

import time

from nilometer.clients.batches import wall_clock_ms
from nilometer.clients.exchange import Exchange
from nilometer.clients.observations import Topic
from nilometer.clients.session import READ_COMMITTED, READ_UNCOMMITTED, Session
from nilometer.requirement import requirement
from nilometer.run import Run
from nilometer.workloads.batches import codecs, named_plan
from nilometer.workloads.known_log import KnownLog, TransactionPlan, has_transactions
from nilometer.workloads.together import together
from nilometer.workloads.visible import delivered

PARTITIONS = 2
LONG_POLL_MS = 300
NAMES = {READ_UNCOMMITTED: "read_uncommitted", READ_COMMITTED: "read_committed"}


@requirement(
    id="V7",
    name="visibility.eventual_progress",
    level="MUST",
    sentence="Without faults every record acknowledged with acks=all, or of a committed transaction, is delivered "
    "to a reader of its partition within T, and a new acks=all produce is acknowledged",
    profiles=("core", "replication", "eos"),
    sources=("Kafka design document", "KIP-966 (strict min ISR)"),
    apis={"Produce": 3, "Fetch": 4},
    signatures={
        "never-delivered": "a reader that goes on asking is not given an acknowledged record within T",
        "never-acknowledged": "a new produce with acks=all is refused although nothing is wrong",
    },
)
def check(run: Run) -> None:
    """Readers that wait at the end while records come, and readers that begin when all is written."""
    for _ in range(run.cases(1)):
        awaited(run)
        afterwards(run)


def awaited(run: Run) -> None:
    """Readers wait in long polls for what a writer sends."""
    topic = run.topic(partitions=PARTITIONS)
    readers = [Reader(run, topic, partition) for partition in range(PARTITIONS)]

    def write(session: Session) -> None:
        for number in range(6):
            partition = number % PARTITIONS
            plan = named_plan(f"b{number}", 2, wall_clock_ms())
            produced = session.produce(topic, plan.encode(), partition=partition)
            if produced.ok:
                values = [one.value or b"" for one in plan.records]
                readers[partition].expect(values, produced.exchange)
        for reader in readers:
            reader.all_expected()

    together(run, [write, *(reader.read for reader in readers)])
    for reader in readers:
        reader.judge()


def afterwards(run: Run) -> None:
    """Everything is written, also transactions; then readers of both levels begin at the start."""
    log, usable = KnownLog(run, run.topic()), codecs(run.versions)
    for number, codec in enumerate(usable):
        log.append(named_plan(f"b{number}", 2, wall_clock_ms(), codec))
    if has_transactions(run):
        for commit in (True, False, True):
            plan = named_plan(f"t{len(log.written)}", 2, wall_clock_ms(), usable[-1])
            log.transact(TransactionPlan((plan,), commit))
    for isolation_level in NAMES:
        reader = Reader(run, log.topic, 0, isolation_level)
        for written in log.written:
            if written.base_offset not in log.aborted:
                reader.expect([one.value or b"" for one in written.plan.records], written.produced.exchange)
        reader.all_expected()
        reader.read(run.session)
        reader.judge()
    produced = run.session.produce(log.topic, named_plan("last", 1, wall_clock_ms()).encode())
    run.judge(
        produced.ok,
        "never-acknowledged",
        expected="an acknowledgement",
        seen=produced.error,
        evidence=produced.exchange,
    )


class Reader:
    """Reads one partition until it has everything that it is to get, or T is over."""

    def __init__(self, run: Run, topic: Topic, partition: int, isolation_level: int = READ_UNCOMMITTED) -> None:
        """Expects nothing yet."""
        self.run, self.topic, self.partition, self.isolation_level = run, topic, partition, isolation_level
        self.expected: dict[bytes, Exchange] = {}
        self.seen: set[bytes] = set()
        self.last: list[Exchange] = []
        self._complete_at: float | None = None

    def expect(self, values: list[bytes], exchange: Exchange) -> None:
        """Acknowledged in that exchange."""
        self.expected.update(dict.fromkeys(values, exchange))

    def all_expected(self) -> None:
        """No more will come; T begins."""
        self._complete_at = time.monotonic()

    def read(self, session: Session) -> None:
        """Long polls from offset 0 on."""
        position, begun = 0, time.monotonic()
        while time.monotonic() < (self._complete_at or begun + self.run.liveness_s) + self.run.liveness_s:
            if self._complete_at is not None and self.expected.keys() <= self.seen:
                return
            fetched = session.fetch(
                self.topic, position, partition=self.partition, isolation_level=self.isolation_level,
                max_wait_ms=LONG_POLL_MS,
            )  # fmt: skip
            self.last = [*self.last[-2:], fetched.exchange]
            self.seen.update(one.record.value or b"" for one in delivered(fetched, self.isolation_level))
            position = fetched.next_offset

    def judge(self) -> None:
        """An instance is a record."""
        for value, exchange in self.expected.items():
            self.run.judge(
                value in self.seen, "never-delivered",
                expected=f"{value!r} for a {NAMES[self.isolation_level]} reader of partition {self.partition} "
                f"within {self.run.liveness_s:g} s",
                seen="not among its records; its last fetches are shown", evidence=[exchange, *self.last],
            )  # fmt: skip
