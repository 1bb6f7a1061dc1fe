"""What an append or a read can be refused for, as exceptions with Kafka's names and codes.

    code  name                          raised by
    1     OffsetOutOfRange              read, delete_records
    18    RecordListTooLarge            append_check: a batch that no segment can hold
    45    OutOfOrderSequence            producer_state: a gap, or a retry from before the window of five
    47    InvalidProducerEpoch          producer_state: an epoch below the newest that was seen
    48    InvalidTxnState               producer_state: a plain batch inside an open transaction
    52    TransactionCoordinatorFenced  producer_state: a marker of a deposed coordinator
    56    KafkaStorageError             the store could not do its work

Those of the batch itself are in `wire.record_errors`. Source: `Errors.java`, `ProducerAppendInfo.java`.
"""

from __future__ import annotations

from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.record_errors import RecordError


class OffsetOutOfRange(RecordError):
    """Below the log start offset, or above what there is."""

    error_code = ErrorCode.OFFSET_OUT_OF_RANGE


class RecordListTooLarge(RecordError):
    """The batch is larger than a whole segment may be."""

    error_code = ErrorCode.RECORD_LIST_TOO_LARGE


class OutOfOrderSequence(RecordError):
    """A sequence that does not follow the last one."""

    error_code = ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER


class InvalidProducerEpoch(RecordError):
    """A newer epoch of the producer has written here."""

    error_code = ErrorCode.INVALID_PRODUCER_EPOCH


class InvalidTxnState(RecordError):
    """The batch does not fit the state of its producer's transaction."""

    error_code = ErrorCode.INVALID_TXN_STATE


class TransactionCoordinatorFenced(RecordError):
    """A newer coordinator has written markers of this producer."""

    error_code = ErrorCode.TRANSACTION_COORDINATOR_FENCED


class KafkaStorageError(RecordError):
    """The store could not do its work, or the log is offline since it could not."""

    error_code = ErrorCode.KAFKA_STORAGE_ERROR
