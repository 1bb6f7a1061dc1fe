"""A journal in memory that can be told to fail, and a broker's worth of partitions that take markers.

journal = MemoryJournal()           the next appends raise what `journal.fails_with` is set to
markers = Markers()                 partitions named in `markers.failing` raise, the others remember what they took
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from nilometer_reference.broker.config import BrokerConfig
from nilometer_reference.broker.journal import JournalRecord
from nilometer_reference.broker.timers import Timers
from nilometer_reference.broker.transactions.coordinator import TransactionCoordinator
from nilometer_reference.broker.transactions.producer_ids import JournaledBlocks, ProducerIds
from nilometer_reference.broker.transactions.transaction import Transaction
from nilometer_reference.broker.transactions.transaction_log import TransactionLog
from nilometer_reference.wire.errors import ErrorCode, KafkaError

START_MS = 1_700_000_000_000


class MemoryJournal:
    """Records in lists, one a partition. `fails_with` makes every append raise that code; `failures` are codes
    for the next appends, one each (None: that one succeeds)."""

    def __init__(self, partition_count: int = 4) -> None:
        self.partitions: list[list[JournalRecord]] = [[] for _ in range(partition_count)]
        self.fails_with: ErrorCode | None = None
        self.failures: deque[ErrorCode | None] = deque()

    @property
    def partition_count(self) -> int:
        return len(self.partitions)

    @property
    def records(self) -> list[JournalRecord]:
        return [record for partition in self.partitions for record in partition]

    def append(
        self,
        partition: int,
        records: Sequence[tuple[bytes, bytes | None]],
        now_ms: int,
        *,
        producer_id: int = -1,
        producer_epoch: int = -1,
    ) -> int:
        code = self.failures.popleft() if self.failures else self.fails_with
        if code is not None:
            raise KafkaError(code, "the journal was told to fail")
        log = self.partitions[partition]
        base_offset = len(log)
        for key, value in records:
            log.append(JournalRecord(len(log), now_ms, key, value, producer_id, producer_epoch))
        return base_offset

    def replay(self, partition: int) -> Iterator[JournalRecord]:
        return iter(list(self.partitions[partition]))


@dataclass(frozen=True)
class Marker:
    """One marker as a partition took it."""

    topic: str
    index: int
    producer_id: int
    producer_epoch: int
    coordinator_epoch: int
    commit: bool
    transaction_version: int


@dataclass
class Markers:
    """Where markers go. `failing` maps a partition to the code that it answers with; `on_write` is called first."""

    failing: dict[tuple[str, int], ErrorCode] = field(default_factory=dict)
    taken: list[Marker] = field(default_factory=list)
    on_write: Callable[[], None] = lambda: None

    def write(
        self,
        topic: str,
        index: int,
        *,
        producer_id: int,
        producer_epoch: int,
        coordinator_epoch: int,
        commit: bool,
        transaction_version: int,
        now_ms: int,
    ) -> None:
        assert now_ms >= START_MS
        self.on_write()
        if (topic, index) in self.failing:
            raise KafkaError(self.failing[topic, index], f"{topic}-{index} was told to fail")
        self.taken.append(
            Marker(topic, index, producer_id, producer_epoch, coordinator_epoch, commit, transaction_version)
        )


class Coordination:
    """A coordinator over a memory journal, with a clock that stands still."""

    def __init__(self, config: BrokerConfig | None = None) -> None:
        self.config = config or BrokerConfig()
        self.journal = MemoryJournal()
        self.metadata = MemoryJournal(1)
        self.markers = Markers()
        self.now_ms = START_MS
        self.restart()

    def restart(self) -> None:
        """The process ends and another one reads the journals."""
        self.timers = Timers()
        self.coordinator = TransactionCoordinator(
            self.config,
            self.journal,
            self.timers,
            ProducerIds(JournaledBlocks(self.metadata)),
            self.markers.write,
            offsets_partition_count=lambda: 4,
            coordinator_epoch=lambda _partition: 7,
        )
        self.coordinator.load(self.now_ms)

    def wear_out(self, producer_epoch: int, transactional_id: str = "t", timeout_ms: int = 60_000) -> None:
        """The id has had every epoch up to this one, of a producer id of its own."""
        producer_id, _ = self.init(None)
        worn = Transaction(transactional_id, producer_id, producer_epoch, timeout_ms, self.now_ms)
        TransactionLog(self.journal, self.config.transaction_version).append(worn, self.now_ms)
        self.restart()

    def advance(self, span_ms: int) -> None:
        """Time passes; timers run at the instants at which they are due."""
        end_ms = self.now_ms + span_ms
        while (deadline_ms := self.timers.next_deadline_ms()) is not None and deadline_ms <= end_ms:
            self.now_ms = deadline_ms
            self.timers.run_due(deadline_ms)
        self.now_ms = end_ms

    def init(
        self,
        transactional_id: str | None = "t",
        timeout_ms: int = 60_000,
        *,
        producer_id: int = -1,
        producer_epoch: int = -1,
    ) -> tuple[int, int]:
        return self.coordinator.init_producer_id(
            transactional_id, timeout_ms, producer_id=producer_id, producer_epoch=producer_epoch, now_ms=self.now_ms
        )

    def add(self, producer: tuple[int, int], *partitions: tuple[str, int], version: int = 0, id_: str = "t") -> None:
        self.coordinator.add_partitions(
            id_, *producer, partitions, client_transaction_version=version, now_ms=self.now_ms
        )

    def end(self, producer: tuple[int, int], *, commit: bool, version: int = 0, id_: str = "t") -> tuple[int, int]:
        return self.coordinator.end_transaction(
            id_, *producer, commit=commit, client_transaction_version=version, now_ms=self.now_ms
        )

    def produce(self, producer: tuple[int, int], partition: tuple[str, int], version: int, id_: str = "t") -> None:
        self.coordinator.check_produce(id_, *producer, *partition, produce_version=version, now_ms=self.now_ms)
