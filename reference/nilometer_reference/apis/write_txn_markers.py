"""WriteTxnMarkers (key 27), versions 1-2: control batches that end transactions, from their coordinator.

Behaviour    One marker a partition; in `__consumer_offsets` it also lets the staged offsets take effect, or drops
             them. Sent by coordinators of other brokers, and by the admin client to end a transaction that hangs
             (KIP-664). Results of one producer id stand together.
Versions     1 flexible; 2 the transaction version: from 2 on the marker's epoch must be above that of the
             transaction, but for the exact repetition of a marker (KIP-1228, KAFKA-19999)
Errors       per partition: UNKNOWN_TOPIC_OR_PARTITION (3), INVALID_PRODUCER_EPOCH (47),
             TRANSACTION_COORDINATOR_FENCED (52), KAFKA_STORAGE_ERROR (56)
Source       `KafkaApis.handleWriteTxnMarkersRequest`
"""

from __future__ import annotations

from nilometer_reference.apis.api import Api
from nilometer_reference.apis.transactional import written
from nilometer_reference.broker.broker import Broker
from nilometer_reference.broker.requests import Answer, RequestContext
from nilometer_reference.wire.errors import ErrorCode, KafkaError
from nilometer_reference.wire.messages.write_txn_markers import (
    WritableTxnMarker,
    WritableTxnMarkerPartitionResult,
    WritableTxnMarkerResult,
    WritableTxnMarkerTopicResult,
    WriteTxnMarkersRequest,
    WriteTxnMarkersResponse,
)


def handle(broker: Broker, request: WriteTxnMarkersRequest, context: RequestContext) -> Answer:
    codes: dict[int, dict[str, dict[int, ErrorCode]]] = {}
    for marker in request.markers:
        by_topic = codes.setdefault(marker.producer_id, {})
        for topic in marker.topics:
            by_index = by_topic.setdefault(topic.name, {})
            for index in topic.partition_indexes:
                by_index[index] = _write(broker, marker, topic.name, index, context.now_ms)
    response = WriteTxnMarkersResponse(
        markers=[
            WritableTxnMarkerResult(
                producer_id,
                [
                    WritableTxnMarkerTopicResult(
                        name, [WritableTxnMarkerPartitionResult(index, code) for index, code in by_index.items()]
                    )
                    for name, by_index in by_topic.items()
                ],
            )
            for producer_id, by_topic in codes.items()
        ]
    )
    return written(response, context)


def _write(broker: Broker, marker: WritableTxnMarker, topic: str, index: int, now_ms: int) -> ErrorCode:
    try:
        broker.write_transaction_marker(
            topic,
            index,
            producer_id=marker.producer_id,
            producer_epoch=marker.producer_epoch,
            coordinator_epoch=marker.coordinator_epoch,
            commit=marker.transaction_result,
            transaction_version=marker.transaction_version,
            now_ms=now_ms,
        )
    except KafkaError as error:
        return error.code
    return ErrorCode.NONE


API = Api(WriteTxnMarkersRequest, WriteTxnMarkersResponse, (1, 2), handle)
