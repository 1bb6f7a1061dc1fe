"""What the client, the connections and the partition remember.

    client        numbers batches 1, 2, 3 …; gives each an epoch and a sequence; sends again what is not acknowledged
    connections   one after the other; a request on a broken one may still arrive, its answer goes nowhere
    partition     a log, how much of it is replicated, and the producer's state: epoch and the last batches

    epoch of the batch   sequence                             verdict of the leader
    older                any                                  old_epoch           (INVALID_PRODUCER_EPOCH)
    ours                 one of the remembered                duplicate, with the offset of then
    ours                 next after the last (0 after the modulus)   appended
    ours                 any other                            out_of_order        (OUT_OF_ORDER_SEQUENCE_NUMBER)
    newer                0 / any other                        appended / out_of_order
    no state at all      0 / any other                        appended / out_of_order, or as `unknown_starts_at_zero`

Sources: KIP-98, KIP-360; `ProducerAppendInfo`, `ProducerStateEntry`, `ProducerStateManager`; `TransactionManager`,
`TxnPartitionEntry` and `RecordAccumulator` of the client.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

NOTHING = -1
"""No sequence, no offset."""


class Rules(NamedTuple):
    """How client and broker behave. The defaults keep the promise; README.md says where Kafka has other ones."""

    deduplicates: bool = True
    """A batch that is remembered is answered, not judged (KIP-98)."""
    remembers_window: bool = True
    """The last batches are remembered, not the last one only (KAFKA-5494)."""
    duplicate_has_its_offset: bool = True
    """A duplicate is answered with the offset that it got (KAFKA-14034)."""
    gaps_refused: bool = True
    """Only the next sequence is appended (KIP-98)."""
    sequence_wraps: bool = True
    """The sequence after the last one is 0."""
    epoch_fenced: bool = True
    """A batch of an older epoch is refused; otherwise its sequence is judged as if its epoch were ours."""
    new_epoch_starts_at_zero: bool = True
    """The first batch of a newer epoch has sequence 0 (KIP-360)."""
    unknown_starts_at_zero: bool = True
    """So has the first one of a producer without state. In Kafka: with transaction version 2, and on an empty partition
    (KAFKA-15591); otherwise any sequence will do (KAFKA-14359)."""
    state_follows_append: bool = True
    """The state changes after the append, which may fail (KAFKA-6683)."""
    state_outlives_records: bool = True
    """Deleting all records of a producer leaves its state (KIP-360, KAFKA-7190)."""
    state_kept_while_busy: bool = True
    """A producer is forgotten only when it was idle for longer than anything can be under way."""
    truncation_rewinds_state: bool = True
    """A new leader's state is that of its log."""
    snapshot_has_window: bool = True
    """A snapshot holds all remembered batches; in Kafka only the last one (`ProducerSnapshot.json`, KAFKA-12207)."""
    snapshot_outlives_records: bool = True
    """A snapshot counts also when all records before it are deleted; in Kafka it does not (`truncateAndReload`)."""
    renumbered_in_order: bool = True
    """With a new epoch the client numbers what is in flight anew in the order of sending (KAFKA-8484)."""
    bumps_only_if_next: bool = True
    """OUT_OF_ORDER_SEQUENCE_NUMBER leads to a new epoch only for the batch after the last acknowledged one."""
    counts_span: bool = True
    """At most `in_flight` batches from the first unacknowledged one on; in Kafka at most that many requests."""
    last_acked_wraps: bool = True
    """The last acknowledged sequence is that of the latest batch; in Kafka it is the largest number."""
    delay_bounded: bool = True
    """The premise: a request does not arrive after a whole cycle of sequences."""


class Config(NamedTuple):
    """Bounds, and the rules. Faults happen at most so many times."""

    batches: int = 3
    in_flight: int = 2
    window: int = 2
    """Batches that the broker remembers; 5 in Kafka."""
    modulus: int = 16
    """Sequences are 0 .. modulus - 1; 2^31 of them in Kafka."""
    max_epoch: int = 1
    breaks: int = 1
    """Connections that break."""
    failures: int = 0
    """Appends that fail: a storage error, too few replicas."""
    failovers: int = 0
    restarts: int = 0
    """Orderly restarts: the state comes back from a snapshot."""
    evictions: int = 0
    deletions: int = 0
    bumps: int = 0
    """New epochs because of another partition."""
    rules: Rules = Rules()

    @property
    def connections(self) -> int:
        return 1 + self.breaks + self.failovers + self.restarts


class Request(NamedTuple):
    """A batch of one record, as it is sent, and as it lies in the log. `batch` is its content: 1, 2, 3 …"""

    batch: int
    epoch: int
    sequence: int


class InFlight(NamedTuple):
    """A batch that is not acknowledged. `awaiting`: a request for it is under way on the current connection."""

    batch: int
    epoch: int
    sequence: int
    awaiting: bool


class Answer(NamedTuple):
    """What the leader says to a request; `offset` of an appended or duplicate batch."""

    batch: int
    epoch: int
    verdict: str
    offset: int


