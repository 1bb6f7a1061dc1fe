"""What the transaction coordinator does: hand out identities, begin, prepare, write markers, complete, and reload.

    empty, complete_…  --(partition added)-->  ongoing  --AnswerEnd, FenceByInit, AbortTimedOut-->  prepare_…
    prepare_…  --WriteMarker of each partition, Complete-->  complete_…

Each transition is in the transaction log before it counts. A request that is refused changes nothing, and stays: that
it came and was refused is the same as that it comes later or never. Sources: KIP-98, KIP-360, KIP-890;
TransactionCoordinator, TransactionMetadata, TransactionStateManager, TransactionMarkerChannelManager.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from nilometer_models.protocols.transactions.state import (
    ABORT,
    COMMIT,
    COMPLETED,
    EMPTY,
    EPOCH_MAX,
    MACHINE,
    NO_EPOCH,
    ONGOING,
    PREPARED,
    Add,
    Client,
    Config,
    End,
    Entry,
    Init,
    Marker,
    Metadata,
    State,
    attempts,
    author,
    init_attempts,
    instance_ids,
    is_exhausted,
    is_prepared,
    partition_ids,
    replaced,
    sender,
    sixteen_bits,
    transaction_ids,
    with_client,
)

BUSY = "markers of the last transaction are being written"
NOTHING: frozenset[int] = frozenset()


def moved(m: Metadata, **changes: Any) -> Metadata:
    """The metadata after a transition: it keeps the producer id that it had before (`prevProducerId`)."""
    return m._replace(previous_producer=m.producer, **changes)


def written(s: State, m: Metadata) -> State:
    """The state after a transition that is in the log."""
    return s._replace(coordinator=m, recorded=m)


def with_partition(c: Config, s: State, transaction: int, partition: int) -> State:
    """The state after the coordinator has taken a partition into the transaction, which it may begin."""
    m = s.coordinator
    if m.state == ONGOING and partition in m.partitions:
        return s
    opened = m.transaction if m.state == ONGOING else transaction
    made = moved(m, state=ONGOING, partitions=m.partitions | {partition}, transaction=opened)
    return written(s, made) if c.rules.begin_is_written else s._replace(coordinator=made)


def refuses(m: Metadata, producer: int, epoch: int) -> str | None:
    """Why a request under this identity has no part in a transaction; None if it may have."""
    if producer != m.producer:
        return "the producer id is another one"
    if epoch != m.epoch:
        return "it is fenced: the epoch is another one"
    return BUSY if is_prepared(m) else None


# ------------------------------------------------------------------------------------------------------ identities


def _pending_init(s: State, instance: int, attempt: int) -> Init | None:
    return next((i for i in s.inits if i.instance == instance and i.attempt == attempt), None)


def _knows(m: Metadata, init: Init) -> bool:
    """The identity that it brings, if any, may be one of this transactional id (the epoch is looked at later)."""
    if not init.producer or init.producer == m.producer or m.epoch == NO_EPOCH:
        return True
    return init.producer == m.previous_producer and is_exhausted(init.epoch)


def _given(c: Config, m: Metadata, init: Init) -> Metadata | None:
    """The metadata with the identity that answers it; None if it is fenced."""
    base = m._replace(state=EMPTY, partitions=NOTHING)
    is_first, is_current = not init.producer, init.epoch == m.epoch
    if is_exhausted(m.epoch):
        if is_first or is_current:
            last = NO_EPOCH if is_first else m.epoch
            return base._replace(
                previous_producer=m.producer, producer=m.producer + 1, epoch=0, last_epoch=last, next_producer=0
            )
        return None
    if is_first:
        bumps = c.rules.init_bumps or m.epoch == NO_EPOCH
        return moved(base, epoch=m.epoch + 1 if bumps else m.epoch, last_epoch=NO_EPOCH)
    if is_current or m.epoch == NO_EPOCH:
        return moved(base, epoch=m.epoch + 1, last_epoch=m.epoch)
    return moved(base) if init.epoch == m.last_epoch else None


@MACHINE.action("coordinator", instance=instance_ids, attempt=init_attempts)
class AnswerInit:
    """The coordinator answers InitProducerId: a new epoch, or a new producer id where epochs are used up."""

    @staticmethod
    def why_not(c: Config, s: State, instance: int, attempt: int) -> str | None:
        init = _pending_init(s, instance, attempt)
        if init is None:
            return "there is no such request"
        if is_prepared(s.coordinator):
            return BUSY
        if not _knows(s.coordinator, init):
            return "it is fenced: the producer id is another one"
        if s.coordinator.state == ONGOING:
            return "the open transaction has to be aborted first"
        return "it is fenced: the epoch is an old one" if _given(c, s.coordinator, init) is None else None

    @staticmethod
    def apply(c: Config, s: State, instance: int, attempt: int) -> State:
        init = _pending_init(s, instance, attempt)
        assert init is not None
        m = _given(c, s.coordinator, init)
        assert m is not None
        s = written(s, m)._replace(inits=s.inits - {init})
        client = s.clients[instance - 1]
        if client.phase == "initialising" and client.attempt == attempt:
            s = with_client(s, instance, _ready(m.producer, m.epoch))
        return s


def _ready(producer: int, epoch: int) -> Client:
    return Client("ready", producer, epoch, 0, NOTHING, NOTHING, NOTHING, 0)


@MACHINE.action("coordinator", instance=instance_ids, attempt=init_attempts)
class FenceByInit:
    """An InitProducerId meets an open transaction: it is aborted in a new epoch, and the request has to wait."""

    @staticmethod
    def why_not(_: Config, s: State, instance: int, attempt: int) -> str | None:
        init = _pending_init(s, instance, attempt)
        if init is None:
            return "there is no such request"
        if not _knows(s.coordinator, init):
            return "it is fenced: the producer id is another one"
        # Kafka does not compare the epoch here: see the README.
        return None if s.coordinator.state == ONGOING else "no transaction is open"

    @staticmethod
    def apply(c: Config, s: State, *_: int) -> State:
        return _fence(c, s, bumps=True)


# ------------------------------------------------------------------------------------------------------------ ends


def _rotates(m: Metadata) -> int:
    """The producer id after this transaction: another one where the epochs of the present one are used up; else 0."""
    return m.producer + 1 if is_exhausted(m.epoch) else 0


def _prepare(s: State, m: Metadata, outcome: str) -> State:
    return written(s, m._replace(state=PREPARED[outcome]))._replace(markers_left=m.partitions)


def _fence(c: Config, s: State, *, bumps: bool) -> State:
    """The coordinator aborts the open transaction of its own accord."""
    m = s.coordinator
    bump = (2 if c.rules.fence_bumps_twice else 1) if bumps and m.epoch < EPOCH_MAX else 0
    last = m.epoch if c.rules.version == 2 else NO_EPOCH
    following = _rotates(m) if c.rules.version == 2 and c.rules.fence_rotates else 0
    fenced = moved(m, epoch=sixteen_bits(m.epoch + bump), last_epoch=last, next_producer=following)
    return _prepare(s, fenced, ABORT)._replace(fenced=s.fenced | {m.transaction})


def _pending_end(s: State, transaction: int, attempt: int) -> End | None:
    return next((e for e in s.ends if e.transaction == transaction and e.attempt == attempt), None)


def is_repeated(c: Config, m: Metadata, end: End) -> bool:
    """The transaction has ended so already, and this EndTxn is the one that ended it, sent again.

    Version 1 cannot tell it from one of the next transaction; version 2 sees the epoch before the present one.
    """
    if m.state != COMPLETED[end.outcome]:
        return False
    if c.rules.version == 1:
        return end.producer == m.producer and end.epoch == m.epoch
    if end.producer == m.producer and end.epoch + 1 == m.epoch:
        return True
    return end.producer == m.previous_producer and end.epoch == EPOCH_MAX - 1 and m.epoch == 0


def _why_not_end(c: Config, m: Metadata, end: End) -> str | None:
    """Why EndTxn does not end anything now."""
    if (reason := refuses(m, end.producer, end.epoch)) is not None:
        return reason
    if m.state == ONGOING or (c.rules.version == 2 and end.outcome == ABORT):
        return None
    return "no transaction is open"


@MACHINE.action("coordinator", transaction=transaction_ids, attempt=attempts)
class AnswerEnd:
    """The coordinator answers EndTxn: it decides the outcome, or finds that it has. Version 2 bumps the epoch."""

    @staticmethod
    def why_not(c: Config, s: State, transaction: int, attempt: int) -> str | None:
        end = _pending_end(s, transaction, attempt)
        if end is None:
            return "there is no such request"
        return None if is_repeated(c, s.coordinator, end) else _why_not_end(c, s.coordinator, end)

    @staticmethod
    def apply(c: Config, s: State, transaction: int, attempt: int) -> State:
        end = _pending_end(s, transaction, attempt)
        assert end is not None
        s = s._replace(ends=s.ends - {end})
        m = s.coordinator
        if is_repeated(c, m, end):
            return _answered(s, end, m.producer, m.epoch)
        ended = m.transaction if m.state == ONGOING else transaction
        if c.rules.version == 1:
            return _answered(_prepare(s, moved(m), end.outcome), end, m.producer, m.epoch)
        following = _rotates(m)
        # A client never holds the last epoch; if it does, by a bug, Kafka lets it abort without an overflow.
        bumped = m.epoch if m.epoch == EPOCH_MAX and end.outcome == ABORT else sixteen_bits(m.epoch + 1)
        after = moved(m, epoch=bumped, last_epoch=m.epoch, next_producer=following, transaction=ended)
        identity = (following, 0) if following else (m.producer, bumped)
        return _answered(_prepare(s, after, end.outcome), end, *identity)


def _answered(s: State, end: End, producer: int, epoch: int) -> State:
    """The client hears that its transaction has ended, if it still waits for this very answer."""
    client = sender(s, end.transaction)
    if client.phase != "ending" or client.transaction != end.transaction or client.attempt != end.attempt:
        return s
    s = with_client(s, author(s, end.transaction), _ready(producer, epoch))
    return s._replace(acknowledged=s.acknowledged | {end.transaction}) if end.outcome == COMMIT else s


@MACHINE.action("fault")
class AbortTimedOut:
    """The open transaction is overdue: the coordinator aborts it, in a new epoch."""

    @staticmethod
    def why_not(c: Config, s: State) -> str | None:
        if s.coordinator.state != ONGOING:
            return "no transaction is open"
        return "bound: time-outs" if s.used.timeouts >= c.timeouts else None

    @staticmethod
    def apply(c: Config, s: State) -> State:
        s = _fence(c, s, bumps=c.rules.timeout_fences)
        return s._replace(used=s.used._replace(timeouts=s.used.timeouts + 1))


@MACHINE.action("fault")
class FailToFence:
    """The abort that was to fence a client cannot be written: nothing has changed."""

    @staticmethod
    def why_not(c: Config, s: State) -> str | None:
        if s.coordinator.state != ONGOING:
            return "no transaction is open"
        return "bound: failed writes" if s.used.failed_writes >= c.failed_writes else None

    @staticmethod
    def apply(c: Config, s: State) -> State:
        m = s.coordinator
        kept = m if c.rules.fence_is_written_first else m._replace(epoch=sixteen_bits(m.epoch + 1))
        return s._replace(coordinator=kept, used=s.used._replace(failed_writes=s.used.failed_writes + 1))


# ----------------------------------------------------------------------------------------------------- version 1


def _pending_add(s: State, transaction: int, partition: int) -> Add | None:
    return next((a for a in s.adds if a.transaction == transaction and a.partition == partition), None)


@MACHINE.action("coordinator", transaction=transaction_ids, partition=partition_ids)
class AnswerAdd:
    """Version 1: the coordinator takes a partition into the transaction (AddPartitionsToTxn)."""

    @staticmethod
    def why_not(_: Config, s: State, transaction: int, partition: int) -> str | None:
        add = _pending_add(s, transaction, partition)
        return "there is no such request" if add is None else refuses(s.coordinator, add.producer, add.epoch)

    @staticmethod
    def apply(c: Config, s: State, transaction: int, partition: int) -> State:
        add = _pending_add(s, transaction, partition)
        assert add is not None
        s = with_partition(c, s, transaction, partition)._replace(adds=s.adds - {add})
        client = sender(s, transaction)
        if client.transaction != transaction:
            return s
        return with_client(s, author(s, transaction), client._replace(added=client.added | {partition}))


# --------------------------------------------------------------------------------------------- completion, reload


def again(_: Config) -> Iterable[bool]:
    return (False, True)


@MACHINE.action("coordinator", again=again)
class Complete:
    """Every marker is written: the transaction is complete. `again`: a second thread found so, too, and is late."""

    @staticmethod
    def why_not(_: Config, s: State, again: bool) -> str | None:
        if again:
            return None if s.stale_completion is not None else "it is completed once"
        if not is_prepared(s.coordinator):
            return "nothing is being completed"
        return f"partition {min(s.markers_left)} has no marker yet" if s.markers_left else None

    @staticmethod
    def apply(c: Config, s: State, again: bool) -> State:
        if again:
            stale = s.stale_completion
            assert stale is not None
            return _completed(s, stale)._replace(stale_completion=None)
        m = s.coordinator
        state = COMPLETED[COMMIT if m.state == PREPARED[COMMIT] else ABORT]
        made = moved(m, state=state, partitions=NOTHING, next_producer=0)
        if m.next_producer:
            made = made._replace(producer=m.next_producer, epoch=0)
        return _completed(s, made)._replace(stale_completion=None if c.rules.completed_once else made)


def _completed(s: State, m: Metadata) -> State:
    times = s.completions[m.transaction - 1] + 1
    s = written(s, m)._replace(markers_left=NOTHING)
    return s._replace(completions=replaced(s.completions, m.transaction, times))


def marker(s: State) -> Entry:
    """The marker of the transaction that is being completed."""
    m = s.coordinator
    outcome = COMMIT if m.state == PREPARED[COMMIT] else ABORT
    return Entry(outcome, m.transaction, m.producer, m.epoch, s.coordinator_epoch)


@MACHINE.action("fault")
class Reload:
    """Another broker becomes coordinator, and reads the log: what was prepared goes on, with markers to all again."""

    @staticmethod
    def why_not(c: Config, s: State) -> str | None:
        return "bound: reloads" if s.coordinator_epoch >= c.reloads else None

    @staticmethod
    def apply(c: Config, s: State) -> State:
        m = s.recorded
        goes_on = is_prepared(m) and c.rules.leaderless_is_waited_for
        late = frozenset(Marker(partition, marker(s)) for partition in s.markers_left)
        return s._replace(
            coordinator=m, coordinator_epoch=s.coordinator_epoch + 1, stale_completion=None,
            markers_left=m.partitions if goes_on else NOTHING, late_markers=s.late_markers | late,
        )  # fmt: skip
