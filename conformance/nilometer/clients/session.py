"""The requests that every check needs, each sent once as told. Start here when you write a requirement.

    session.produce(topic, batch)                      -> Produced      (None for acks=0)
    session.fetch(topic, offset)                       -> Fetched
    session.scan(topic)                                -> Scan: everything up to the high watermark
    session.list_offsets(topic, LATEST)                -> ListedOffset
    session.create_topic(name, …), delete_topic(name)
    session.init_producer_id(), coordinator(…), leader(topic, partition)
    session.call(request, node=…, version=…)           -> Exchange, for everything else

A session is one actor with its own connections. Only lookups (leader, coordinator, InitProducerId while a
coordinator loads) are repeated, until `patience_s` is over; a read or write of data never is. An answer that does not
come raises `NoAnswer`, a version that is not served `NotObservable`: uncaught, they end the check as not observable.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from nilometer.clients.cluster import Cluster
from nilometer.clients.exchange import Exchange
from nilometer.clients.observations import Fetched, ListedOffset, Produced, Scan, Topic, named, record_bytes
from nilometer.clients.raw import NoAnswer
from nilometer.verdict import NotObservable, Reason
from nilometer_reference.wire import messages as m
from nilometer_reference.wire.codec import Message
from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.messages.create_topics import CreatableTopic, CreatableTopicConfig
from nilometer_reference.wire.messages.delete_topics import DeleteTopicState
from nilometer_reference.wire.messages.fetch import FetchPartition, FetchTopic
from nilometer_reference.wire.messages.list_offsets import ListOffsetsPartition, ListOffsetsTopic
from nilometer_reference.wire.messages.produce import PartitionProduceData, TopicProduceData

LATEST, EARLIEST, MAX_TIMESTAMP = -1, -2, -3
READ_UNCOMMITTED, READ_COMMITTED = 0, 1
GROUP, TRANSACTION = 0, 1

COORDINATOR_ERRORS = frozenset(
    {ErrorCode.COORDINATOR_LOAD_IN_PROGRESS, ErrorCode.COORDINATOR_NOT_AVAILABLE, ErrorCode.NOT_COORDINATOR}
)
PRODUCE_WITHOUT_IDS = 12
FETCH_WITHOUT_IDS = 12
PAUSE_S = 0.02
FETCH_WAIT_MS = 10
"""Not 0: tansu answers a fetch that may not wait without any partition, also when there are records."""

T = TypeVar("T")


class Session(Cluster):
    """One raw actor."""

    patience_s: float = 15.0
    """How long lookups are repeated."""

    # ------------------------------------------------------------------------------------------ topics

    def create_topic(
        self, name: str, *, partitions: int = 1, configs: dict[str, str] | None = None, replicas: int = 1
    ) -> Topic:
        """Create it, and return when every partition has a leader that answers.

        A target without CreateTopics makes topics on first use, without settings: asked for some, it is not
        observable there.
        """
        if not self.versions.serves("CreateTopics"):
            if configs:
                raise NotObservable(Reason.API_NOT_SERVED, f"CreateTopics is not advertised; {configs=} cannot be set")
            return self._await_topic(name, partitions, create=True)
        request = m.CreateTopicsRequest(
            topics=[
                CreatableTopic(
                    name=name, num_partitions=partitions, replication_factor=replicas,
                    configs=[CreatableTopicConfig(key, value) for key, value in (configs or {}).items()],
                )
            ],
            timeout_ms=10_000,
        )  # fmt: skip
        self.metadata([])
        response = self.call(request, node=self.controller_id if self.controller_id >= 0 else None).response
        assert isinstance(response, m.CreateTopicsResponse)
        for result in response.topics:
            if result.error_code != 0:
                raise NotObservable(
                    Reason.REFUSED,
                    f"CreateTopics {configs or ''}: {named(result.error_code)} {result.error_message or ''}",
                )
        return self._await_topic(name, partitions, create=False)

    def _await_topic(self, name: str, partitions: int, *, create: bool) -> Topic:
        def look() -> Topic | None:
            for topic in self.metadata([name], create=create).topics:
                leaders = [one.leader_id for one in topic.partitions if one.error_code == 0]
                if topic.error_code == 0 and len(leaders) >= partitions and min(leaders) >= 0:
                    return Topic(name, topic.topic_id, len(topic.partitions))
            return None

        topic = self.until(look, f"Metadata shows {name} with a leader for each of {partitions} partitions")
        for partition in range(partitions):
            self.until(
                lambda at=partition: self.list_offsets(topic, EARLIEST, partition=at).ok or None,  # type: ignore[misc]
                f"the leader of {name}-{partition} answers ListOffsets",
            )
        return topic

    def delete_topic(self, name: str) -> int:
        """Error code of DeleteTopics."""
        version = self.version("DeleteTopics")
        request = m.DeleteTopicsRequest(timeout_ms=10_000)
        if version >= 6:
            request.topics = [DeleteTopicState(name=name)]
        else:
            request.topic_names = [name]
        response = self.call(
            request, version=version, node=self.controller_id if self.controller_id >= 0 else None
        ).response
        assert isinstance(response, m.DeleteTopicsResponse)
        return response.responses[0].error_code if response.responses else 0

    def leader(self, topic: Topic, partition: int = 0) -> int:
        """Node id of the partition's leader; remembered until `forget_leaders`."""
        known = self._leaders
        if (topic.name, partition) not in known:

            def look() -> int | None:
                for one in self.metadata([topic.name]).topics:
                    for part in one.partitions:
                        if part.leader_id >= 0:
                            known[topic.name, part.partition_index] = part.leader_id
                return known.get((topic.name, partition))

            self.until(look, f"Metadata names a leader of {topic.name}-{partition}")
        return known[topic.name, partition]

    @property
    def _leaders(self) -> dict[tuple[str, int], int]:
        found: dict[tuple[str, int], int] = self.__dict__.setdefault("_leader_cache", {})
        return found

    def forget_leaders(self) -> None:
        """Ask Metadata again."""
        self._leaders.clear()

    # ------------------------------------------------------------------------------------------ data

    def produce_request(
        self,
        topic: Topic,
        records: bytes | Sequence[bytes] | None,
        *,
        partition: int = 0,
        acks: int = -1,
        transactional_id: str | None = None,
        timeout_ms: int = 10_000,
        version: int | None = None,
    ) -> tuple[m.ProduceRequest, int]:
        """The request and its version: the highest common one for the topic (13 needs a topic id)."""
        if version is None:
            version = self.version("Produce", at_most=None if topic.has_id else PRODUCE_WITHOUT_IDS)
        data = records if isinstance(records, bytes | None) else b"".join(records)
        part = PartitionProduceData(index=partition, records=data)
        one = TopicProduceData(name=topic.name, topic_id=topic.topic_id, partition_data=[part])
        return m.ProduceRequest(transactional_id, acks, timeout_ms, [one]), version

    def produce(
        self,
        topic: Topic,
        records: bytes | Sequence[bytes] | None,
        *,
        partition: int = 0,
        acks: int = -1,
        transactional_id: str | None = None,
        timeout_ms: int = 10_000,
        version: int | None = None,
    ) -> Produced:
        """Encoded batches (see `nilometer.clients.batches`) to the leader; for acks 1 and -1."""
        request, version = self.produce_request(
            topic, records, partition=partition, acks=acks, transactional_id=transactional_id, timeout_ms=timeout_ms,
            version=version,
        )  # fmt: skip
        return self.produced(self.call(request, version=version, node=self.leader(topic, partition)))

    def produce_unacknowledged(
        self, topic: Topic, records: bytes | Sequence[bytes], *, partition: int = 0, version: int | None = None
    ) -> Exchange:
        """acks=0: the request leaves, no answer is expected."""
        request, version = self.produce_request(topic, records, partition=partition, acks=0, version=version)
        return self.connection(self.leader(topic, partition)).send(request, version, answered=False)

    @staticmethod
    def produced(exchange: Exchange) -> Produced:
        """The single partition of a Produce response."""
        response = exchange.response
        assert isinstance(response, m.ProduceResponse)
        parts = [part for topic in response.responses for part in topic.partition_responses]
        if len(parts) != 1:
            raise NoAnswer(f"Produce for one partition was answered for {len(parts)}", exchange)
        part = parts[0]
        return Produced(exchange, part.error_code, part.base_offset, part.log_append_time_ms, part.log_start_offset)

    def fetch_request(
        self,
        topic: Topic,
        offset: int,
        *,
        partition: int = 0,
        isolation_level: int = READ_UNCOMMITTED,
        max_wait_ms: int = FETCH_WAIT_MS,
        min_bytes: int = 1,
        max_bytes: int = 50 << 20,
        partition_max_bytes: int = 50 << 20,
        session_id: int = 0,
        session_epoch: int = -1,
        version: int | None = None,
    ) -> tuple[m.FetchRequest, int]:
        """The request and its version: the highest common one for the topic (13 needs a topic id)."""
        if version is None:
            version = self.version("Fetch", at_most=None if topic.has_id else FETCH_WITHOUT_IDS)
        part = FetchPartition(partition=partition, fetch_offset=offset, partition_max_bytes=partition_max_bytes)
        one = FetchTopic(topic=topic.name, topic_id=topic.topic_id, partitions=[part])
        request = m.FetchRequest(
            max_wait_ms=max_wait_ms, min_bytes=min_bytes, max_bytes=max_bytes, isolation_level=isolation_level,
            session_id=session_id, session_epoch=session_epoch, topics=[one],
        )  # fmt: skip
        return request, version

    def fetch(
        self,
        topic: Topic,
        offset: int,
        *,
        partition: int = 0,
        isolation_level: int = READ_UNCOMMITTED,
        max_wait_ms: int = FETCH_WAIT_MS,
        min_bytes: int = 1,
        max_bytes: int = 50 << 20,
        partition_max_bytes: int = 50 << 20,
        version: int | None = None,
    ) -> Fetched:
        """One full fetch of one partition from its leader, outside any fetch session."""
        request, version = self.fetch_request(
            topic, offset, partition=partition, isolation_level=isolation_level, max_wait_ms=max_wait_ms,
            min_bytes=min_bytes, max_bytes=max_bytes, partition_max_bytes=partition_max_bytes, version=version,
        )  # fmt: skip
        timeout_s = self.timeout_s + max_wait_ms / 1000
        return self.fetched(
            self.call(request, version=version, node=self.leader(topic, partition), timeout_s=timeout_s)
        )

    @staticmethod
    def fetched(exchange: Exchange) -> Fetched:
        """The single partition of a Fetch response."""
        request, response = exchange.request, exchange.response
        assert isinstance(request, m.FetchRequest)
        assert isinstance(response, m.FetchResponse)
        offset = request.topics[0].partitions[0].fetch_offset
        if response.error_code != 0:
            return Fetched(exchange, offset, response.error_code, -1, -1, -1, None, b"", response.session_id)
        parts = [part for topic in response.responses for part in topic.partitions]
        if len(parts) != 1:
            raise NoAnswer(f"Fetch of one partition was answered for {len(parts)}", exchange)
        part = parts[0]
        return Fetched(
            exchange, offset, part.error_code, part.high_watermark, part.last_stable_offset, part.log_start_offset,
            part.aborted_transactions, record_bytes(part.records), response.session_id,
        )  # fmt: skip

    def scan(
        self, topic: Topic, start: int = 0, *, partition: int = 0, isolation_level: int = READ_UNCOMMITTED,
        max_bytes: int = 50 << 20,
    ) -> Scan:  # fmt: skip
        """Fetch from `start` until the limit that the fetches show (or an error, or `patience_s`) is reached."""
        scan = Scan(start)
        position, deadline = start, time.monotonic() + self.patience_s
        while True:
            fetched = self.fetch(
                topic, position, partition=partition, isolation_level=isolation_level, max_bytes=max_bytes,
                partition_max_bytes=max_bytes,
            )  # fmt: skip
            scan.fetches.append(fetched)
            limit = fetched.last_stable_offset if isolation_level == READ_COMMITTED else fetched.high_watermark
            position = fetched.next_offset
            scan.complete = fetched.ok and position >= limit
            if scan.complete or not fetched.ok or time.monotonic() > deadline:
                return scan
            if not fetched.batches:
                time.sleep(PAUSE_S)

    def list_offsets(
        self, topic: Topic, timestamp: int, *, partition: int = 0, isolation_level: int = READ_UNCOMMITTED,
        version: int | None = None,
    ) -> ListedOffset:  # fmt: skip
        """The offset for a timestamp or a special value, from the leader."""
        needed = 2 if isolation_level == READ_COMMITTED else 7 if timestamp == MAX_TIMESTAMP else 1
        if version is None:
            version = self.version("ListOffsets", at_least=needed)
        part = ListOffsetsPartition(partition_index=partition, timestamp=timestamp)
        request = m.ListOffsetsRequest(-1, isolation_level, [ListOffsetsTopic(topic.name, [part])], timeout_ms=10_000)
        exchange = self.call(request, version=version, node=self.leader(topic, partition))
        response = exchange.response
        assert isinstance(response, m.ListOffsetsResponse)
        parts = [part for one in response.topics for part in one.partitions]
        if len(parts) != 1:
            raise NoAnswer(f"ListOffsets of one partition was answered for {len(parts)}", exchange)
        return ListedOffset(exchange, parts[0].error_code, parts[0].timestamp, parts[0].offset, parts[0].leader_epoch)

    # ------------------------------------------------------------------------------------------ coordinators

    def coordinator(self, key_type: int, key: str) -> int:
        """Node id of the coordinator of a group (0) or transactional id (1); waits while it loads."""
        version = self.version("FindCoordinator", at_least=1 if key_type == TRANSACTION else 0)
        request = m.FindCoordinatorRequest(key_type=key_type)
        if version >= 4:
            request.coordinator_keys = [key]
        else:
            request.key = key

        def look() -> int | None:
            response = self.call(request, version=version).response
            assert isinstance(response, m.FindCoordinatorResponse)
            for code, node, host, port in (
                [(one.error_code, one.node_id, one.host, one.port) for one in response.coordinators]
                if version >= 4
                else [(response.error_code, response.node_id, response.host, response.port)]
            ):
                if code == 0:
                    self.brokers.setdefault(node, (host, port))
                    return node
                if code not in COORDINATOR_ERRORS:
                    raise NotObservable(Reason.REFUSED, f"FindCoordinator of {key}: {named(code)}")
            return None

        return self.until(look, f"FindCoordinator names the coordinator of {key}")

    def call_coordinator(self, key_type: int, key: str, request: Message, *, version: int | None = None) -> Exchange:
        """A request to the coordinator; repeated while the top-level error says that it loads or has moved."""

        def ask() -> Exchange | None:
            exchange = self.call(request, node=self.coordinator(key_type, key), version=version)
            return None if getattr(exchange.response, "error_code", 0) in COORDINATOR_ERRORS else exchange

        return self.until(ask, f"the coordinator of {key} answers {type(request).__name__}")

    def init_producer_id(
        self, transactional_id: str | None = None, *, timeout_ms: int = 60_000, producer_id: int = -1,
        producer_epoch: int = -1, version: int | None = None,
    ) -> tuple[int, int]:  # fmt: skip
        """Producer id and epoch; waits while the coordinator loads or ends an earlier transaction (51)."""
        request = m.InitProducerIdRequest(
            transactional_id, timeout_ms, producer_id=producer_id, producer_epoch=producer_epoch
        )

        def ask() -> m.InitProducerIdResponse | None:
            node = None if transactional_id is None else self.coordinator(TRANSACTION, transactional_id)
            # v6 is unstable in Kafka 4.3 (KIP-939)
            chosen = self.version("InitProducerId", at_most=5) if version is None else version
            response = self.call(request, node=node, version=chosen).response
            assert isinstance(response, m.InitProducerIdResponse)
            waiting = (
                response.error_code in COORDINATOR_ERRORS or response.error_code == ErrorCode.CONCURRENT_TRANSACTIONS
            )
            return None if waiting else response

        response = self.until(ask, "InitProducerId is answered")
        if response.error_code != 0:
            raise NotObservable(Reason.REFUSED, f"InitProducerId: {named(response.error_code)}")
        return response.producer_id, response.producer_epoch

    # ------------------------------------------------------------------------------------------ patience

    def until(self, look: Callable[[], T | None], what: str, *, within_s: float | None = None) -> T:
        """Repeat a lookup until it gives something; NotObservable(no-answer) when the time is over."""
        deadline = time.monotonic() + (self.patience_s if within_s is None else within_s)
        pause = PAUSE_S
        while (found := look()) is None:
            self.before_call()
            if time.monotonic() > deadline:
                raise NotObservable(Reason.NO_ANSWER, f"waited in vain until {what}")
            time.sleep(pause)
            pause = min(pause * 1.5, 0.25)
        return found