class Client(NamedTuple):
    """The client's own numbers."""

    epoch: int = 0
    next_sequence: int = 0
    last_acked: int = NOTHING
    """Sequence of the last batch of this epoch that was acknowledged."""
    sent: int = 0
    """Batches sent so far."""


class Remembered(NamedTuple):
    """One batch of the window."""

    sequence: int
    offset: int


class Producer(NamedTuple):
    """What the partition knows of the producer: its epoch and its last batches, oldest first."""

    epoch: int
    batches: tuple[Remembered, ...]


class Left(NamedTuple):
    """Faults that may still happen."""

    breaks: int
    failures: int
    failovers: int
    restarts: int
    evictions: int
    deletions: int
    bumps: int


class State(NamedTuple):
    """Fields are the variables of the TLA+ module."""

    client: Client
    in_flight: tuple[InFlight, ...]
    """In the order of their sequences."""
    acked: tuple[int, ...]
    """batch -> the offset that the client was told."""
    connection: int
    """The current one."""
    wires: tuple[tuple[Request, ...], ...]
    """connection -> requests that have not arrived, oldest first."""
    answers: tuple[Answer, ...]
    """To requests of the current connection, oldest first."""
    log: tuple[Request, ...]
    """Also what is deleted: offsets stay."""
    log_start: int
    replicated: int
    """The high watermark."""
    producer: Producer | None
    forgotten: int
    """Ghost: batches below this offset are legally forgotten."""
    left: Left


class View(NamedTuple):
    """What properties are told; its methods are what `invariants/idempotence.py` asks."""

    config: Config
    state: State

    @property
    def offsets(self) -> range:
        return range(len(self.state.log))

    @property
    def batches(self) -> range:
        return range(1, self.config.batches + 1)

    def in_log(self, offset: int) -> bool:
        return 0 <= offset < len(self.state.log)

    def batch_at(self, offset: int) -> int:
        """0 where there is none."""
        return self.state.log[offset].batch if self.in_log(offset) else 0

    def epoch_at(self, offset: int) -> int:
        """-1 where there is none."""
        return self.state.log[offset].epoch if self.in_log(offset) else NOTHING

    def acked(self, batch: int) -> bool:
        return self.state.acked[batch - 1] != NOTHING

    def ack_offset(self, batch: int) -> int:
        return self.state.acked[batch - 1]

    def is_replicated(self, offset: int) -> bool:
        return offset < self.state.replicated


def initial(c: Config) -> Iterator[State]:
    """Nothing was sent."""
    left = Left(c.breaks, c.failures, c.failovers, c.restarts, c.evictions, c.deletions, c.bumps)
    wires: tuple[tuple[Request, ...], ...] = ((),) * c.connections
    yield State(Client(), (), (NOTHING,) * c.batches, 1, wires, (), (), 0, 0, None, 0, left)


def fold(c: Config, log: tuple[Request, ...], forgotten: int) -> Producer | None:
    """The producer's state that follows from a log: the last batches of its last epoch, as many as are remembered."""
    if len(log) <= forgotten:
        return None
    epoch = log[-1].epoch
    window = c.window if c.rules.remembers_window else 1
    first = max(forgotten, len(log) - window)
    offsets = [offset for offset in range(first, len(log)) if log[offset].epoch == epoch]
    return Producer(epoch, tuple(Remembered(log[offset].sequence, offset) for offset in offsets))


def remember(c: Config, known: Producer | None, request: Request, offset: int) -> Producer:
    """The producer's state after this batch (`ProducerStateEntry.addBatch`)."""
    batches = known.batches if known is not None and known.epoch == request.epoch else ()
    window = c.window if c.rules.remembers_window else 1
    return Producer(request.epoch, (*batches, Remembered(request.sequence, offset))[-window:])


def successor(c: Config, sequence: int) -> int:
    """The sequence that the broker expects after this one."""
    return (sequence + 1) % c.modulus if c.rules.sequence_wraps else sequence + 1


def verdict(c: Config, s: State, request: Request) -> tuple[str, int]:
    """What the leader makes of a batch: the table above. The offset is that of a duplicate."""
    known, rules = s.producer, c.rules
    if known is None:
        return ("appended" if request.sequence == 0 or not rules.unknown_starts_at_zero else "out_of_order"), NOTHING
    if request.epoch < known.epoch and rules.epoch_fenced:
        return "old_epoch", NOTHING
    if request.epoch > known.epoch:
        starts = request.sequence == 0 or not rules.new_epoch_starts_at_zero
        return ("appended" if starts else "out_of_order"), NOTHING
    if request.epoch == known.epoch and rules.deduplicates:
        for batch in known.batches:
            if batch.sequence == request.sequence:
                return "duplicate", batch.offset if rules.duplicate_has_its_offset else len(s.log)
    if request.sequence == successor(c, known.batches[-1].sequence) or not rules.gaps_refused:
        return "appended", NOTHING
    return "out_of_order", NOTHING
