"""What a broker tells of its steps: an event at each linearisation point, for checks against a model.

    event         told when                                              args                      observed
    Opened        a partition's log was opened                           topic, partition          its ends
    Append        a batch of a client was appended, or was a retry       the same, producer,       base_offset,
                                                                         sequences                 is_duplicate, ends
    Refuse        it was refused                                         the same                  error, ends
    Marker        the control batch that ends a transaction was          topic, partition,         ends
                  appended                                               producer, commit
    Transaction   a transactional id is in another state: its record     transactional_id          state, producer,
                  is in the transaction log                                                        partitions, version

    Group         a request or a timer has changed a group, once for     group, is_loaded          state, generation,
                  all that it changed; and each group that was loaded                              leader, members

`ends` are log_end_offset and last_stable_offset. The events of a broker are totally ordered: one thread does
everything, and each step is told before the next one begins. Without a tracer nothing is told, at the cost of one
comparison an append.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Protocol

from nilometer_reference.log.storage import Buffer
from nilometer_reference.wire.errors import KafkaError
from nilometer_reference.wire.records import HEADER, SEQUENCE_MAX, TRANSACTIONAL

if TYPE_CHECKING:
    from nilometer_reference.broker.groups.classic_group import ClassicGroup
    from nilometer_reference.broker.partition import Partition
    from nilometer_reference.broker.transactions.transaction import Transaction
    from nilometer_reference.log.log import AppendResult

Fields = dict[str, Any]


class Tracer(Protocol):
    """Takes events in their order."""

    def event(self, name: str, args: Fields, observed: Fields) -> None:
        """Something has happened."""


class EventLog:
    """Events as lines of JSON in the form of a history; `write` takes each with its end of line."""

    def __init__(self, source: str, write: Callable[[str], object]) -> None:
        self._source = source
        self._write = write
        self._clock = 0

    def event(self, name: str, args: Fields, observed: Fields) -> None:
        """The clock of a source counts from 1, without gaps."""
        self._clock += 1
        data = {"clock": self._clock, "args": args, "observed": observed}
        line = {"kind": "event", "source": self._source, "name": name, "data": data}
        self._write(json.dumps(line, separators=(",", ":")) + "\n")


def ends(partition: Partition) -> Fields:
    """How far the log goes, and how far readers of committed data may go."""
    return {"log_end_offset": partition.log_end_offset, "last_stable_offset": partition.last_stable_offset}


def place(partition: Partition) -> Fields:
    """Which partition it is."""
    return {"topic": partition.topic, "partition": partition.index}


def opened(tracer: Tracer, partition: Partition) -> None:
    """The log is there, with what it held."""
    tracer.event("Opened", place(partition), ends(partition))


def appended(tracer: Tracer, partition: Partition, record_set: Buffer, result: AppendResult) -> None:
    """A batch was taken, or had been taken before."""
    observed = {"base_offset": result.base_offset, "is_duplicate": result.is_duplicate, **ends(partition)}
    tracer.event("Append", place(partition) | _batch(record_set), observed)


def refused(tracer: Tracer, partition: Partition, record_set: Buffer, error: KafkaError) -> None:
    """A batch was not taken."""
    tracer.event("Refuse", place(partition) | _batch(record_set), {"error": error.code.name} | ends(partition))


def marked(
    tracer: Tracer, partition: Partition, *, producer_id: int, producer_epoch: int, coordinator_epoch: int, commit: bool
) -> None:
    """A transaction of the producer has ended here."""
    producer = {"producer_id": producer_id, "producer_epoch": producer_epoch, "coordinator_epoch": coordinator_epoch}
    tracer.event("Marker", place(partition) | producer | {"commit": commit}, ends(partition))


def transaction_moved(tracer: Tracer, transaction: Transaction) -> None:
    """The transaction log says so."""
    observed = {
        "state": transaction.state.kafka_name,
        "producer_id": transaction.producer_id,
        "producer_epoch": transaction.producer_epoch,
        "partitions": sorted(f"{topic}-{index}" for topic, index in transaction.partitions),
        "client_transaction_version": transaction.client_transaction_version,
    }
    tracer.event("Transaction", {"transactional_id": transaction.transactional_id}, observed)


class GroupTeller:
    """Knows what was told of each group, so that only changes are told."""

    def __init__(self) -> None:
        self._told: dict[str, Fields] = {}

    def tell(self, tracer: Tracer, groups: Iterable[ClassicGroup], *, is_loaded: bool = False) -> None:
        """After each request and timer: groups that it has changed."""
        for group in groups:
            now: Fields = {
                "state": group.state.value,
                "generation": group.generation_id,
                "leader": group.leader_id,
                "members": {member.member_id: member.group_instance_id for member in group.members.values()},
            }
            if self._told.get(group.group_id) != now:
                self._told[group.group_id] = now
                tracer.event("Group", {"group": group.group_id, "is_loaded": is_loaded}, now)


def _batch(record_set: Buffer) -> Fields:
    """Who sent the batch, and its sequences; nothing of bytes that are no batch."""
    try:
        fields = HEADER.unpack_from(record_set)
    except struct.error:
        return {}
    producer_id, producer_epoch, first_sequence, record_count = fields[9:13]
    made: Fields = {"records": record_count, "transactional": bool(fields[5] & TRANSACTIONAL)}
    if producer_id >= 0:
        last_sequence = (first_sequence + record_count - 1) & SEQUENCE_MAX
        made |= {"producer_id": producer_id, "producer_epoch": producer_epoch}
        made |= {"first_sequence": first_sequence, "last_sequence": last_sequence}
    return made
