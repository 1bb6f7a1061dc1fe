"""TxnOffsetCommit (key 28), versions 0-5: offsets that a group will have committed if the transaction commits.

Behaviour    The offsets are staged: they wait in `__consumer_offsets` for the transaction's marker. Topics first,
             then the transaction, then the group and its member (`broker/groups/offset_requests.py`).
Versions     1 throttling of clients (KIP-219); 2 leader epoch (KIP-320), and COORDINATOR_LOAD_IN_PROGRESS is known;
             3 flexible, generation, member id and instance id, which fence consumers that were left behind (KIP-447);
             4 TRANSACTION_ABORTABLE is known; 5 the partition of the group is added to the transaction (KIP-890)
Errors       per partition: UNKNOWN_TOPIC_OR_PARTITION (3), OFFSET_METADATA_TOO_LARGE (12); each of them:
             INVALID_GROUP_ID (24); INVALID_PRODUCER_ID_MAPPING (49), INVALID_PRODUCER_EPOCH (47: fenced, in every
             version), INVALID_TXN_STATE (48) or from version 4 TRANSACTION_ABORTABLE (120): not part of the
             transaction; CONCURRENT_TRANSACTIONS (51), INVALID_REQUEST (42): empty transactional id;
             ILLEGAL_GENERATION (22: also no such group), UNKNOWN_MEMBER_ID (25), FENCED_INSTANCE_ID (82);
             COORDINATOR_NOT_AVAILABLE (15), NOT_COORDINATOR (16)
Left out     Groups of the consumer protocol. Version 6 (topic ids), which Kafka 4.3 does not have.
Source       `KafkaApis.handleTxnOffsetCommitRequest`, `OffsetMetadataManager.commitTransactionalOffset`
"""

from __future__ import annotations

from typing import Final

from nilometer_reference.apis.api import Api
from nilometer_reference.broker.broker import Broker
from nilometer_reference.broker.requests import Answer, RequestContext
from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.messages.txn_offset_commit import TxnOffsetCommitRequest, TxnOffsetCommitResponse

FIRST_VERSION_THAT_KNOWS_LOADING: Final = 2
"""An older producer fails for good on COORDINATOR_LOAD_IN_PROGRESS (KAFKA-7296)."""


def handle(broker: Broker, request: TxnOffsetCommitRequest, context: RequestContext) -> Answer:
    def check_transaction() -> None:
        broker.transactions.check_offset_commit(
            request.transactional_id,
            request.producer_id,
            request.producer_epoch,
            request.group_id,
            version=context.api_version,
            now_ms=context.now_ms,
        )

    response = broker.groups.stage_offsets(request, context.now_ms, check_transaction)
    for topic in response.topics:
        for partition in topic.partitions:
            partition.error_code = _told(partition.error_code, context.api_version)
    return response


def _told(code: int, version: int) -> int:
    if code == ErrorCode.GROUP_ID_NOT_FOUND:
        return ErrorCode.ILLEGAL_GENERATION
    if code == ErrorCode.COORDINATOR_LOAD_IN_PROGRESS and version < FIRST_VERSION_THAT_KNOWS_LOADING:
        return ErrorCode.COORDINATOR_NOT_AVAILABLE
    return code


API = Api(TxnOffsetCommitRequest, TxnOffsetCommitResponse, (0, 5), handle)
