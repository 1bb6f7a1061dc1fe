"""Which errors of coordinators and controllers prove that a mutating request had no effect and never will.

    definite     the code alone proves it
    indefinite   everything else, and no answer

COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE and NOT_COORDINATOR look definite but are not: a coordinator
turns failures of its own append into them, after the record may have been written. So does NOT_CONTROLLER: a
controller that loses office fails the operations that wait for replication with it. Those of Produce stand in
`definite.py`.
"""

from __future__ import annotations

from nilometer_reference.wire.errors import ErrorCode

_AUTHORIZATION = frozenset(
    {
        ErrorCode.TOPIC_AUTHORIZATION_FAILED, ErrorCode.GROUP_AUTHORIZATION_FAILED,
        ErrorCode.CLUSTER_AUTHORIZATION_FAILED, ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
    }
)  # fmt: skip

DEFINITE_COORDINATOR = _AUTHORIZATION | {
    ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, ErrorCode.UNKNOWN_TOPIC_ID, ErrorCode.OFFSET_METADATA_TOO_LARGE,
    ErrorCode.INVALID_TOPIC_EXCEPTION, ErrorCode.ILLEGAL_GENERATION, ErrorCode.INCONSISTENT_GROUP_PROTOCOL,
    ErrorCode.INVALID_GROUP_ID, ErrorCode.UNKNOWN_MEMBER_ID, ErrorCode.INVALID_SESSION_TIMEOUT,
    ErrorCode.REBALANCE_IN_PROGRESS, ErrorCode.INVALID_COMMIT_OFFSET_SIZE, ErrorCode.UNSUPPORTED_VERSION,
    ErrorCode.INVALID_REQUEST, ErrorCode.INVALID_PRODUCER_EPOCH, ErrorCode.INVALID_TXN_STATE,
    ErrorCode.INVALID_PRODUCER_ID_MAPPING, ErrorCode.INVALID_TRANSACTION_TIMEOUT, ErrorCode.CONCURRENT_TRANSACTIONS,
    ErrorCode.NON_EMPTY_GROUP, ErrorCode.GROUP_ID_NOT_FOUND, ErrorCode.GROUP_MAX_SIZE_REACHED,
    ErrorCode.FENCED_INSTANCE_ID, ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC, ErrorCode.PRODUCER_FENCED,
    ErrorCode.TRANSACTIONAL_ID_NOT_FOUND, ErrorCode.FENCED_MEMBER_EPOCH, ErrorCode.UNRELEASED_INSTANCE_ID,
    ErrorCode.OPERATION_NOT_ATTEMPTED, ErrorCode.UNSUPPORTED_ASSIGNOR, ErrorCode.STALE_MEMBER_EPOCH,
    ErrorCode.TRANSACTION_ABORTABLE,
}  # fmt: skip
"""Requests that a group or transaction coordinator writes down. CONCURRENT_TRANSACTIONS of InitProducerId is not
definite: it may have begun to abort (the caller must know which request it was)."""

DEFINITE_CONTROLLER = _AUTHORIZATION | {
    ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, ErrorCode.UNKNOWN_TOPIC_ID, ErrorCode.INVALID_TOPIC_EXCEPTION,
    ErrorCode.TOPIC_ALREADY_EXISTS, ErrorCode.INVALID_PARTITIONS, ErrorCode.INVALID_REPLICATION_FACTOR,
    ErrorCode.INVALID_REPLICA_ASSIGNMENT, ErrorCode.INVALID_CONFIG, ErrorCode.UNSUPPORTED_VERSION,
    ErrorCode.INVALID_REQUEST, ErrorCode.POLICY_VIOLATION, ErrorCode.REASSIGNMENT_IN_PROGRESS,
    ErrorCode.ELECTION_NOT_NEEDED, ErrorCode.NO_REASSIGNMENT_IN_PROGRESS, ErrorCode.THROTTLING_QUOTA_EXCEEDED,
    ErrorCode.RESOURCE_NOT_FOUND, ErrorCode.DUPLICATE_RESOURCE, ErrorCode.UNACCEPTABLE_CREDENTIAL,
    ErrorCode.OFFSET_OUT_OF_RANGE,
}  # fmt: skip
"""Requests that the controller writes down, and DeleteRecords (OFFSET_OUT_OF_RANGE)."""


def is_definite_write(code: int) -> bool:
    """Whether this answer to a mutating request other than Produce proves that it had no effect. 0 is no error."""
    return code in DEFINITE_COORDINATOR or code in DEFINITE_CONTROLLER
