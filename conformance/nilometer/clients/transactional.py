"""A transactional producer that does what it is told, in either of Kafka's two transaction protocols.

step                    Protocol.TV1 (KIP-98)                    Protocol.TV2 (KIP-890)
a partition joins       AddPartitionsToTxn 0-3, Produce 3-11     Produce 12+ adds it
offsets of a group      AddOffsetsToTxn 0-3, TxnOffsetCommit 0-4 TxnOffsetCommit 5+ adds the group
the end                 EndTxn 0-4, the identity stays           EndTxn 5+ answers the next identity

The request versions alone choose the protocol, so one broker can be asked both ways. Clients use TV2 where the feature
`transaction.version` is finalized at 2; `protocols` goes by the same rule.

Requests of a transaction are repeated while the answer proves that nothing happened and promises that it will pass
(CONCURRENT_TRANSACTIONS, a coordinator that loads), until the session's patience is over; the attempts stand in
`exchanges`, the refused ones in `waits`. The last answer is handed back as it came.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from nilometer.clients.batches import Record, encode_batch, wall_clock_ms
from nilometer.clients.cluster import Versions
from nilometer.clients.exchange import Exchange
from nilometer.clients.observations import Produced, Topic, named
from nilometer.clients.session import COORDINATOR_ERRORS, GROUP, PAUSE_S, TRANSACTION, Session
from nilometer.verdict import NotObservable, Reason
from nilometer_reference.wire import messages as m
from nilometer_reference.wire.codec import Message
from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.messages.add_partitions_to_txn import AddPartitionsToTxnTopic
from nilometer_reference.wire.messages.txn_offset_commit import (
    TxnOffsetCommitRequestPartition,
    TxnOffsetCommitRequestTopic,
)
from nilometer_reference.wire.records import advance_sequence


class Protocol(StrEnum):
    """Which of the two a producer speaks; the text is what reports print."""

    TV1 = "transaction version 1"
    TV2 = "transaction version 2"


FEATURE = "transaction.version"
LAST_OF_TV1 = {"AddPartitionsToTxn": 3, "AddOffsetsToTxn": 3, "TxnOffsetCommit": 4, "EndTxn": 4, "Produce": 11}
"""Highest version (inclusive) that speaks the first protocol."""
FIRST_OF_TV2 = {"TxnOffsetCommit": 5, "EndTxn": 5, "Produce": 12}

PASSES = frozenset({ErrorCode.CONCURRENT_TRANSACTIONS, *COORDINATOR_ERRORS})
"""Answers after which a client of Kafka sends the same again, here for requests to a coordinator."""
PASSES_PRODUCE = frozenset({ErrorCode.CONCURRENT_TRANSACTIONS, ErrorCode.NOT_ENOUGH_REPLICAS})
"""Of a partition leader that could not ask the coordinator yet; both prove that nothing was appended."""


def protocols(versions: Versions) -> list[Protocol]:
    """Those that a target serves, the newer one first; empty where it serves no transactions."""
    found = []
    finalized = versions.features.get(FEATURE, 0) >= 2
    if finalized and all(versions.serves(api, version) for api, version in FIRST_OF_TV2.items()):
        found.append(Protocol.TV2)
    if all(versions.serves(api, 3 if api == "Produce" else 0) for api in ("AddPartitionsToTxn", "EndTxn", "Produce")):
        found.append(Protocol.TV1)
    return found


@dataclass(frozen=True)
class Identity:
    """What a producer signs its requests with."""

    producer_id: int
    producer_epoch: int

    def __str__(self) -> str:
        return f"producer {self.producer_id} epoch {self.producer_epoch}"


LONGEST_PAUSE_S = 0.25


@dataclass(frozen=True)
class Answered:
    """An error code and the exchange that it came in."""

    exchange: Exchange
    error_code: int

    @property
    def ok(self) -> bool:
        """Error 0."""
        return self.error_code == 0

    @property
    def error(self) -> str:
        """The error by name."""
        return named(self.error_code)


Reply = TypeVar("Reply", Answered, Produced)


class TransactionalProducer:
    """One instance of an application: a transactional id, an identity, a sequence for each partition."""

    def __init__(
        self, session: Session, transactional_id: str, protocol: Protocol, *, timeout_ms: int = 60_000
    ) -> None:
        """Sends nothing; `init` makes it usable."""
        self.session = session
        self.transactional_id = transactional_id
        self.protocol = protocol
        self.timeout_ms = timeout_ms
        self.identity = Identity(-1, -1)
        self.sequences: dict[tuple[str, int], int] = {}
        """Next sequence by topic name and partition."""
        self.added: set[tuple[str, int]] = set()
        """Partitions of the open transaction; under TV2 those that a Produce has named."""
        self.groups: set[str] = set()
        self.exchanges: list[Exchange] = []
        """Everything it sent, in order."""
        self.waits: list[Exchange] = []
        """Attempts that were answered "not yet"."""

    # ------------------------------------------------------------------------------------------ versions

    def version(self, api: str, *, at_most: int | None = None, at_least: int = 0) -> int:
        """The highest common version of the protocol; NotObservable if there is none."""
        if self.protocol is Protocol.TV1:
            bound = LAST_OF_TV1.get(api)
            at_most = bound if at_most is None else at_most if bound is None else min(at_most, bound)
        else:
            at_least = max(at_least, FIRST_OF_TV2.get(api, 0))
        return self.session.version(api, at_most=at_most, at_least=at_least)

    # ------------------------------------------------------------------------------------------ identity

    def init(self, *, resume: bool = False) -> Identity:
        """InitProducerId: ends what an earlier instance left open and fences it; `resume` names the own identity."""
        before = len(self.session.journal.exchanges)
        self.identity = Identity(
            *self.session.init_producer_id(
                self.transactional_id, timeout_ms=self.timeout_ms,
                producer_id=self.identity.producer_id if resume else -1,
                producer_epoch=self.identity.producer_epoch if resume else -1,
            )
        )  # fmt: skip
        self.exchanges += [one for one in self.session.journal.exchanges[before:] if one.api == "InitProducerId"]
        self._forget()
        return self.identity

    def become(self, identity: Identity) -> None:
        """Another identity: sequences start at 0 again, unless it is the one that it has."""
        if identity != self.identity:
            self.identity = identity
            self.sequences.clear()

    def _forget(self) -> None:
        self.sequences.clear()
        self.added.clear()
        self.groups.clear()

    # ------------------------------------------------------------------------------------------ requests

    def add_partitions_request(self, partitions: Sequence[tuple[str, int]]) -> m.AddPartitionsToTxnRequest:
        """For versions 0 to 3, which clients use."""
        topics: dict[str, list[int]] = {}
        for name, partition in partitions:
            topics.setdefault(name, []).append(partition)
        return m.AddPartitionsToTxnRequest(
            v3_and_below_transactional_id=self.transactional_id,
            v3_and_below_producer_id=self.identity.producer_id,
            v3_and_below_producer_epoch=self.identity.producer_epoch,
            v3_and_below_topics=[AddPartitionsToTxnTopic(name, indexes) for name, indexes in topics.items()],
        )

    def add_offsets_request(self, group: str) -> m.AddOffsetsToTxnRequest:
        """A group joins the transaction."""
        return m.AddOffsetsToTxnRequest(
            self.transactional_id, self.identity.producer_id, self.identity.producer_epoch, group
        )

    def offset_commit_request(
        self, group: str, offsets: Mapping[tuple[str, int], int], *, generation_id: int = -1, member_id: str = "",
        group_instance_id: str | None = None,
    ) -> m.TxnOffsetCommitRequest:  # fmt: skip
        """Offsets by topic name and partition."""
        topics: dict[str, list[TxnOffsetCommitRequestPartition]] = {}
        for (name, partition), offset in offsets.items():
            part = TxnOffsetCommitRequestPartition(partition, offset, committed_metadata="")
            topics.setdefault(name, []).append(part)
        return m.TxnOffsetCommitRequest(
            self.transactional_id, group, self.identity.producer_id, self.identity.producer_epoch,
            generation_id=generation_id, member_id=member_id, group_instance_id=group_instance_id,
            topics=[TxnOffsetCommitRequestTopic(name, parts) for name, parts in topics.items()],
        )  # fmt: skip

    def end_request(self, commit: bool) -> m.EndTxnRequest:
        """EndTxn of the present identity."""
        return m.EndTxnRequest(
            self.transactional_id, self.identity.producer_id, self.identity.producer_epoch, committed=commit
        )

    def batch(self, topic: Topic, values: Sequence[bytes], partition: int = 0, *, skip: int = 0) -> bytes:
        """The next batch for a partition, `skip` sequences further on; nothing is sent or counted."""
        records = [Record(-1, wall_clock_ms(), None, value) for value in values]
        sequence = advance_sequence(self.sequences.get((topic.name, partition), 0), skip)
        return encode_batch(
            records, producer_id=self.identity.producer_id, producer_epoch=self.identity.producer_epoch,
            base_sequence=sequence, transactional=True,
        )  # fmt: skip

    def produce_version(self, topic: Topic) -> int:
        """Produce 13 names topics by id."""
        return self.version("Produce", at_least=3, at_most=None if topic.has_id else 12)

    # ------------------------------------------------------------------------------------------ single attempts

    def call_coordinator(self, request: Message, *, key_type: int = TRANSACTION, key: str | None = None) -> Answered:
        """One attempt at a request of the protocol; the worst error code of the answer."""
        api = type(request).__name__.removesuffix("Request")
        node = self.session.coordinator(key_type, self.transactional_id if key is None else key)
        exchange = self.session.call(request, node=node, version=self.version(api))
        self.exchanges.append(exchange)
        return Answered(exchange, worst_error(exchange))

    def produce_once(self, topic: Topic, batch: bytes, partition: int = 0) -> Produced:
        """One Produce of an encoded batch."""
        produced = self.session.produce(
            topic, batch, partition=partition, transactional_id=self.transactional_id,
            version=self.produce_version(topic),
        )  # fmt: skip
        self.exchanges.append(produced.exchange)
        return produced

    # ------------------------------------------------------------------------------------------ a correct producer

    def add(self, topic: Topic, partition: int = 0) -> Answered:
        """AddPartitionsToTxn for one partition (TV1)."""
        answered = self._patiently(
            lambda: self.call_coordinator(self.add_partitions_request([(topic.name, partition)]))
        )
        if answered.ok:
            self.added.add((topic.name, partition))
        return answered

    def write(self, topic: Topic, values: Sequence[bytes], partition: int = 0) -> Produced | Answered:
        """One batch within the transaction: adds the partition where the protocol asks for it.

        The answer of Produce, or that of AddPartitionsToTxn if it was refused.
        """
        if self.protocol is Protocol.TV1 and (topic.name, partition) not in self.added:
            added = self.add(topic, partition)
            if not added.ok:
                return added
        batch = self.batch(topic, values, partition)
        self.added.add((topic.name, partition))

        produced = self._patiently(lambda: self.produce_once(topic, batch, partition), PASSES_PRODUCE)
        if produced.ok:
            at = (topic.name, partition)
            self.sequences[at] = advance_sequence(self.sequences.get(at, 0), len(values))
        return produced

    def wrote(self, topic: Topic, values: Sequence[bytes], partition: int = 0) -> Produced:
        """`write` as part of a preparation: NotObservable unless it was acknowledged."""
        answered = self.write(topic, values, partition)
        if not isinstance(answered, Produced) or not answered.ok:
            raise NotObservable(Reason.REFUSED, f"{answered.exchange.api} in a transaction: {answered.error}")
        return answered

    def commit_offsets(
        self, group: str, offsets: Mapping[tuple[str, int], int], *, generation_id: int = -1, member_id: str = "",
        group_instance_id: str | None = None,
    ) -> Answered:  # fmt: skip
        """TxnOffsetCommit, with AddOffsetsToTxn before it where the protocol asks for it."""
        if self.protocol is Protocol.TV1 and group not in self.groups:
            added = self._patiently(lambda: self.call_coordinator(self.add_offsets_request(group)))
            if not added.ok:
                return added
        self.groups.add(group)
        request = self.offset_commit_request(
            group, offsets, generation_id=generation_id, member_id=member_id, group_instance_id=group_instance_id
        )
        return self._patiently(lambda: self.call_coordinator(request, key_type=GROUP, key=group))

    def end(self, commit: bool) -> Answered:
        """EndTxn; the next identity is taken over."""
        answered = self._patiently(lambda: self.call_coordinator(self.end_request(commit)))
        if answered.ok:
            self.ended(answered.exchange)
        return answered

    def finished(self, commit: bool) -> Answered:
        """`end` as part of a preparation: NotObservable unless it succeeded."""
        answered = self.end(commit)
        if not answered.ok:
            raise NotObservable(Reason.REFUSED, f"EndTxn {commit=}: {answered.error}")
        return answered

    def ended(self, exchange: Exchange) -> None:
        """Take over what a successful EndTxn answered, also one that was sent by other means."""
        response = exchange.response
        assert isinstance(response, m.EndTxnResponse)
        if response.producer_id >= 0:
            self.become(Identity(response.producer_id, response.producer_epoch))
        self.added.clear()
        self.groups.clear()

    def _patiently(self, ask: Callable[[], Reply], passes: frozenset[ErrorCode] = PASSES) -> Reply:
        """The first answer that will not pass, or the last one when the patience is over."""
        deadline, pause_s = time.monotonic() + self.session.patience_s, PAUSE_S
        while (answered := ask()).error_code in passes:
            self.waits.append(answered.exchange)
            if time.monotonic() > deadline:
                break
            time.sleep(pause_s)
            pause_s = min(pause_s * 1.5, LONGEST_PAUSE_S)
        return answered


def worst_error(exchange: Exchange) -> int:
    """The first error code of an answer that is not 0: of the request, else of a topic's partition; 0 without one."""
    response = exchange.response
    codes = [getattr(response, "error_code", 0)]
    if isinstance(response, m.AddPartitionsToTxnResponse):
        topics = [*response.results_by_topic_v3_and_below]
        for transaction in response.results_by_transaction:
            topics += transaction.topic_results
        codes += [part.partition_error_code for topic in topics for part in topic.results_by_partition]
    elif isinstance(response, m.ProduceResponse):
        codes += [part.error_code for one in response.responses for part in one.partition_responses]
    elif isinstance(response, m.TxnOffsetCommitResponse):
        codes += [part.error_code for topic in response.topics for part in topic.partitions]
    return next((code for code in codes if code != 0), 0)
