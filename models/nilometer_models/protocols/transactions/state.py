"""The state of one transactional id: its producers, its coordinator, the partitions that they write to, and requests.

    instances of the application     clients     what each believes: identity, open transaction, what was acknowledged
    transaction coordinator          coordinator what it holds; `recorded` is what the transaction log says
    partitions                       logs        data and markers; the state of the producer follows from them
    network                          inits, adds, produces, ends, late_markers: once each, in any order, or never

Variables and fields are those of Transactions.tla. Numbers of epochs are Kafka's own: the last one is 32767.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar

from nilometer_models.machine import Machine

T = TypeVar("T")

EPOCH_MAX: Final = 32_767
"""Short.MAX_VALUE. Only a coordinator may use it, to fence: clients have at most one less."""
NO_EPOCH: Final = -1
COMMIT, ABORT, DATA = "commit", "abort", "data"
EMPTY, ONGOING = "empty", "ongoing"
PREPARED: Final = {COMMIT: "prepare_commit", ABORT: "prepare_abort"}
COMPLETED: Final = {COMMIT: "complete_commit", ABORT: "complete_abort"}
Log = tuple["Entry", ...]


class Rules(NamedTuple):
    """The rules of the protocol that have changed over the years; the defaults are those of today's Kafka."""

    version: int = 2
    """Transaction version. 1 (KIP-98): clients add partitions themselves, and keep their epoch from transaction to
    transaction. 2 (KIP-890 part 2): producing adds the partition, and each end of a transaction bumps the epoch."""
    verification: bool = True
    """A partition asks the coordinator before the first record of a transaction (KIP-890 part 1)."""
    guarded: bool = True
    """A marker voids the verifications that are under way on its partition (VerificationGuard)."""
    repeated_marker_taken: bool = True
    """Version 2: a marker of the epoch that the partition knows is taken again if nothing is open (KAFKA-19999)."""
    marker_epoch_checked: bool = True
    """A marker's epoch may not be below the producer's, and in version 2 not equal to it while data is open."""
    coordinator_fenced: bool = True
    """A partition refuses markers of a coordinator older than one that it has heard of."""
    init_bumps: bool = True
    """An instance that starts gets a later epoch, which fences those before it (KIP-98)."""
    timeout_fences: bool = True
    """A transaction that is aborted because it is overdue ends in a new epoch (KAFKA-6119)."""
    fence_bumps_twice: bool = False
    """Fencing bumps the epoch, and the abort that follows bumps it again (KAFKA-19367)."""
    fence_rotates: bool = True
    """A fencing abort at the last epoch moves to a new producer id, as any other end does (KAFKA-20090)."""
    fence_is_written_first: bool = True
    """A fenced epoch counts only once the transaction log has it (KAFKA-9666)."""
    begin_is_written: bool = True
    """The coordinator writes down that a transaction has begun."""
    completed_once: bool = True
    """Only one of the threads that hear of the last marker writes the completion (KAFKA-10080)."""
    leaderless_is_waited_for: bool = True
    """A new coordinator waits for partitions that have no leader at the moment. Kafka's takes them for deleted ones,
    and leaves their markers out (`TransactionMarkerChannelManager`; seen in 4.3.1 after a kill)."""


class Config(NamedTuple):
    """Bounds. Each of the last seven is a budget of something that need not happen."""

    instances: int = 1
    """Processes that are started with the transactional id, one after the other or beside each other."""
    partitions: int = 1
    transactions: int = 2
    retries: int = 0
    """Requests of clients that are sent again, although the first one may still arrive."""
    timeouts: int = 0
    """Transactions that the coordinator aborts because they are overdue."""
    reloads: int = 0
    """New coordinators, which read the transaction log."""
    lost_answers: int = 0
    """Markers that are written although the coordinator does not hear of it."""
    failed_writes: int = 0
    """Fencing aborts that the transaction log does not take."""
    recoveries: int = 0
    """InitProducerId with the own identity (KIP-360)."""
    epochs_used: int = 0
    """Epochs of the first producer id that are gone before the first step."""
    rules: Rules = Rules()


class Client(NamedTuple):
    """An instance: `new`, `initialising`, `ready`, or `ending` (waits for the answer to EndTxn)."""

    phase: str
    producer: int
    epoch: int
    transaction: int
    """The open one; 0 if none is."""
    added: frozenset[int]
    """Version 1: partitions that the coordinator has taken into the transaction."""
    sent: frozenset[int]
    acked: frozenset[int]
    attempt: int
    """Of the request that it waits for: it ignores answers to earlier ones."""


