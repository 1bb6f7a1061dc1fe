"""InitProducerId (key 22), versions 0-5: a producer id and an epoch that fences everybody before.

Behaviour    Without a transactional id each call answers a producer id that nobody has had, with epoch 0. With one
             the id keeps its producer id and the epoch goes up by one; at 32766 another producer id takes over.
             Over an open transaction the answer is CONCURRENT_TRANSACTIONS: it is being aborted, come again.
Versions     1 throttling of clients (KIP-219); 2 flexible; 3 the (producer id, epoch) that the client has, so that
             it bumps only its own (KIP-360); 4 PRODUCER_FENCED (KIP-588); 5 TRANSACTION_ABORTABLE is known (KIP-890)
Errors       INVALID_REQUEST (42): empty transactional id, or one half of an identity; INVALID_TRANSACTION_TIMEOUT
             (50); CONCURRENT_TRANSACTIONS (51); PRODUCER_FENCED (90), before version 4 INVALID_PRODUCER_EPOCH (47);
             COORDINATOR_LOAD_IN_PROGRESS (14): no producer id can be had; COORDINATOR_NOT_AVAILABLE (15) and
             NOT_COORDINATOR (16): the transaction log cannot be written
Left out     Version 6 (KIP-939, two-phase commit), which Kafka 4.3 does not advertise either.
Source       `KafkaApis.handleInitProducerIdRequest`, `TransactionCoordinator.handleInitProducerId`
"""

from __future__ import annotations

from typing import Final

from nilometer_reference.apis.api import Api
from nilometer_reference.apis.transactional import code_for, written
from nilometer_reference.broker.broker import Broker
from nilometer_reference.broker.requests import Answer, RequestContext
from nilometer_reference.wire.errors import KafkaError
from nilometer_reference.wire.messages.init_producer_id import InitProducerIdRequest, InitProducerIdResponse

FIRST_VERSION_WITH_FENCED: Final = 4


def handle(broker: Broker, request: InitProducerIdRequest, context: RequestContext) -> Answer:
    try:
        producer_id, producer_epoch = broker.transactions.init_producer_id(
            request.transactional_id,
            request.transaction_timeout_ms,
            producer_id=request.producer_id,
            producer_epoch=request.producer_epoch,
            now_ms=context.now_ms,
        )
    except KafkaError as error:
        code = code_for(error.code, context.api_version, known_from=FIRST_VERSION_WITH_FENCED)
        return written(InitProducerIdResponse(error_code=code, producer_id=-1, producer_epoch=-1), context)
    return written(InitProducerIdResponse(producer_id=producer_id, producer_epoch=producer_epoch), context)


API = Api(InitProducerIdRequest, InitProducerIdResponse, (0, 5), handle)
