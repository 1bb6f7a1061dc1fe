"""What a story about transactions is told with: producers by name, answers made comparable.

Producer ids get short names in the order in which they are first answered. A request that is refused only because
markers are being written, or because a broker has just started, is sent again unseen. Whether there are words beside
an error of Produce is not part of a story.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from nilometer_reference.wire.codec import Message
from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.messages import (
    AddOffsetsToTxnRequest,
    AddPartitionsToTxnRequest,
    DescribeTransactionsRequest,
    EndTxnRequest,
    FetchRequest,
    InitProducerIdRequest,
    ProduceRequest,
    ProduceResponse,
    TxnOffsetCommitRequest,
)
from nilometer_reference.wire.messages.add_partitions_to_txn import (
    AddPartitionsToTxnTopic,
    AddPartitionsToTxnTransaction,
)
from nilometer_reference.wire.messages.fetch import FetchPartition, FetchTopic
from nilometer_reference.wire.messages.produce import PartitionProduceData, TopicProduceData
from nilometer_reference.wire.messages.txn_offset_commit import (
    TxnOffsetCommitRequestPartition,
    TxnOffsetCommitRequestTopic,
)
from nilometer_reference.wire.record_encoding import Record, decode_control_record, decode_records, encode_batch
from nilometer_reference.wire.records import Batch, split_batches
from tests.reference.broker.groups.sides import HarnessSide, Side
from tests.reference.broker.groups.story import Story

ATTEMPTS = 200
PASSES = {
    ErrorCode.CONCURRENT_TRANSACTIONS,
    ErrorCode.NOT_ENOUGH_REPLICAS,
    ErrorCode.NOT_LEADER_OR_FOLLOWER,
    ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
    ErrorCode.COORDINATOR_NOT_AVAILABLE,
    ErrorCode.NOT_COORDINATOR,
}

Identity = tuple[int, int]
Topics = dict[str, list[int]]


class TransactionStory(Story):
    """`id` is a transactional id of the story's own; `named(name)` are others."""

    def __init__(self, side: Side, name: str) -> None:
        super().__init__(side, name)
        self.id = self.named("id")
        self._ids = [self.id]
        self._producer_ids: dict[int, int] = {}
        self._now_ms = side.harness.now_ms if isinstance(side, HarnessSide) else int(time.time() * 1000)
        while self.unseen(InitProducerIdRequest(None, 0), 4).producer_id <= 0:
            self.pause()  # 0 is a default, which is not shown

    def named(self, name: str) -> str:
        return f"{name}-of-{self.group}"

    def _show_field(self, name: str, value: Any) -> str:
        if name == "producer_id" and value >= 0:
            return f"<producer {self._producer_ids.setdefault(value, len(self._producer_ids))}>"
        if name == "transaction_start_time_ms" and value > 0:
            return "<instant>"
        return super()._show_field(name, value)

    def at_rest(self) -> None:
        """Return when every marker of the story's transactions is written."""
        connection = self.at("patience")
        for _ in range(ATTEMPTS):
            connection.send(DescribeTransactionsRequest(self._ids), 0)
            if not any(each.transaction_state.startswith("Prepare") for each in connection.answer().transaction_states):
                return
            self.pause()
        raise AssertionError("markers that are never written")

    def settled(self, request: Message, version: int, who: str = "a") -> Any:
        """Asked again, unseen, while the answer is that something else has to end first."""
        connection = self.at(who)
        for _ in range(ATTEMPTS):
            connection.send(request, version)
            response = connection.answer()
            if not PASSES.intersection(_codes(response)):
                if isinstance(response, ProduceResponse):
                    response.responses[0].partition_responses[0].error_message = None
                self.lines.append(f"{who}: {self._show(response)}")
                return response
            self.pause()
        raise AssertionError(f"{ErrorCode.CONCURRENT_TRANSACTIONS.name} does not end")

    # Requests

    def init(
        self, identity: Identity = (-1, -1), version: int = 5, *, id_: str | None = None, timeout_ms: int = 60_000
    ) -> Identity:
        """Answers the new identity, or the old one if it is refused."""
        if id_ is not None:
            self._ids.append(id_)
        request = InitProducerIdRequest(self.id if id_ is None else id_, timeout_ms, *identity)
        response = self.settled(request, version)
        return identity if response.error_code else (response.producer_id, response.producer_epoch)

    def adding(self, identity: Identity, topics: Topics, *, id_: str | None = None) -> AddPartitionsToTxnRequest:
        """Up to version 3."""
        wanted = [AddPartitionsToTxnTopic(self.topic_name(name), indexes) for name, indexes in topics.items()]
        return AddPartitionsToTxnRequest([], self.id if id_ is None else id_, *identity, wanted)

    def a_transaction(
        self, identity: Identity, topics: Topics, *, id_: str | None = None, verify_only: bool = False
    ) -> AddPartitionsToTxnTransaction:
        """From version 4 on."""
        wanted = [AddPartitionsToTxnTopic(self.topic_name(name), indexes) for name, indexes in topics.items()]
        return AddPartitionsToTxnTransaction(self.id if id_ is None else id_, *identity, verify_only, wanted)

    def add(self, identity: Identity, topics: Topics, version: int = 3, *, id_: str | None = None) -> None:
        self.settled(self.adding(identity, topics, id_=id_), version)

    def add_offsets(self, identity: Identity, version: int = 3, *, id_: str | None = None) -> None:
        self.settled(AddOffsetsToTxnRequest(self.id if id_ is None else id_, *identity, self.group), version)

    def end(self, identity: Identity, commit: bool, version: int, *, id_: str | None = None) -> Identity:
        """Answers the identity to go on with."""
        response = self.settled(EndTxnRequest(self.id if id_ is None else id_, *identity, commit), version)
        if response.error_code or response.producer_id < 0:
            return identity
        return response.producer_id, response.producer_epoch

    def produce(
        self, identity: Identity, version: int, *, partition: int = 0, sequence: int = 0, id_: str | None = None
    ) -> int:
        """One record; the code."""
        batch = encode_batch(
            [Record(-1, self._now_ms, None, b"%d" % sequence)],
            producer_id=identity[0], producer_epoch=identity[1], base_sequence=sequence, transactional=True,
        )  # fmt: skip
        data = [TopicProduceData(self.topic_name("t"), partition_data=[PartitionProduceData(partition, batch)])]
        request = ProduceRequest(self.id if id_ is None else id_, -1, 10_000, data)
        return int(self.settled(request, version).responses[0].partition_responses[0].error_code)

    def stage(self, identity: Identity, offset: int, version: int, *, id_: str | None = None, **member: Any) -> None:
        partitions = [TxnOffsetCommitRequestPartition(0, offset, -1, "note")]
        topics = [TxnOffsetCommitRequestTopic(self.topic_name("t"), partitions)]
        given = {"generation_id": -1, "member_id": "", "group_instance_id": None, **member}
        request = TxnOffsetCommitRequest(self.id if id_ is None else id_, self.group, *identity, topics=topics, **given)
        self.settled(request, version)

    # What is there

    def log(self, partition: int = 0, isolation_level: int = 0) -> None:
        """Every batch of a partition, and what the fetch says beside them, once no marker is missing any more."""
        self.at_rest()
        offset, lines = 0, []
        aborted: dict[tuple[str, int], None] = {}
        while (found := self._fetch(partition, offset, isolation_level)).records:
            for batch in split_batches(found.records):
                lines.append(self._show_batch(batch))
                offset = batch.header.next_offset
            for each in found.aborted_transactions or ():
                aborted[self._show_field("producer_id", each.producer_id), each.first_offset] = None
        self.lines.append(
            f"log: {lines} high_watermark={found.high_watermark} last_stable_offset={found.last_stable_offset} "
            f"aborted={[*aborted]}"
        )

    def _fetch(self, partition: int, offset: int, isolation_level: int) -> Any:
        wanted = FetchPartition(partition, fetch_offset=offset, partition_max_bytes=1 << 20)
        request = FetchRequest(
            min_bytes=1, max_bytes=1 << 20, isolation_level=isolation_level, session_epoch=-1,
            topics=[FetchTopic(self.topic_name("t"), partitions=[wanted])],
        )  # fmt: skip
        connection = self.at("reader")
        connection.send(request, 12)
        return connection.answer().responses[0].partitions[0]

    def _show_batch(self, batch: Batch) -> str:
        header = batch.header
        marker = decode_control_record(decode_records(batch)[0]) if header.is_control else None
        what = "data" if marker is None else "commit" if marker.commit else "abort"
        producer = self._show_field("producer_id", header.producer_id)
        return f"{header.base_offset}: {what} of {producer} epoch {header.producer_epoch}"


def _codes(response: Any) -> list[int]:
    """Every error code in an answer."""
    if isinstance(response, list):
        return [code for each in response for code in _codes(each)]
    if not hasattr(response, "__dataclass_fields__"):
        return []
    found: list[int] = []
    for name in response.__dataclass_fields__:
        value = getattr(response, name)
        if name.endswith("error_code"):
            found.append(value)
        elif name != "unknown_tags":
            found += _codes(value)
    return found


STORIES: dict[str, Callable[[TransactionStory], None]] = {}


def story(tell: Callable[[TransactionStory], None]) -> Callable[[TransactionStory], None]:
    """Enter a story under its name."""
    STORIES[tell.__name__.replace("_", "-")] = tell
    return tell
