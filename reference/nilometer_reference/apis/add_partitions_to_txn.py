"""AddPartitionsToTxn (key 24), versions 0-5: partitions become part of the open transaction, or open one.

Behaviour    All partitions of a transaction are added, or none. If any does not exist it is answered
             UNKNOWN_TOPIC_OR_PARTITION, and the others OPERATION_NOT_ATTEMPTED; any other error is that of each.
Versions     1 throttling of clients (KIP-219); 2 PRODUCER_FENCED (KIP-588); 3 flexible; 4 several transactions in a
             request, from brokers, which may only ask (`verify_only`): a partition that takes part is NONE, any other
             TRANSACTION_ABORTABLE (KIP-890); 5 TRANSACTION_ABORTABLE is known. What is added in version 4 and later
             is added for a client of transaction version 2.
Errors       per partition: UNKNOWN_TOPIC_OR_PARTITION (3), OPERATION_NOT_ATTEMPTED (55), INVALID_REQUEST (42): empty
             transactional id; INVALID_PRODUCER_ID_MAPPING (49); PRODUCER_FENCED (90), before version 2
             INVALID_PRODUCER_EPOCH (47); CONCURRENT_TRANSACTIONS (51); TRANSACTION_ABORTABLE (120);
             COORDINATOR_NOT_AVAILABLE (15), NOT_COORDINATOR (16)
Source       `KafkaApis.handleAddPartitionsToTxnRequest`, `TransactionCoordinator.scala`
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from nilometer_reference.apis.api import Api
from nilometer_reference.apis.transactional import code_for, written
from nilometer_reference.broker.broker import Broker
from nilometer_reference.broker.requests import Answer, RequestContext
from nilometer_reference.broker.transactions.transaction import TopicPartition
from nilometer_reference.wire.errors import ErrorCode, KafkaError
from nilometer_reference.wire.messages.add_partitions_to_txn import (
    AddPartitionsToTxnPartitionResult,
    AddPartitionsToTxnRequest,
    AddPartitionsToTxnResponse,
    AddPartitionsToTxnResult,
    AddPartitionsToTxnTopicResult,
    AddPartitionsToTxnTransaction,
)

FIRST_VERSION_WITH_FENCED: Final = 2
FIRST_VERSION_OF_BROKERS: Final = 4

Codes = Mapping[TopicPartition, ErrorCode]


def handle(broker: Broker, request: AddPartitionsToTxnRequest, context: RequestContext) -> Answer:
    response = AddPartitionsToTxnResponse()
    if context.api_version >= FIRST_VERSION_OF_BROKERS:
        response.results_by_transaction = [
            AddPartitionsToTxnResult(wanted.transactional_id, _results(wanted, _codes(broker, wanted, context)))
            for wanted in request.transactions
        ]
    else:
        only = AddPartitionsToTxnTransaction(
            request.v3_and_below_transactional_id,
            request.v3_and_below_producer_id,
            request.v3_and_below_producer_epoch,
            topics=request.v3_and_below_topics,
        )
        response.results_by_topic_v3_and_below = _results(only, _codes(broker, only, context))
    return written(response, context)


def _codes(broker: Broker, wanted: AddPartitionsToTxnTransaction, context: RequestContext) -> Codes:
    """What each partition of one transaction is answered."""
    partitions = [(topic.name, index) for topic in wanted.topics for index in topic.partitions]
    missing = {partition for partition in partitions if not _exists(broker, partition)}
    if missing:
        unknown, others = ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, ErrorCode.OPERATION_NOT_ATTEMPTED
        return {partition: unknown if partition in missing else others for partition in partitions}
    try:
        apart = _verify(broker, wanted, partitions) if wanted.verify_only else _add(broker, wanted, partitions, context)
    except KafkaError as error:
        code = code_for(error.code, context.api_version, known_from=FIRST_VERSION_WITH_FENCED)
        return dict.fromkeys(partitions, code)
    return {
        partition: ErrorCode.TRANSACTION_ABORTABLE if partition in apart else ErrorCode.NONE for partition in partitions
    }


def _exists(broker: Broker, partition: TopicPartition) -> bool:
    topic = broker.topics.get(partition[0])
    return topic is not None and topic.partition(partition[1]) is not None


def _verify(
    broker: Broker, wanted: AddPartitionsToTxnTransaction, partitions: Collection[TopicPartition]
) -> Collection[TopicPartition]:
    """Those that do not take part."""
    return broker.transactions.missing_partitions(
        wanted.transactional_id, wanted.producer_id, wanted.producer_epoch, partitions
    )


def _add(
    broker: Broker,
    wanted: AddPartitionsToTxnTransaction,
    partitions: Collection[TopicPartition],
    context: RequestContext,
) -> Collection[TopicPartition]:
    """None is left apart."""
    broker.transactions.add_partitions(
        wanted.transactional_id,
        wanted.producer_id,
        wanted.producer_epoch,
        partitions,
        client_transaction_version=2 if context.api_version >= FIRST_VERSION_OF_BROKERS else 0,
        now_ms=context.now_ms,
    )
    return ()


def _results(wanted: AddPartitionsToTxnTransaction, codes: Codes) -> list[AddPartitionsToTxnTopicResult]:
    return [
        AddPartitionsToTxnTopicResult(
            topic.name,
            [AddPartitionsToTxnPartitionResult(index, codes[topic.name, index]) for index in topic.partitions],
        )
        for topic in wanted.topics
    ]


API = Api(AddPartitionsToTxnRequest, AddPartitionsToTxnResponse, (0, 5), handle)
