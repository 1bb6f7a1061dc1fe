"""Fetch (key 1), versions 4-18: read batches from partitions, perhaps after waiting for them.

    7     sessions: only what changed is asked and answered (KIP-227)
    9     the leader epoch that the client knows is checked (KIP-320)
    10    zstd is known (KIP-110); older readers get it all the same, as from Kafka 4
    11    the reader's rack; this broker names no preferred replica (KIP-392)
    12    the epoch of the last batch read; where the reader's log parts from ours is said (KIP-595)
    13    topic ids in the place of names (KIP-516)
    15    the replica moves into a tag (KIP-903)
    16    a client that is wrong about the leader is told who it is (KIP-951)
    17, 18  fields of replicas only

Who is answered what, and when: `broker/fetches.py`. Sessions: `broker/fetch_sessions.py`. Answers are slices of
segment files; nothing is decoded, so control batches come too, and the last batch may be cut by a limit.

Up to version 5 a log that is offline is NOT_LEADER_OR_FOLLOWER (6): those clients do not know 56.
Left out: preferred read replicas, quotas.
"""

from __future__ import annotations

from collections.abc import Sequence

from nilometer_reference.apis.api import Api
from nilometer_reference.broker.broker import Broker
from nilometer_reference.broker.fetch_sessions import (
    NO_SESSION,
    FetchedPartition,
    FetchItem,
    FullFetch,
    IncrementalFetch,
    ItemKey,
)
from nilometer_reference.broker.fetches import Fetch, WaitingFetch
from nilometer_reference.broker.partition import IsolationLevel
from nilometer_reference.broker.requests import Answer, RequestContext
from nilometer_reference.wire.errors import ErrorCode, KafkaError
from nilometer_reference.wire.messages.fetch import (
    AbortedTransaction,
    EpochEndOffset,
    FetchableTopicResponse,
    FetchRequest,
    FetchResponse,
    LeaderIdAndEpoch,
    NodeEndpoint,
    PartitionData,
)
from nilometer_reference.wire.uuids import ZERO_UUID

FIRST_VERSION_THAT_KNOWS_STORAGE_ERRORS = 6
FIRST_VERSION_WITH_TOPIC_IDS = 13
FIRST_VERSION_WITH_REPLICA_STATE = 15
FIRST_VERSION_WITH_LEADERS = 16


def handle(broker: Broker, request: FetchRequest, context: RequestContext) -> Answer:
    version = context.api_version
    if request.isolation_level not in tuple(IsolationLevel):
        return _refuse(request, version, ErrorCode.UNKNOWN_SERVER_ERROR)
    try:
        asked = broker.fetch_sessions.take_up(
            request.session_id,
            request.session_epoch,
            _items(broker, request, version),
            _forgotten(request, version),
            uses_topic_ids=version >= FIRST_VERSION_WITH_TOPIC_IDS,
            now_ms=context.now_ms,
        )
    except KafkaError as error:
        return FetchResponse(error_code=error.code, session_id=NO_SESSION)
    max_bytes = min(request.max_bytes, broker.config.fetch_max_bytes)
    replica_id = request.replica_id
    if version >= FIRST_VERSION_WITH_REPLICA_STATE:
        replica_id = request.replica_state.replica_id
    fetch = Fetch(
        asked.items,
        request.max_wait_ms,
        min(request.min_bytes, max_bytes),
        max_bytes,
        request.isolation_level,
        replica_id,
    )
    fetched = fetch.read(broker)
    if fetch.is_enough(fetched):
        return _answer(broker, context, asked, fetched, context.now_ms)

    def read_again(now_ms: int) -> None:
        context.respond(_answer(broker, context, asked, fetch.read(broker), now_ms))

    waiting = WaitingFetch(broker, fetch, fetched, read_again, context.now_ms)
    context.on_disconnect = waiting.cancel
    return None