class Metadata(NamedTuple):
    """What the coordinator holds about the id (TransactionMetadata)."""

    state: str
    producer: int
    previous_producer: int
    next_producer: int
    """The id that follows when this transaction completes; 0 if the present one stays."""
    epoch: int
    last_epoch: int
    partitions: frozenset[int]
    transaction: int
    """Ghost: which transaction is open, or was the last one."""


class Entry(NamedTuple):
    """A record (`data`) or a marker (`commit`, `abort`) in a partition."""

    kind: str
    transaction: int
    """Ghost: whose record, or for whose end the marker was written."""
    producer: int
    epoch: int
    coordinator_epoch: int
    """-1 for records."""


class Init(NamedTuple):
    """InitProducerId; with (0, -1) from an instance that has no identity yet."""

    instance: int
    attempt: int
    producer: int
    epoch: int


class Add(NamedTuple):
    """AddPartitionsToTxn of a client: version 1."""

    transaction: int
    partition: int
    attempt: int
    producer: int
    epoch: int


class Produce(NamedTuple):
    """One record. `verified`: the partition has asked the coordinator, and is about to append."""

    transaction: int
    partition: int
    attempt: int
    producer: int
    epoch: int
    verified: bool


class End(NamedTuple):
    """EndTxn."""

    transaction: int
    attempt: int
    producer: int
    epoch: int
    outcome: str


class Marker(NamedTuple):
    """A WriteTxnMarkers request of a former coordinator that is still on its way."""

    partition: int
    entry: Entry


class Used(NamedTuple):
    """What is spent of the budgets."""

    retries: int = 0
    timeouts: int = 0
    lost_answers: int = 0
    failed_writes: int = 0
    recoveries: int = 0


class State(NamedTuple):
    """See the module."""

    clients: tuple[Client, ...]
    coordinator: Metadata
    recorded: Metadata
    """The last record of the transaction log."""
    markers_left: frozenset[int]
    """Partitions whose marker the coordinator has not heard to be written."""
    coordinator_epoch: int
    stale_completion: Metadata | None
    """A completion that a second thread is about to write; None under the right rules."""
    logs: tuple[Log, ...]
    inits: frozenset[Init]
    adds: frozenset[Add]
    produces: frozenset[Produce]
    ends: frozenset[End]
    late_markers: frozenset[Marker]
    authors: tuple[int, ...]
    """Ghost: the instance of each transaction that was begun."""
    decisions: tuple[str | None, ...]
    """Ghost: how the client of each transaction has decided."""
    acknowledged: frozenset[int]
    """Ghost: transactions whose client has heard that the commit succeeded."""
    fenced: frozenset[int]
    """Ghost: transactions that the coordinator has aborted of its own accord."""
    completions: tuple[int, ...]
    """Ghost: how often each transaction was completed."""
    used: Used


UNBORN: Final = Client("new", 0, NO_EPOCH, 0, frozenset(), frozenset(), frozenset(), 0)


def initial(c: Config) -> Iterator[State]:
    nothing = Metadata(EMPTY, 1, 1, 0, c.epochs_used - 1, NO_EPOCH, frozenset(), 0)
    none: frozenset[Any] = frozenset()
    yield State(
        (UNBORN,) * c.instances, nothing, nothing, none, 0, None, ((),) * c.partitions, none, none, none, none, none,
        (), (None,) * c.transactions, none, none, (0,) * c.transactions, Used(),
    )  # fmt: skip


