"""DescribeTransactions (key 65), version 0: the state of transactional ids, with their partitions (KIP-664).

Behaviour    One result for each id that is asked for, in order. The start is -1 before the first transaction and
             stays that of the last one after its end; partitions are those that may still lack their marker.
Errors       per id: INVALID_REQUEST (42): empty; TRANSACTIONAL_ID_NOT_FOUND (105); NOT_COORDINATOR (16)
Source       `TransactionCoordinator.handleDescribeTransactions`
"""

from __future__ import annotations

from nilometer_reference.apis.api import Api
from nilometer_reference.broker.broker import Broker
from nilometer_reference.broker.requests import Answer, RequestContext
from nilometer_reference.wire.errors import KafkaError
from nilometer_reference.wire.messages.describe_transactions import (
    DescribeTransactionsRequest,
    DescribeTransactionsResponse,
    TopicData,
    TransactionState,
)


def handle(broker: Broker, request: DescribeTransactionsRequest, _context: RequestContext) -> Answer:
    return DescribeTransactionsResponse(
        transaction_states=[_describe(broker, transactional_id) for transactional_id in request.transactional_ids]
    )


def _describe(broker: Broker, transactional_id: str) -> TransactionState:
    try:
        known = broker.transactions.describe(transactional_id)
    except KafkaError as error:
        return TransactionState(error_code=error.code, transactional_id=transactional_id)
    by_topic: dict[str, list[int]] = {}
    for topic, index in sorted(known.partitions):
        by_topic.setdefault(topic, []).append(index)
    return TransactionState(
        transactional_id=transactional_id,
        transaction_state=known.state.kafka_name,
        transaction_timeout_ms=known.timeout_ms,
        transaction_start_time_ms=known.start_at_ms,
        producer_id=known.producer_id,
        producer_epoch=known.producer_epoch,
        topics=[TopicData(topic, indexes) for topic, indexes in by_topic.items()],
    )


API = Api(DescribeTransactionsRequest, DescribeTransactionsResponse, (0, 0), handle)
