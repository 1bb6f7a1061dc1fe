"""OffsetForLeaderEpoch (key 23), versions 2-4: where a leader epoch ends, so that a reader finds what it read in vain.

    asked epoch                      answer (KIP-101, KIP-279)
    the leader's own                 (it, log end offset)
    newer than any, or -1            (-1, -1)
    older than any that is known     (it, start of the oldest)
    otherwise                        (the largest known one up to it, start of the next)

    2     the client's own leader epoch is checked (KIP-320)
    3     replica id: consumers say -1, tools -2

Errors, each for one partition: 3, 56, 74, 75. Source: `ReplicaManager.lastOffsetForLeaderEpoch`.
"""

from __future__ import annotations

from nilometer_reference.apis.api import Api
from nilometer_reference.broker.broker import Broker
from nilometer_reference.broker.requests import Answer, RequestContext
from nilometer_reference.wire.errors import KafkaError
from nilometer_reference.wire.messages.offset_for_leader_epoch import (
    EpochEndOffset,
    OffsetForLeaderEpochRequest,
    OffsetForLeaderEpochResponse,
    OffsetForLeaderTopicResult,
)


def handle(broker: Broker, request: OffsetForLeaderEpochRequest, _context: RequestContext) -> Answer:
    response = OffsetForLeaderEpochResponse()
    for topic in request.topics:
        result = OffsetForLeaderTopicResult(topic=topic.topic)
        response.topics.append(result)
        for asked in topic.partitions:
            answer = EpochEndOffset(partition=asked.partition)
            try:
                partition = broker.partition(topic.topic, asked.partition)
                partition.check_online()
                partition.check_leader_epoch(asked.current_leader_epoch)
                answer.leader_epoch, answer.end_offset = partition.log.end_offset_for_epoch(asked.leader_epoch)
            except KafkaError as error:
                answer.error_code = error.code
            result.partitions.append(answer)
    return response


API = Api(OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse, (2, 4), handle)
