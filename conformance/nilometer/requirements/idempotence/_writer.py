"""An idempotent producer by hand: it numbers its batches, keeps them, and knows what the log must hold.

writer = Writer(session, topic)              a new producer id
batch = writer.next(2)                       two records, not yet sent
produced = writer.send(batch)
writer.took(batch, produced)                 when it was acknowledged as new
writer.log.judge(run, "signature", …)        reads the partition and compares
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nilometer.checkers.producer_window import Expected, ProducerWindow, Sequences
from nilometer.clients.batches import Record, data_batch, encode_batch, wall_clock_ms
from nilometer.clients.exchange import Exchange
from nilometer.clients.observations import Produced, Scan, Topic
from nilometer.clients.session import LATEST, Session
from nilometer.run import Run
from nilometer.verdict import NotObservable, Reason


@dataclass(frozen=True)
class Sent:
    """A batch as it is sent, each time the same bytes."""

    producer_id: int
    sequences: Sequences
    values: tuple[bytes, ...]
    data: bytes

    def __str__(self) -> str:
        return f"producer {self.producer_id}, {self.sequences}"


class Writer:
    """One producer id on one partition whose only writers are writers of one `PartitionLog`."""

    def __init__(
        self, session: Session, topic: Topic, log: PartitionLog, *, producer_id: int | None = None, epoch: int = 0
    ) -> None:
        """Asks for a producer id unless one is given."""
        self.session = session
        self.topic = topic
        self.log = log
        if producer_id is None:
            producer_id, epoch = session.init_producer_id()
        self.producer_id = producer_id
        self.epoch = epoch
        log.producer_ids.add(producer_id)
        self.window = ProducerWindow()
        self.exchanges: list[Exchange] = []
        self._made = 0

    def batch(
        self, first: int, count: int = 1, *, epoch: int | None = None, timestamp: int | None = None, padding: int = 0
    ) -> Sent:
        """A batch with these numbers and new values, each followed by `padding` bytes."""
        self._made += 1
        values = tuple(f"{self.producer_id}.{self._made}.{index}".encode() + b"." * padding for index in range(count))
        at = wall_clock_ms() if timestamp is None else timestamp
        epoch = self.epoch if epoch is None else epoch
        records = [Record(-1, at, b"k", value) for value in values]
        data = encode_batch(records, producer_id=self.producer_id, producer_epoch=epoch, base_sequence=first)
        return Sent(self.producer_id, Sequences.of(epoch, first, count), values, data)

    def next(self, count: int = 1) -> Sent:
        """The batch that a correct producer would send now."""
        return self.batch(self.window.next_sequence, count)

    def expect(self, batch: Sent) -> Expected:
        """What the model says."""
        return self.window.expect(batch.sequences)

    def send(self, batch: Sent, session: Session | None = None) -> Produced:
        """One Produce."""
        produced = (session or self.session).produce(self.topic, batch.data, partition=self.log.partition)
        self.exchanges.append(produced.exchange)
        return produced

    def took(self, batch: Sent, produced: Produced) -> None:
        """The leader has appended it there."""
        self.window.append(batch.sequences, produced.base_offset)
        self.log.append(produced.base_offset, batch)

    def write(self, count: int = 1) -> Sent:
        """A correct next batch as a preparation: NotObservable unless it was acknowledged."""
        return self.must_take(self.next(count))

    def must_take(self, batch: Sent) -> Sent:
        """This batch as a preparation: NotObservable unless it was acknowledged."""
        produced = self.send(batch)
        if not produced.ok:
            raise NotObservable(Reason.REFUSED, f"Produce of {batch}: {produced.error}")
        self.took(batch, produced)
        return batch


class PartitionLog:
    """What a partition must hold from `start` on, if every writer to it tells."""

    def __init__(self, session: Session, topic: Topic, partition: int = 0) -> None:
        """Begins at the present end of the partition."""
        self.session = session
        self.topic = topic
        self.partition = partition
        self.start = session.list_offsets(topic, LATEST, partition=partition).offset
        self.expected: dict[int, bytes] = {}
        """Values by offset."""
        self.batches: list[Sent] = []
        self.producer_ids: set[int] = set()
        """Whose records count; a partition may hold those of earlier examples."""

    def has_held_a_record(self) -> None:
        """Write a plain record: a leader may accept an unknown producer's first batch only at sequence 0 as long as
        the partition never held a record (KAFKA-15591, after 4.3)."""
        produced = self.session.produce(self.topic, data_batch("plain"), partition=self.partition)
        if not produced.ok:
            raise NotObservable(Reason.REFUSED, f"Produce of a plain record: {produced.error}")

    def append(self, base_offset: int, batch: Sent) -> None:
        """A batch was acknowledged."""
        self.batches.append(batch)
        for offset, value in enumerate(batch.values, base_offset):
            self.expected[offset] = value

    @property
    def end(self) -> int:
        """Where the next record must go."""
        return max(self.expected, default=self.start - 1) + 1

    def scan(self) -> Scan:
        """Everything since `start`; NotObservable when the end was not reached."""
        start = min(self.start, *self.expected) if self.expected else self.start
        scan = self.session.scan(self.topic, start, partition=self.partition)
        if not scan.complete:
            raise NotObservable(Reason.INCOMPLETE_READ, f"the read of {self.topic.name} ended with {scan.last.error}")
        return scan

    def ours(self, scan: Scan) -> dict[int, bytes]:
        """Values by offset, of the producers of this log only."""
        prefixes = tuple(f"{producer_id}.".encode() for producer_id in self.producer_ids)
        return {one.offset: one.value for one in scan.records if one.value and one.value.startswith(prefixes)}

    def judge(self, run: Run, signature: str, evidence: Sequence[Exchange]) -> bool:
        """Whether the partition holds exactly what was acknowledged as appended; one instance."""
        scan = self.scan()
        seen = self.ours(scan)
        return run.judge(
            seen == self.expected, signature, expected=f"exactly the acknowledged records {shown(self.expected)}",
            seen=shown(seen), evidence=[*evidence, *scan.exchanges],
        )  # fmt: skip


def shown(values: dict[int, bytes]) -> str:
    """`0=7.1.0 1=7.1.1` for a sentence."""
    return " ".join(f"{offset}={value.decode(errors='replace')}" for offset, value in sorted(values.items())) or "none"
