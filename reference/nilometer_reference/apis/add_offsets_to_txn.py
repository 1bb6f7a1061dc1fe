"""AddOffsetsToTxn (key 25), versions 0-4: the offsets of a group become part of the open transaction.

Behaviour    The partition of `__consumer_offsets` in which the group keeps its offsets is added, as
             AddPartitionsToTxn would. The group need not exist.
Versions     1 throttling of clients (KIP-219); 2 PRODUCER_FENCED (KIP-588); 3 flexible; 4 TRANSACTION_ABORTABLE is
             known (KIP-890). Clients of KIP-890 part 2 do not send it: TxnOffsetCommit 5 adds the partition.
Errors       As AddPartitionsToTxn, for the request.
Source       `KafkaApis.handleAddOffsetsToTxnRequest`
"""

from __future__ import annotations

from typing import Final

from nilometer_reference.apis.api import Api
from nilometer_reference.apis.transactional import code_for, written
from nilometer_reference.broker.broker import Broker
from nilometer_reference.broker.requests import Answer, RequestContext
from nilometer_reference.wire.errors import KafkaError
from nilometer_reference.wire.messages.add_offsets_to_txn import AddOffsetsToTxnRequest, AddOffsetsToTxnResponse

FIRST_VERSION_WITH_FENCED: Final = 2


def handle(broker: Broker, request: AddOffsetsToTxnRequest, context: RequestContext) -> Answer:
    try:
        broker.transactions.add_offsets(
            request.transactional_id,
            request.producer_id,
            request.producer_epoch,
            request.group_id,
            now_ms=context.now_ms,
        )
    except KafkaError as error:
        code = code_for(error.code, context.api_version, known_from=FIRST_VERSION_WITH_FENCED)
        return written(AddOffsetsToTxnResponse(error_code=code), context)
    return written(AddOffsetsToTxnResponse(), context)


API = Api(AddOffsetsToTxnRequest, AddOffsetsToTxnResponse, (0, 4), handle)
