"""ListTransactions (key 66), versions 0-2: transactional ids by state, producer id, age and name (KIP-664).

Behaviour    Every id that passes all filters; a filter that is empty lets everything pass. States that do not exist
             are named in the answer and pass nothing.
Versions     1 only those whose transaction began more than a span of ms ago, -1 for all (KIP-994). Kafka counts from
             the last start also when nothing is open, and an id that has begun none (start -1) is older than any
             span; so it is here. 2 only those whose whole name matches a pattern (KIP-1152), `broker/patterns/`
Errors       INVALID_REGULAR_EXPRESSION (128)
Source       `TransactionStateManager.listTransactionStates`
"""

from __future__ import annotations

from nilometer_reference.apis.api import Api
from nilometer_reference.broker.broker import Broker
from nilometer_reference.broker.patterns.pattern import Pattern
from nilometer_reference.broker.requests import Answer, RequestContext
from nilometer_reference.broker.transactions.transaction import Transaction
from nilometer_reference.broker.transactions.transaction import TransactionState as State
from nilometer_reference.wire.errors import KafkaError
from nilometer_reference.wire.messages.list_transactions import (
    ListTransactionsRequest,
    ListTransactionsResponse,
    TransactionState,
)

STATES = {state.kafka_name for state in State}


def handle(broker: Broker, request: ListTransactionsRequest, context: RequestContext) -> Answer:
    try:
        pattern = Pattern(request.transactional_id_pattern) if request.transactional_id_pattern else None
    except KafkaError as error:
        return ListTransactionsResponse(error_code=error.code)
    return ListTransactionsResponse(
        unknown_state_filters=[name for name in request.state_filters if name not in STATES],
        transaction_states=[
            TransactionState(known.transactional_id, known.producer_id, known.state.kafka_name)
            for known in broker.transactions.all()
            if _passes(known, request, context.now_ms) and (pattern is None or pattern.matches(known.transactional_id))
        ],
    )


def _passes(known: Transaction, request: ListTransactionsRequest, now_ms: int) -> bool:
    if request.producer_id_filters and known.producer_id not in request.producer_id_filters:
        return False
    if request.state_filters and known.state.kafka_name not in request.state_filters:
        return False
    return request.duration_filter < 0 or now_ms - known.start_at_ms > request.duration_filter


API = Api(ListTransactionsRequest, ListTransactionsResponse, (0, 2), handle)
