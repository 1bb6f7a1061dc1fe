"""What requests of transactions have in common.

Older clients do not know PRODUCER_FENCED (90):

    request               PRODUCER_FENCED from version    before it
    InitProducerId        4                               INVALID_PRODUCER_EPOCH (47)
    AddPartitionsToTxn    2                               INVALID_PRODUCER_EPOCH
    AddOffsetsToTxn       2                               INVALID_PRODUCER_EPOCH
    EndTxn                2                               INVALID_PRODUCER_EPOCH

Whatever such an answer says is in the transaction log when it is said, so no other log that fails can make it untrue.

Source: KIP-588; `KafkaApis.scala`.
"""

from __future__ import annotations

from typing import TypeVar

from nilometer_reference.broker.requests import RequestContext
from nilometer_reference.wire.codec import Message
from nilometer_reference.wire.errors import ErrorCode

M = TypeVar("M", bound=Message)


def code_for(code: ErrorCode, version: int, *, known_from: int) -> ErrorCode:
    """The code in words of that version; `known_from` is the first that knows PRODUCER_FENCED."""
    if code is ErrorCode.PRODUCER_FENCED and version < known_from:
        return ErrorCode.INVALID_PRODUCER_EPOCH
    return code


def written(response: M, context: RequestContext) -> M:
    """The response, to be given also if a log of the same pass cannot be written."""
    context.if_storage_fails = lambda _failed: response
    return response
