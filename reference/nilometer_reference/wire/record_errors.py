"""What can be wrong with a record batch, as exceptions with Kafka's names and codes.

    code  name                           raised when
    2     CorruptMessage                 the bytes are no batch: cut, wrong CRC, impossible length, damaged block
    10    MessageTooLarge                a batch is above `max.message.bytes`, or unpacks to more than the bound
    32    InvalidTimestamp               a timestamp is outside `message.timestamp.before/after.max.ms`
    76    UnsupportedCompressionType     attribute bits 0-2 name no codec
    87    InvalidRecord                  the bytes are a batch, but one that must not be appended

Source: `Errors.java`.
"""

from __future__ import annotations

from typing import ClassVar

from nilometer_reference.wire.errors import ErrorCode, KafkaError


class RecordError(KafkaError):
    """Any fault of a record batch."""

    error_code: ClassVar[ErrorCode] = ErrorCode.UNKNOWN_SERVER_ERROR

    def __init__(self, message: str = "") -> None:
        super().__init__(self.error_code, message)


class CorruptMessage(RecordError):
    """The bytes are not a record batch."""

    error_code = ErrorCode.CORRUPT_MESSAGE


class MessageTooLarge(RecordError):
    """The batch, or what it unpacks to, is above the bound."""

    error_code = ErrorCode.MESSAGE_TOO_LARGE


class InvalidTimestamp(RecordError):
    """A record's timestamp is too far from the broker's clock."""

    error_code = ErrorCode.INVALID_TIMESTAMP


class UnsupportedCompressionType(RecordError):
    """The attributes name a codec that does not exist."""

    error_code = ErrorCode.UNSUPPORTED_COMPRESSION_TYPE


class InvalidRecord(RecordError):
    """A batch that contradicts itself or the topic's rules.

    `record_index` is the position within its batch of the first bad record, for Produce's `record_errors`
    (KIP-467); None when the batch as a whole is at fault.
    """

    error_code = ErrorCode.INVALID_RECORD

    def __init__(self, message: str = "", record_index: int | None = None) -> None:
        super().__init__(message)
        self.record_index = record_index
