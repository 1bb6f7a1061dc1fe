"""DeleteRecords (key 21), versions 0-2: forget the records of partitions below an offset (KIP-107).

Behaviour    The log start offset goes up to the offset asked for, never down, and is answered as low watermark; -1
             stands for the high watermark. The records are gone for every reader when it is answered, also after a
             crash; the others keep their offsets. All replicas are here: there is nothing that `timeout_ms` waits for.
             A partition that stands in the request twice is answered once, for the last offset.
Versions     2 flexible
Errors       UNKNOWN_TOPIC_OR_PARTITION (3), INVALID_TOPIC_EXCEPTION (17) for internal topics, POLICY_VIOLATION (44)
             for topics that are compacted and never deleted from, OFFSET_OUT_OF_RANGE (1) above the high watermark
             and below -1, KAFKA_STORAGE_ERROR (56); the low watermark is then -1
Source       `KafkaApis.scala`, `ReplicaManager.scala`, `Partition.scala`
"""

from __future__ import annotations

from typing import Final

from nilometer_reference.broker.broker import Broker
from nilometer_reference.broker.requests import Answer, RequestContext
from nilometer_reference.wire.errors import ErrorCode, KafkaError
from nilometer_reference.wire.messages.delete_records import (
    DeleteRecordsPartitionResult,
    DeleteRecordsRequest,
    DeleteRecordsResponse,
    DeleteRecordsTopicResult,
)

from .api import Api

NO_LOW_WATERMARK: Final = -1


def handle(broker: Broker, request: DeleteRecordsRequest, _context: RequestContext) -> Answer:
    asked: dict[str, dict[int, int]] = {}
    for topic in request.topics:
        asked.setdefault(topic.name, {}).update(
            {partition.partition_index: partition.offset for partition in topic.partitions}
        )
    return DeleteRecordsResponse(
        topics=[
            DeleteRecordsTopicResult(
                name=name, partitions=[_delete(broker, name, index, offset) for index, offset in offsets.items()]
            )
            for name, offsets in asked.items()
            if offsets
        ]
    )


def _delete(broker: Broker, topic_name: str, index: int, offset: int) -> DeleteRecordsPartitionResult:
    try:
        partition = broker.partition(topic_name, index)
        topic = broker.topics.get(topic_name)
        assert topic is not None
        if topic.is_internal:
            raise KafkaError(ErrorCode.INVALID_TOPIC_EXCEPTION, f"Cannot delete records of internal topic {topic_name}")
        if topic.settings.is_compacted and not topic.settings.is_deleted_by_retention:
            raise KafkaError(ErrorCode.POLICY_VIOLATION, f"{topic_name} is only compacted")
        low_watermark = partition.delete_records(offset)
    except KafkaError as error:
        return DeleteRecordsPartitionResult(
            partition_index=index, low_watermark=NO_LOW_WATERMARK, error_code=error.code
        )
    return DeleteRecordsPartitionResult(partition_index=index, low_watermark=low_watermark)


API = Api(DeleteRecordsRequest, DeleteRecordsResponse, (0, 2), handle)