def _items(broker: Broker, request: FetchRequest, version: int) -> list[FetchItem]:
    """What the request names; of a partition that is named twice the last counts."""
    items: dict[ItemKey, FetchItem] = {}
    for topic in request.topics:
        name: str | None = topic.topic
        topic_id = ZERO_UUID
        if version >= FIRST_VERSION_WITH_TOPIC_IDS:
            topic_id = topic.topic_id
            known = broker.topics.by_id(topic_id)
            name = None if known is None else known.name
        for partition in topic.partitions:
            key = _key(topic.topic, topic_id, partition.partition, version)
            items[key] = FetchItem(
                key, name, topic_id, partition.partition, partition.fetch_offset, partition.partition_max_bytes,
                partition.current_leader_epoch, partition.last_fetched_epoch,
            )  # fmt: skip
    return list(items.values())


def _forgotten(request: FetchRequest, version: int) -> list[ItemKey]:
    return [
        _key(topic.topic, topic.topic_id, index, version)
        for topic in request.forgotten_topics_data
        for index in topic.partitions
    ]


def _key(topic: str, topic_id: bytes, index: int, version: int) -> ItemKey:
    return (topic_id if version >= FIRST_VERSION_WITH_TOPIC_IDS else topic), index


def _answer(
    broker: Broker,
    context: RequestContext,
    asked: FullFetch | IncrementalFetch,
    fetched: Sequence[FetchedPartition],
    now_ms: int,
) -> FetchResponse:
    version = context.api_version
    try:
        session_id, told = asked.conclude(fetched, now_ms)
    except KafkaError as error:
        return FetchResponse(error_code=error.code, session_id=NO_SESSION)
    response = FetchResponse(session_id=session_id)
    topic: FetchableTopicResponse | None = None
    for one in told:
        item = one.item
        if topic is None or item.key[0] != (topic.topic_id if version >= FIRST_VERSION_WITH_TOPIC_IDS else topic.topic):
            topic = FetchableTopicResponse(topic=item.topic or "", topic_id=item.topic_id)
            response.responses.append(topic)
        data = _partition_data(one, version)
        topic.partitions.append(data)
        if one.leader is not None and version >= FIRST_VERSION_WITH_LEADERS:
            data.current_leader = LeaderIdAndEpoch(*one.leader)
            response.node_endpoints = [_endpoint(broker)]
    # What a fetch gave was written before it was read: a failure of another log takes nothing back.
    context.if_storage_fails = lambda _failed: response
    return response


def _partition_data(fetched: FetchedPartition, version: int) -> PartitionData:
    error = fetched.error
    if error == ErrorCode.KAFKA_STORAGE_ERROR and version < FIRST_VERSION_THAT_KNOWS_STORAGE_ERRORS:
        error = ErrorCode.NOT_LEADER_OR_FOLLOWER
    data = PartitionData(
        partition_index=fetched.item.index,
        error_code=error,
        high_watermark=fetched.high_watermark,
        last_stable_offset=fetched.last_stable_offset,
        log_start_offset=fetched.log_start_offset,
        aborted_transactions=None,
        records=fetched.records,
    )
    if fetched.aborted is not None:
        data.aborted_transactions = [AbortedTransaction(*transaction) for transaction in fetched.aborted]
    if fetched.diverging is not None:
        data.diverging_epoch = EpochEndOffset(*fetched.diverging)
    return data


def _endpoint(broker: Broker) -> NodeEndpoint:
    config = broker.config
    return NodeEndpoint(config.node_id, config.advertised_host, config.advertised_port, config.rack)


def _refuse(request: FetchRequest, version: int, error: ErrorCode) -> FetchResponse:
    """The whole request is wrong; before version 13 every partition says so too."""
    response = FetchResponse(error_code=error, session_id=request.session_id)
    if version < FIRST_VERSION_WITH_TOPIC_IDS:
        response.responses = [
            FetchableTopicResponse(
                topic=topic.topic,
                partitions=[
                    PartitionData(partition_index=p.partition, error_code=error, high_watermark=-1, records=b"")
                    for p in topic.partitions
                ],
            )
            for topic in request.topics
        ]
    return response


API = Api(FetchRequest, FetchResponse, (4, 18), handle)
