"""Several transactional producers on one topic, and the oracle that knows what read_committed has to show.

world = World(run, producers=2, partitions=2)
world.write(0, partition=1, records=2)      producer 0, in its open transaction or a new one
world.end(0, commit=True)
world.fence(0)                              a new instance with the same transactional id
world.settle()                              ends what is open, waits until the last stable offset is the high watermark
world.read(partition)                       one read_committed scan, filtered as consumers do

`world.history` holds every transaction with its writes and its outcome. An outcome is what the coordinator has
answered: committed, aborted, or unknown where no answer settles it.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from weakref import WeakSet

from nilometer.checkers.committed_view import delivered
from nilometer.clients.batches import data_batch
from nilometer.clients.exchange import Exchange
from nilometer.clients.observations import Fetched, Produced
from nilometer.clients.session import READ_COMMITTED
from nilometer.clients.transactional import Identity, Protocol, TransactionalProducer, protocols
from nilometer.run import Run
from nilometer.verdict import NotObservable, Reason
from nilometer_reference.wire.record_encoding import Record

TRANSACTIONS = {
    "InitProducerId": 0, "FindCoordinator": 1, "AddPartitionsToTxn": 0, "EndTxn": 0, "Produce": 3, "Fetch": 4,
}  # fmt: skip
"""What no requirement on transactions can do without, with the lowest versions."""


WAITED_IN_VAIN: WeakSet[Run] = WeakSet()
IMPATIENT_S = 1.0


class Outcome(StrEnum):
    """What has become of a transaction."""

    OPEN = "open"
    COMMITTED = "committed"
    ABORTED = "aborted"
    UNKNOWN = "unknown"


@dataclass
class Transaction:
    """One transaction as its producer knows it."""

    number: int
    producer: int
    identity: Identity
    protocol: Protocol
    writes: dict[int, dict[int, bytes]] = field(default_factory=dict)
    """Acknowledged values by partition and offset."""
    offsets: dict[int, int] = field(default_factory=dict)
    """Offsets that were sent for the producer's group, by partition."""
    outcome: Outcome = Outcome.OPEN
    why: str = ""
    commit_sent_at_ns: int | None = None
    """When EndTxn(commit) was first sent."""
    exchanges: list[Exchange] = field(default_factory=list)

    @property
    def values(self) -> set[bytes]:
        """All acknowledged values."""
        return {value for partition in self.writes.values() for value in partition.values()}

    def __str__(self) -> str:
        how = f" ({self.why})" if self.why else ""
        return f"transaction {self.number} of {self.identity}, {self.outcome}{how}"


@dataclass
class Committed:
    """What a read_committed reader was shown of one partition."""

    partition: int
    fetches: list[Fetched] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    """What the standard filter delivers."""
    complete: bool = False

    @property
    def values(self) -> dict[int, bytes]:
        """By offset."""
        return {one.offset: one.value or b"" for one in self.records}

    @property
    def exchanges(self) -> list[Exchange]:
        """The evidence."""
        return [one.exchange for one in self.fetches]


def served_protocols(run: Run) -> list[Protocol]:
    """At least one; NotObservable where the target serves no transactions."""
    found = protocols(run.versions)
    if not found:
        run.versions.common("AddPartitionsToTxn")
        run.versions.common("EndTxn")
        run.not_observable(Reason.API_NOT_SERVED, "transactions are not served")
    return found


