"""What the leaders of partitions do: verify, append, and write markers.

    record's epoch              transaction open on the partition     verdict
    below the known one         any                                   refused (INVALID_PRODUCER_EPOCH)
    the known one or above      in the same epoch                     append, or answer a duplicate
    the known one or above      no                                    ask the coordinator first, then append

    marker's epoch              version 1        version 2
    below the known one         refused          refused
    equal                       written          written again if nothing is open; refused otherwise
    above                       written          written

Sources: KIP-98, KIP-890; ProducerAppendInfo, UnifiedLog.analyzeAndValidateProducerState, ReplicaManager.
"""

from __future__ import annotations

from collections.abc import Iterable

from nilometer_models.protocols.transactions.coordinator import marker, refuses, with_partition
from nilometer_models.protocols.transactions.state import (
    DATA,
    EPOCH_MAX,
    MACHINE,
    NO_EPOCH,
    Config,
    Entry,
    Marker,
    Produce,
    State,
    attempts,
    author,
    epoch_in,
    is_open,
    is_prepared,
    known_coordinator_epoch,
    partition_ids,
    sender,
    transaction_ids,
    with_client,
    with_entry,
)


def _pending_produce(s: State, transaction: int, partition: int, attempt: int) -> Produce | None:
    key = (transaction, partition, attempt)
    return next((p for p in s.produces if p[:3] == key), None)


def needs_verification(c: Config, log: tuple[Entry, ...], produce: Produce) -> bool:
    """The record would begin the transaction on the partition: the coordinator has to know of it first."""
    if not c.rules.verification or produce.verified:
        return False
    return not (is_open(log, produce.producer) and epoch_in(log, produce.producer) == produce.epoch)


def _is_fenced(log: tuple[Entry, ...], produce: Produce) -> bool:
    return produce.epoch < epoch_in(log, produce.producer)


@MACHINE.action("partition", transaction=transaction_ids, partition=partition_ids, attempt=attempts)
class Verify:
    """A partition asks the coordinator about a record's transaction; in version 2 that adds the partition to it."""

    @staticmethod
    def why_not(c: Config, s: State, transaction: int, partition: int, attempt: int) -> str | None:
        produce = _pending_produce(s, transaction, partition, attempt)
        if produce is None:
            return "there is no such request"
        log = s.logs[partition - 1]
        if _is_fenced(log, produce):
            return "it is fenced: the partition knows a later epoch"
        if not needs_verification(c, log, produce):
            return "it needs no verification"
        if (reason := refuses(s.coordinator, produce.producer, produce.epoch)) is not None:
            return reason
        if c.rules.version == 1 and partition not in s.coordinator.partitions:
            return "the partition is not in the transaction"
        return None

    @staticmethod
    def apply(c: Config, s: State, transaction: int, partition: int, attempt: int) -> State:
        produce = _pending_produce(s, transaction, partition, attempt)
        assert produce is not None
        if c.rules.version == 2:
            s = with_partition(c, s, transaction, partition)
        return s._replace(produces=s.produces - {produce} | {produce._replace(verified=True)})


@MACHINE.action("partition", transaction=transaction_ids, partition=partition_ids, attempt=attempts)
class AppendRecord:
    """A partition appends a record, or finds that it has it, and acknowledges it."""

    @staticmethod
    def why_not(c: Config, s: State, transaction: int, partition: int, attempt: int) -> str | None:
        produce = _pending_produce(s, transaction, partition, attempt)
        if produce is None:
            return "there is no such request"
        log = s.logs[partition - 1]
        if _is_fenced(log, produce):
            return "it is fenced: the partition knows a later epoch"
        return "it has not been verified" if needs_verification(c, log, produce) else None

    @staticmethod
    def apply(_: Config, s: State, transaction: int, partition: int, attempt: int) -> State:
        produce = _pending_produce(s, transaction, partition, attempt)
        assert produce is not None
        entry = Entry(DATA, transaction, produce.producer, produce.epoch, -1)
        log = s.logs[partition - 1]
        is_duplicate = entry in log and epoch_in(log, produce.producer) == produce.epoch
        s = s._replace(produces=s.produces - {produce})
        s = s if is_duplicate else with_entry(s, partition, entry)
        client = sender(s, transaction)
        if client.transaction != transaction:
            return s
        return with_client(s, author(s, transaction), client._replace(acked=client.acked | {partition}))


def refuses_marker(c: Config, log: tuple[Entry, ...], entry: Entry) -> str | None:
    """Why a partition does not write this marker; None if it does."""
    if c.rules.coordinator_fenced and entry.coordinator_epoch < known_coordinator_epoch(log, entry.producer):
        return "the partition knows a later coordinator"
    known = epoch_in(log, entry.producer)
    if entry.epoch > known or not c.rules.marker_epoch_checked:
        return None
    if entry.epoch < known:
        return "the partition knows a later epoch"
    if c.rules.version == 1:
        return None
    if c.rules.repeated_marker_taken and (not is_open(log, entry.producer) or entry.epoch == EPOCH_MAX):
        return None
    return "the partition knows that epoch already"


def _marked(c: Config, s: State, partition: int, entry: Entry) -> State:
    """The state with a marker written: verifications under way on the partition no longer count."""
    s = with_entry(s, partition, entry)
    if not c.rules.guarded:
        return s
    # Version 2: a verification in the epoch of the marker is one of the next transaction.
    kept = entry.epoch if c.rules.version == 2 else NO_EPOCH
    return s._replace(
        produces=frozenset(
            p._replace(verified=False) if p.partition == partition and p.producer == entry.producer and p.epoch != kept
            else p for p in s.produces
        )
    )  # fmt: skip


def answered(_: Config) -> Iterable[bool]:
    return (True, False)


@MACHINE.action("coordinator", partition=partition_ids, answered=answered)
class WriteMarker:
    """A partition writes the marker of the transaction that is being completed; the answer may get lost."""

    @staticmethod
    def why_not(c: Config, s: State, partition: int, answered: bool) -> str | None:
        if not is_prepared(s.coordinator):
            return "nothing is being completed"
        if partition not in s.markers_left:
            return "it has been written, or is not needed"
        if not answered and s.used.lost_answers >= c.lost_answers:
            return "bound: lost answers"
        return refuses_marker(c, s.logs[partition - 1], marker(s))

    @staticmethod
    def apply(c: Config, s: State, partition: int, answered: bool) -> State:
        s = _marked(c, s, partition, marker(s))
        if answered:
            return s._replace(markers_left=s.markers_left - {partition})
        return s._replace(used=s.used._replace(lost_answers=s.used.lost_answers + 1))


def former_coordinators(c: Config) -> range:
    return range(c.reloads)


def _late_marker(s: State, partition: int, former: int) -> Marker | None:
    key = (partition, former)
    return next((m for m in s.late_markers if (m.partition, m.entry.coordinator_epoch) == key), None)


@MACHINE.action("fault", partition=partition_ids, former=former_coordinators)
class WriteLateMarker:
    """A marker of a former coordinator arrives at last."""

    @staticmethod
    def why_not(c: Config, s: State, partition: int, former: int) -> str | None:
        late = _late_marker(s, partition, former)
        if late is None:
            return "there is no such request"
        return refuses_marker(c, s.logs[partition - 1], late.entry)

    @staticmethod
    def apply(c: Config, s: State, partition: int, former: int) -> State:
        late = _late_marker(s, partition, former)
        assert late is not None
        return _marked(c, s, partition, late.entry)._replace(late_markers=s.late_markers - {late})