class View(NamedTuple):
    """A state as the goals of `invariants/transactions.py` ask it. There is one transactional id, 1."""

    config: Config
    state: State

    @property
    def transactional_ids(self) -> range:
        return range(1, 2)

    @property
    def partitions(self) -> range:
        return partition_ids(self.config)

    @property
    def transactions(self) -> range:
        return transaction_ids(self.config)

    @property
    def clients(self) -> range:
        return instance_ids(self.config)

    def has_identity(self, c: int) -> bool:
        return self.state.clients[c - 1].epoch > NO_EPOCH

    def same_identity(self, c: int, d: int) -> bool:
        one, other = self.state.clients[c - 1], self.state.clients[d - 1]
        return (one.producer, one.epoch) == (other.producer, other.epoch)

    def has_replaced(self, c: int, t: int) -> bool:
        written = next((e for log in self.state.logs for e in log if e.kind == DATA and e.transaction == t), None)
        if written is None or author(self.state, t) == c:
            return False
        client = self.state.clients[c - 1]
        return (client.producer, client.epoch) > (written.producer, written.epoch)

    def _fates(self, p: int, t: int) -> list[str | None]:
        return [fate for entry, fate in fates(self.state.logs[p - 1]) if entry.transaction == t]

    def holds(self, p: int, t: int) -> bool:
        return bool(self._fates(p, t))

    def committed(self, p: int, t: int) -> bool:
        return COMMIT in self._fates(p, t)

    def aborted(self, p: int, t: int) -> bool:
        return ABORT in self._fates(p, t)

    def owed_commit(self, p: int, t: int) -> bool:
        m = self.state.coordinator
        return m.state == PREPARED[COMMIT] and m.transaction == t and p in self.state.markers_left

    def decided_to_commit(self, t: int) -> bool:
        return self.state.decisions[t - 1] == COMMIT

    def decided_to_abort(self, t: int) -> bool:
        return self.state.decisions[t - 1] == ABORT

    def fenced(self, t: int) -> bool:
        return t in self.state.fenced

    def acknowledged(self, t: int) -> bool:
        return t in self.state.acknowledged

    def behind_marker(self, p: int, t: int) -> bool:
        kinds = [entry.kind == DATA for entry in self.state.logs[p - 1] if entry.transaction == t]
        return False in kinds and True in kinds[kinds.index(False) :]

    def is_idle(self, _: int) -> bool:
        return is_idle(self.state.coordinator)

    def open(self, p: int, _: int) -> bool:
        log = self.state.logs[p - 1]
        return any(is_open(log, entry.producer) for entry in log)


MACHINE: Machine[Config, State, View] = Machine("transactions", initial, View, home=Path(__file__).parent)


# Domains of parameters.


def instance_ids(c: Config) -> range:
    return range(1, c.instances + 1)


def partition_ids(c: Config) -> range:
    return range(1, c.partitions + 1)


def transaction_ids(c: Config) -> range:
    return range(1, c.transactions + 1)


def attempts(c: Config) -> range:
    return range(1, c.retries + 2)


def init_attempts(c: Config) -> range:
    return range(1, c.retries + c.recoveries + 2)


# What follows from the state.


def is_prepared(m: Metadata) -> bool:
    """The outcome is decided, and markers are being written."""
    return m.state in PREPARED.values()


def is_idle(m: Metadata) -> bool:
    """No transaction is open or under way."""
    return m.state in (EMPTY, *COMPLETED.values())


def is_exhausted(epoch: int) -> bool:
    """Clients get no later epoch of this producer id."""
    return epoch >= EPOCH_MAX - 1


def sixteen_bits(epoch: int) -> int:
    """What becomes of a number that is stored as a short."""
    return epoch if epoch <= EPOCH_MAX else epoch - 2 * (EPOCH_MAX + 1)


def last_entry(log: Log, producer: int) -> Entry | None:
    """The last record or marker of a producer id."""
    return next((entry for entry in reversed(log) if entry.producer == producer), None)


def epoch_in(log: Log, producer: int) -> int:
    """The epoch that a partition knows of a producer id; -1 if it knows none."""
    last = last_entry(log, producer)
    return NO_EPOCH if last is None else last.epoch


def is_open(log: Log, producer: int) -> bool:
    """The partition has records of the producer after its last marker."""
    last = last_entry(log, producer)
    return last is not None and last.kind == DATA


def known_coordinator_epoch(log: Log, producer: int) -> int:
    """That of the producer's last marker; -1 if there is none."""
    marks = (entry.coordinator_epoch for entry in reversed(log) if entry.producer == producer and entry.kind != DATA)
    return next(marks, -1)


@lru_cache(maxsize=100_000)
def fates(log: Log) -> tuple[tuple[Entry, str | None], ...]:
    """Each record with the first marker of its producer after it; None where there is none yet."""
    found = []
    for index, entry in enumerate(log):
        if entry.kind == DATA:
            following = (e.kind for e in log[index + 1 :] if e.producer == entry.producer and e.kind != DATA)
            found.append((entry, next(following, None)))
    return tuple(found)


def replaced(items: tuple[T, ...], number: int, value: T) -> tuple[T, ...]:
    """The tuple with item `number`, counted from 1, replaced."""
    return (*items[: number - 1], value, *items[number:])


def with_client(s: State, instance: int, client: Client) -> State:
    """The state with one client replaced."""
    return s._replace(clients=replaced(s.clients, instance, client))


def with_entry(s: State, partition: int, entry: Entry) -> State:
    """The state with an entry appended to a partition."""
    return s._replace(logs=replaced(s.logs, partition, (*s.logs[partition - 1], entry)))


def author(s: State, transaction: int) -> int:
    """The instance that has begun a transaction."""
    return s.authors[transaction - 1]


def sender(s: State, transaction: int) -> Client:
    """The client that has begun a transaction, as it is now."""
    return s.clients[author(s, transaction) - 1]