class World:
    """A new topic, and producers whose protocols alternate between those that are served."""

    def __init__(
        self, run: Run, *, producers: int = 2, partitions: int = 2, protocol: Protocol | None = None,
        timeout_ms: int = 60_000, configs: dict[str, str] | None = None,
    ) -> None:  # fmt: skip
        served = [protocol] if protocol is not None else served_protocols(run)
        self.run = run
        self.topic = run.topic(partitions=partitions, configs=configs)
        self.partitions = partitions
        self.reader = run.actor()
        self.actors = [
            TransactionalProducer(
                run.actor(), run.name("transactional-id"), served[index % len(served)], timeout_ms=timeout_ms
            )
            for index in range(producers)
        ]
        self.groups = [run.group() for _ in range(producers)]
        for actor in self.actors:
            actor.session.patience_s = run.liveness_s
            actor.init()
        self.history: list[Transaction] = []
        self.open: dict[int, Transaction] = {}
        self.plain: dict[int, dict[int, bytes]] = {}
        """Acknowledged records outside any transaction, by partition and offset."""
        self._made = 0

    # ------------------------------------------------------------------------------------------ steps

    def begin(self, producer: int) -> Transaction:
        """The open transaction of a producer; a new one if there is none."""
        if producer not in self.open:
            actor = self.actors[producer]
            self.open[producer] = Transaction(len(self.history), producer, actor.identity, actor.protocol)
            self.history.append(self.open[producer])
        return self.open[producer]

    def values(self, count: int, tag: str = "") -> list[bytes]:
        """New ones."""
        self._made += 1
        return [f"{tag}{self._made}.{index}".encode() for index in range(count)]

    def write(self, producer: int, partition: int = 0, records: int = 1) -> Produced:
        """One batch; NotObservable unless it is acknowledged."""
        transaction, actor = self.begin(producer), self.actors[producer]
        values = self.values(records, f"t{transaction.number}.")
        with self._noting(transaction, actor):
            produced = actor.wrote(self.topic, values, partition)
        stored = transaction.writes.setdefault(partition, {})
        stored.update(enumerate(values, produced.base_offset))
        return produced

    def write_plain(self, partition: int = 0, records: int = 1) -> Produced:
        """A batch without a producer id."""
        self._made += 1
        tag = f"plain{self._made}"
        produced = self.reader.produce(self.topic, data_batch(tag, records), partition=partition)
        if not produced.ok:
            raise NotObservable(Reason.REFUSED, f"Produce without a transaction: {produced.error}")
        values = [f"{tag}.{index}".encode() for index in range(records)]
        self.plain.setdefault(partition, {}).update(enumerate(values, produced.base_offset))
        return produced

    def send_offsets(self, producer: int, partition: int, offset: int) -> None:
        """An offset for the producer's own group; NotObservable unless it is accepted."""
        transaction, actor = self.begin(producer), self.actors[producer]
        with self._noting(transaction, actor):
            answered = actor.commit_offsets(self.groups[producer], {(self.topic.name, partition): offset})
        if not answered.ok:
            raise NotObservable(Reason.REFUSED, f"{answered.exchange.api}: {answered.error}")
        transaction.offsets[partition] = offset

    def end(self, producer: int, commit: bool) -> None:
        """EndTxn of the open transaction; nothing happens without one.

        A refusal leaves the transaction open to others: a new instance aborts it, as an application would.
        """
        if producer not in self.open:
            return
        transaction, actor = self.open[producer], self.actors[producer]
        if commit:
            transaction.commit_sent_at_ns = time.monotonic_ns()
        with self._noting(transaction, actor):
            answered = actor.end(commit)
        if not answered.ok:
            transaction.why = f"EndTxn was answered with {answered.error}"
            self.fence(producer)
            return
        self.close(producer, Outcome.COMMITTED if commit else Outcome.ABORTED, "")

    def fence(self, producer: int) -> None:
        """A new instance takes the transactional id over; what was open is aborted."""
        old = self.actors[producer]
        actor = TransactionalProducer(
            self.run.actor(), old.transactional_id, old.protocol, timeout_ms=old.timeout_ms
        )  # fmt: skip
        if producer in self.open:
            with self._noting(self.open[producer], actor):
                actor.init()
            self.close(producer, Outcome.ABORTED, self.open[producer].why or "a new instance took its place")
        else:
            actor.init()
        self.actors[producer] = actor

    def close(self, producer: int, outcome: Outcome, why: str) -> None:
        """The outcome is settled."""
        transaction = self.open.pop(producer)
        transaction.outcome, transaction.why = outcome, why

    # ------------------------------------------------------------------------------------------ reading

    def read(
        self, partition: int = 0, start: int = 0, *, max_bytes: int = 50 << 20, within_s: float = 5.0
    ) -> Committed:
        """From `start` to the last stable offset; not complete if that is not reached in time."""
        read = Committed(partition)
        position, deadline = start, time.monotonic() + within_s
        while True:
            fetched = self.reader.fetch(
                self.topic, position, partition=partition, isolation_level=READ_COMMITTED, max_bytes=max_bytes,
                partition_max_bytes=max_bytes,
            )  # fmt: skip
            read.fetches.append(fetched)
            read.records += delivered(fetched.batches, fetched.aborted, position)
            position = fetched.next_offset
            read.complete = fetched.ok and position >= fetched.last_stable_offset
            if read.complete or not fetched.ok or time.monotonic() > deadline:
                return read

    def expected(self, partition: int) -> dict[int, bytes]:
        """What read_committed has to show once everything is settled."""
        values = dict(self.plain.get(partition, {}))
        for transaction in self.history:
            if transaction.outcome is Outcome.COMMITTED:
                values.update(transaction.writes.get(partition, {}))
        return dict(sorted(values.items()))

    def writer_of(self, value: bytes) -> Transaction | None:
        """The transaction that wrote a value."""
        return next((one for one in self.history if value in one.values), None)

    # ------------------------------------------------------------------------------------------ the end

    def end_all(self) -> None:
        """Commit every second open transaction and abort the others."""
        for producer in list(self.open):
            self.end(producer, commit=producer % 2 == 0)

    def unsettled(self, within_s: float | None = None) -> Fetched | None:
        """The answer of a partition whose last stable offset stays below its high watermark; None if there is none.

        Waits for T, and less once a partition of the same run was waited for in vain.
        """
        longest_s = min(self.run.liveness_s, IMPATIENT_S) if self.run in WAITED_IN_VAIN else self.run.liveness_s
        for partition in range(self.partitions):
            fetched = self.until_stable(partition, longest_s if within_s is None else within_s)
            if fetched.last_stable_offset < fetched.high_watermark:
                if within_s is None:
                    WAITED_IN_VAIN.add(self.run)
                return fetched
        return None

    def until_stable(self, partition: int, within_s: float) -> Fetched:
        """The last answer: with equal offsets, or when the time is over."""
        deadline, pause_s = time.monotonic() + within_s, 0.005
        while True:
            fetched = self.reader.fetch(
                self.topic, 0, partition=partition, isolation_level=READ_COMMITTED, max_bytes=1, partition_max_bytes=1
            )
            if fetched.last_stable_offset >= fetched.high_watermark or time.monotonic() > deadline:
                return fetched
            time.sleep(pause_s)
            pause_s = min(pause_s * 1.5, 0.1)

    def settle(self) -> None:
        """End everything. NotObservable if a partition does not come to rest (T1 judges that)."""
        self.end_all()
        if stuck := self.unsettled():
            raise NotObservable(
                Reason.INCOMPLETE_READ,
                f"the last stable offset stays at {stuck.last_stable_offset} below {stuck.high_watermark} (T1)",
            )

    def evidence(self, *more: Iterable[Exchange]) -> list[Exchange]:
        """All transactions' exchanges, and more."""
        return [*(one for transaction in self.history for one in transaction.exchanges), *(e for m in more for e in m)]

    def _noting(self, transaction: Transaction, actor: TransactionalProducer) -> Noting:
        return Noting(transaction, actor)


class Noting:
    """What the actor sends in the block becomes evidence of the transaction."""

    def __init__(self, transaction: Transaction, actor: TransactionalProducer) -> None:
        self.transaction, self.actor = transaction, actor

    def __enter__(self) -> None:
        self.before = len(self.actor.exchanges)

    def __exit__(self, *_: object) -> None:
        self.transaction.exchanges += self.actor.exchanges[self.before :]


def shown(values: dict[int, bytes] | Sequence[Record]) -> str:
    """`0=t0.1.0 2=t1.1.0` for a sentence."""
    pairs = values.items() if isinstance(values, dict) else [(one.offset, one.value or b"") for one in values]
    return " ".join(f"{offset}={value.decode(errors='replace')}" for offset, value in sorted(pairs)) or "no records"
