"""A Produce request that is an earlier one but for its correlation id and its records, served without being decoded.

    [ key, version | correlation id | client id … partition index | length | records | tags ]
      ------------                    ----------------------------                     ----
      the same as before              the same as before                               none

Producers send little else: one batch for one partition, again and again. Decoding such a request and encoding its
answer takes longer than appending its batch, and both say nothing new. What fits in any way differently, or is
refused as a whole, is left to `produce`; a batch that is refused is answered here as there.
"""

from __future__ import annotations

import struct
from typing import Final

from nilometer_reference.apis.api import Served
from nilometer_reference.apis.produced_batch import ATTRIBUTES_AT, Terms, append_batch
from nilometer_reference.broker.broker import Broker
from nilometer_reference.wire.chunks import RecordChunks, join
from nilometer_reference.wire.errors import ErrorCode, KafkaError
from nilometer_reference.wire.frames import RequestHeader, encode_response
from nilometer_reference.wire.messages.produce import (
    PartitionProduceResponse,
    ProduceRequest,
    ProduceResponse,
    TopicProduceResponse,
)
from nilometer_reference.wire.primitives import MalformedMessage, get_uvarint, put_uvarint
from nilometer_reference.wire.records import TRANSACTIONAL

_LENGTH: Final = struct.Struct(">i")
_CORRELATION_ID: Final = struct.Struct(">i")
_CORRELATION_ID_AT: Final = 4
_FIRST_VERSION_WITH_LOG_START_OFFSET: Final = 5
_FIRST_VERSION_WITH_TOPIC_IDS: Final = 13
_NO_TAGS: Final = b"\0\0\0"
"""Of the partition, of the topic, of the request."""
_SOMEWHERE: Final = (0x5EA2C3D4E5F60718, 0x5EA2C3D4E5F60719, 0x5EA2C3D4E5F6071A)
"""Offsets that nothing else in an answer looks like."""


class ProduceAgain:
    """See the module's drawing."""

    __slots__ = ("_answer", "_answer_at", "_answers", "_is_flexible", "_partition", "_terms", "_topic", "start_bytes")

    def __init__(self, request: ProduceRequest, header: RequestHeader, start_bytes: int) -> None:
        """`start_bytes`: where the length of the records stands in the frame."""
        (topic,) = request.topic_data
        self.start_bytes = start_bytes
        self._terms = Terms(header.api_version, request.acks, request.transactional_id, header.client_id)
        self._topic = topic
        self._partition = topic.partition_data[0].index
        self._is_flexible = header.api_version >= ProduceRequest.FLEXIBLE_FROM
        fields = 3 if header.api_version >= _FIRST_VERSION_WITH_LOG_START_OFFSET else 2
        self._answer = struct.Struct(f">{fields}q")
        base_offset, time, start = _SOMEWHERE
        whole = self._encode(PartitionProduceResponse(self._partition, 0, base_offset, time, start), 0)
        self._answer_at = whole.index(self._answer.pack(*_SOMEWHERE[:fields]))
        self._answers = whole

    def serve(self, broker: Broker, frame: memoryview, correlation_id: int, now_ms: int) -> Served | None:
        """None, and nothing has happened, if `produce` must look at it."""
        records = self.records(frame)
        terms = self._terms
        if records is None or (
            terms.transactional_id is None and len(records) > ATTRIBUTES_AT and records[ATTRIBUTES_AT] & TRANSACTIONAL
        ):
            return None
        try:
            if terms.version >= _FIRST_VERSION_WITH_TOPIC_IDS:
                partition = broker.partition_by_id(self._topic.topic_id, self._partition)
            else:
                partition = broker.partition(self._topic.name, self._partition)
        except KafkaError:
            return None
        answer = append_batch(broker, partition, records, terms, now_ms)
        if answer.error_code:
            return self._encode(answer, correlation_id), partition.log
        whole = self._answers[:]
        _CORRELATION_ID.pack_into(whole, _CORRELATION_ID_AT, correlation_id)
        values = answer.base_offset, answer.log_append_time_ms, answer.log_start_offset
        self._answer.pack_into(whole, self._answer_at, *values[: 2 + (self._answer.size > 2 * 8)])
        return whole, partition.log

    def storage_failed(self, correlation_id: int) -> bytearray:
        """The answer if the log could not be written."""
        return self._encode(
            PartitionProduceResponse(self._partition, ErrorCode.KAFKA_STORAGE_ERROR, -1), correlation_id
        )

    def records(self, frame: memoryview) -> memoryview | None:
        """What lies between the start and the end that are known, if its length says so."""
        at = self.start_bytes
        try:
            if not self._is_flexible:
                (size,) = _LENGTH.unpack_from(frame, at)
                begin = at + _LENGTH.size
                return frame[begin:] if size >= 0 and begin + size == len(frame) else None
            size, begin = get_uvarint(frame, at)
        except (struct.error, IndexError, MalformedMessage):
            return None
        end = begin + size - 1
        if size < 1 or end + len(_NO_TAGS) != len(frame) or bytes(frame[end:]) != _NO_TAGS:
            return None
        return frame[begin:end]

    def _encode(self, answer: PartitionProduceResponse, correlation_id: int) -> bytearray:
        topic = TopicProduceResponse(self._topic.name, self._topic.topic_id, [answer])
        return bytearray(join(encode_response(ProduceResponse([topic]), self._terms.version, correlation_id)))


def learn(request: ProduceRequest, frame: memoryview, header: RequestHeader) -> ProduceAgain | None:
    """What may come again of a request that was served; None if it is not of that kind."""
    if request.acks == 0 or len(request.topic_data) != 1 or len(request.topic_data[0].partition_data) != 1:
        return None
    records = request.topic_data[0].partition_data[0].records
    if records is None or isinstance(records, RecordChunks):
        return None
    length = bytearray()
    tags = 0
    if header.api_version < ProduceRequest.FLEXIBLE_FROM:
        length += _LENGTH.pack(len(records))
    else:
        put_uvarint(length, len(records) + 1)
        tags = len(_NO_TAGS)
    again = ProduceAgain(request, header, len(frame) - tags - len(records) - len(length))
    return again if again.start_bytes > header.body_position and again.records(frame) == records else None
