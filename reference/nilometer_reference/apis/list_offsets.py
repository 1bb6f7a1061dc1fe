"""ListOffsets (key 2), versions 1-11: offsets by time, and the special ones.

    timestamp          from   answers                                                      time in the answer
    t >= 0             1      the first record with timestamp t or later, to the record    the record's
    -1 latest          1      high watermark; read_committed: last stable offset           -1
    -2 earliest        1      log start offset                                             -1
    -3 max timestamp   7      the first record with the largest timestamp (KIP-734)        the record's
    -4 earliest local  8      log start offset: everything is local (KIP-405)              -1
    -5 latest tiered   9      -1: nothing is tiered (KIP-1005)                             -1
    -6 to be tiered    11     -1 (KIP-1023)                                                -1
    any other, or asked in an older version: UNSUPPORTED_VERSION (35) for the partition

What is not below the reader's limit is not found: offset -1, timestamp -1, no error.

    2     isolation level
    4     leader epochs, the client's checked and the record's answered (KIP-320)
    10    a time limit for tiered storage, which is not needed here

A partition that is named twice is INVALID_REQUEST (42); also 3, 56, 74, 75. Left out: tiered storage.
Sources: `KafkaApis.scala`, `ReplicaManager.scala` (fetchOffset), `UnifiedLog.java` (fetchOffsetByTimestamp).
"""

from __future__ import annotations

from collections import Counter
from typing import Final

from nilometer_reference.apis.api import Api
from nilometer_reference.broker.broker import Broker
from nilometer_reference.broker.partition import IsolationLevel, Partition
from nilometer_reference.broker.requests import Answer, RequestContext
from nilometer_reference.log.log import FoundTimestamp
from nilometer_reference.wire.errors import ErrorCode, KafkaError
from nilometer_reference.wire.messages.list_offsets import (
    ListOffsetsPartition,
    ListOffsetsPartitionResponse,
    ListOffsetsRequest,
    ListOffsetsResponse,
    ListOffsetsTopicResponse,
)

LATEST: Final = -1
EARLIEST: Final = -2
MAX_TIMESTAMP: Final = -3
EARLIEST_LOCAL: Final = -4
LATEST_TIERED: Final = -5
EARLIEST_PENDING_UPLOAD: Final = -6
FIRST_VERSIONS: Final = {
    LATEST: 1,
    EARLIEST: 1,
    MAX_TIMESTAMP: 7,
    EARLIEST_LOCAL: 8,
    LATEST_TIERED: 9,
    EARLIEST_PENDING_UPLOAD: 11,
}
CONSUMER: Final = -1
_NOT_FOUND: Final = FoundTimestamp(-1, -1, -1)


def handle(broker: Broker, request: ListOffsetsRequest, context: RequestContext) -> Answer:
    named = Counter((topic.name, asked.partition_index) for topic in request.topics for asked in topic.partitions)
    response = ListOffsetsResponse()
    for topic in request.topics:
        answers = ListOffsetsTopicResponse(name=topic.name)
        response.topics.append(answers)
        for asked in topic.partitions:
            try:
                if named[topic.name, asked.partition_index] > 1:
                    raise KafkaError(ErrorCode.INVALID_REQUEST, "a partition is named twice")
                if asked.timestamp < 0 and context.api_version < FIRST_VERSIONS.get(asked.timestamp, 1 << 15):
                    raise KafkaError(ErrorCode.UNSUPPORTED_VERSION, f"{asked.timestamp=} in {context.api_version=}")
                found = _find(broker.partition(topic.name, asked.partition_index), asked, request)
            except KafkaError as error:
                answers.partitions.append(
                    ListOffsetsPartitionResponse(partition_index=asked.partition_index, error_code=error.code)
                )
            else:
                answers.partitions.append(
                    ListOffsetsPartitionResponse(
                        asked.partition_index, ErrorCode.NONE, found.timestamp, found.offset, found.leader_epoch
                    )
                )
    return response


def _find(partition: Partition, asked: ListOffsetsPartition, request: ListOffsetsRequest) -> FoundTimestamp:
    partition.check_online()
    partition.check_leader_epoch(asked.current_leader_epoch)
    isolation_level = request.isolation_level if request.replica_id == CONSUMER else IsolationLevel.READ_UNCOMMITTED
    limit = partition.limit(isolation_level)
    match asked.timestamp:
        case -1:  # LATEST
            return FoundTimestamp(-1, limit, partition.leader_epoch)
        case -2 | -4:  # EARLIEST, EARLIEST_LOCAL
            start = partition.log_start_offset
            return FoundTimestamp(-1, start, partition.log.epochs.epoch_of(start))
        case -5 | -6:  # LATEST_TIERED, EARLIEST_PENDING_UPLOAD
            return _NOT_FOUND
        case -3:  # MAX_TIMESTAMP
            found = partition.log.offset_of_max_timestamp()
        case timestamp:
            found = partition.log.offset_for_timestamp(timestamp, limit)
    return found if found is not None and found.offset < limit else _NOT_FOUND


API = Api(ListOffsetsRequest, ListOffsetsResponse, (1, 11), handle)
