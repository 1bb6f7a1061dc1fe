"""EndTxn (key 26), versions 0-5: commit or abort.

Behaviour    The decision is in the transaction log when the answer leaves; markers that cannot be written at once
             follow. What a repetition is answered: `broker/transactions/decisions.py`.
Versions     1 throttling of clients (KIP-219); 2 PRODUCER_FENCED (KIP-588); 3 flexible; 4 TRANSACTION_ABORTABLE is
             known; 5 each transaction has its own epoch: the answer holds the producer id and epoch of the next one,
             and an abort of nothing is allowed (KIP-890)
Errors       INVALID_REQUEST (42): empty transactional id; INVALID_PRODUCER_ID_MAPPING (49); PRODUCER_FENCED (90),
             before version 2 INVALID_PRODUCER_EPOCH (47); INVALID_TXN_STATE (48): nothing open, or decided otherwise;
             CONCURRENT_TRANSACTIONS (51): so decided, markers are being written; COORDINATOR_LOAD_IN_PROGRESS (14),
             COORDINATOR_NOT_AVAILABLE (15), NOT_COORDINATOR (16)
Source       `KafkaApis.handleEndTxnRequest`, `TransactionCoordinator.endTransaction`
"""

from __future__ import annotations

from typing import Final

from nilometer_reference.apis.api import Api
from nilometer_reference.apis.transactional import code_for, written
from nilometer_reference.broker.broker import Broker
from nilometer_reference.broker.requests import Answer, RequestContext
from nilometer_reference.wire.errors import KafkaError
from nilometer_reference.wire.messages.end_txn import EndTxnRequest, EndTxnResponse

FIRST_VERSION_WITH_FENCED: Final = 2
FIRST_VERSION_THAT_BUMPS: Final = 5


def handle(broker: Broker, request: EndTxnRequest, context: RequestContext) -> Answer:
    try:
        producer_id, producer_epoch = broker.transactions.end_transaction(
            request.transactional_id,
            request.producer_id,
            request.producer_epoch,
            commit=request.committed,
            client_transaction_version=2 if context.api_version >= FIRST_VERSION_THAT_BUMPS else 0,
            now_ms=context.now_ms,
        )
    except KafkaError as error:
        code = code_for(error.code, context.api_version, known_from=FIRST_VERSION_WITH_FENCED)
        return written(EndTxnResponse(error_code=code), context)
    return written(EndTxnResponse(producer_id=producer_id, producer_epoch=producer_epoch), context)


API = Api(EndTxnRequest, EndTxnResponse, (0, 5), handle)
