"""Which errors of one Produce attempt prove that its records are not in the log and never will be.

    definite     the code alone proves it
    indefinite   everything else, and no answer: the records may be there, may come later, or never

NOT_LEADER_OR_FOLLOWER looks definite but is not: with acks=all the broker appends first and looks again, when it
answers, whether it still leads (KAFKA-13574). A request with acks=0 is always indefinite.
Sources: Kafka protocol guide (error codes); KAFKA-13574.
"""

from __future__ import annotations

from nilometer_reference.wire.errors import ErrorCode

DEFINITE_PRODUCE = frozenset(
    {
        ErrorCode.CORRUPT_MESSAGE, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, ErrorCode.MESSAGE_TOO_LARGE,
        ErrorCode.INVALID_TOPIC_EXCEPTION, ErrorCode.RECORD_LIST_TOO_LARGE, ErrorCode.NOT_ENOUGH_REPLICAS,
        ErrorCode.INVALID_REQUIRED_ACKS, ErrorCode.TOPIC_AUTHORIZATION_FAILED, ErrorCode.CLUSTER_AUTHORIZATION_FAILED,
        ErrorCode.INVALID_TIMESTAMP, ErrorCode.UNSUPPORTED_VERSION, ErrorCode.INVALID_REQUEST,
        ErrorCode.UNSUPPORTED_FOR_MESSAGE_FORMAT, ErrorCode.POLICY_VIOLATION, ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
        ErrorCode.INVALID_PRODUCER_EPOCH, ErrorCode.INVALID_TXN_STATE, ErrorCode.INVALID_PRODUCER_ID_MAPPING,
        ErrorCode.CONCURRENT_TRANSACTIONS, ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
        ErrorCode.UNKNOWN_PRODUCER_ID, ErrorCode.UNSUPPORTED_COMPRESSION_TYPE, ErrorCode.INVALID_RECORD,
        ErrorCode.PRODUCER_FENCED, ErrorCode.UNKNOWN_TOPIC_ID, ErrorCode.INCONSISTENT_TOPIC_ID,
        ErrorCode.TRANSACTION_ABORTABLE,
    }
)  # fmt: skip


def is_definite(produce_error: int) -> bool:
    """Whether this answer to one Produce attempt proves that nothing of it was appended. 0 is no error."""
    return produce_error in DEFINITE_PRODUCE
