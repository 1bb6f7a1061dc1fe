"""Requests of every API that change nothing on any broker, and what their answers say about themselves.

minimal("DeleteTopics", 6, group)     deletes no topic: its list is empty
NOT_SENT                              APIs between brokers, and those that change the quorum or break connections
error_codes(response)                 every error code in it, however deep
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from nilometer.clients.cluster import Versions, request_class
from nilometer_reference.wire import messages as m
from nilometer_reference.wire.codec import Message
from nilometer_reference.wire.messages.add_partitions_to_txn import (
    AddPartitionsToTxnTopic,
    AddPartitionsToTxnTransaction,
)
from nilometer_reference.wire.messages.join_group import JoinGroupRequestProtocol
from nilometer_reference.wire.messages.leave_group import MemberIdentity
from nilometer_reference.wire.messages.offset_fetch import OffsetFetchRequestGroup

ANY_ACL = 1
NOBODY = "nobody"
"""A member id that no coordinator has given."""
NOT_SENT = frozenset(
    {
        "AddRaftVoter", "AllocateProducerIds", "AlterPartition", "AssignReplicasToDirs", "BeginQuorumEpoch",
        "BrokerHeartbeat", "BrokerRegistration", "ControllerRegistration", "DeleteShareGroupState", "EndQuorumEpoch",
        "Envelope", "FetchSnapshot", "InitializeShareGroupState", "ReadShareGroupState", "ReadShareGroupStateSummary",
        "RemoveRaftVoter", "SaslAuthenticate", "SaslHandshake", "UnregisterBroker", "UpdateFeatures",
        "UpdateRaftVoter", "Vote", "WriteShareGroupState",
    }
)  # fmt: skip
"""Requests of brokers to each other, of operators to the quorum, and those that change what a connection is."""

BEHIND_FEATURES = frozenset(
    {
        "AlterShareGroupOffsets", "ConsumerGroupDescribe", "ConsumerGroupHeartbeat", "DeleteShareGroupOffsets",
        "DescribeShareGroupOffsets", "ShareAcknowledge", "ShareFetch", "ShareGroupDescribe", "ShareGroupHeartbeat",
        "StreamsGroupDescribe", "StreamsGroupHeartbeat",
    }
)  # fmt: skip
"""Kafka advertises these always and answers UNSUPPORTED_VERSION while their feature or protocol is switched off."""


def all_apis() -> list[str]:
    """Every API that we know, by key."""
    names = [name.removesuffix("Request") for name in m.__all__ if name.endswith("Request")]
    found = [(key, name) for name in names if (key := request_class(name).API_KEY) is not None]
    return [name for _, name in sorted(found)]


def advertised(versions: Versions) -> Iterator[tuple[str, int]]:
    """Each (API, version) that the target advertises and that we may send."""
    for api in all_apis():
        theirs = versions.range(api)
        if theirs is None or api in NOT_SENT:
            continue
        low, high = request_class(api).VERSIONS
        for version in range(max(low, theirs[0]), min(high, theirs[1]) + 1):
            yield api, version


def minimal(api: str, version: int, group: str) -> Message:  # noqa: PLR0912 - one row an API
    """Valid in this version, and with nothing to do: empty, or of a member and a transaction that are not there."""
    request: Any = request_class(api)()
    for field, value in (("group_id", group), ("member_id", NOBODY), ("transactional_id", f"{group}-transaction")):
        if hasattr(request, field):
            setattr(request, field, value)
    match request:
        case m.ApiVersionsRequest():
            request.client_software_name, request.client_software_version = "nilometer", "0"
        case m.MetadataRequest():
            request.allow_auto_topic_creation = False
        case m.ProduceRequest():
            request.transactional_id, request.acks, request.timeout_ms = None, -1, 1_000
        case m.FetchRequest():
            request.session_epoch = -1
        case m.ListOffsetsRequest():
            request.replica_id = -1
        case m.InitProducerIdRequest():
            request.transactional_id, request.transaction_timeout_ms = None, 60_000
        case m.FindCoordinatorRequest() if version >= 4:
            request.coordinator_keys = [group]
        case m.FindCoordinatorRequest():
            request.key = group
        case m.JoinGroupRequest():
            request.session_timeout_ms, request.rebalance_timeout_ms = 6_000, 100
            request.protocol_type, request.protocols = "consumer", [JoinGroupRequestProtocol("range", b"")]
        case m.SyncGroupRequest() if version >= 5:
            request.protocol_type, request.protocol_name = "consumer", "range"
        case m.LeaveGroupRequest() if version >= 3:
            request.members = [MemberIdentity(NOBODY)]
        case m.OffsetFetchRequest() if version >= 8:
            request.groups = [OffsetFetchRequestGroup(group)]
        case m.AddPartitionsToTxnRequest() if version >= 4:  # Kafka never answers an empty list
            topics = [AddPartitionsToTxnTopic(group, [0])]
            request.transactions = [
                AddPartitionsToTxnTransaction(f"{group}-transaction", verify_only=True, topics=topics)
            ]
        case m.AddPartitionsToTxnRequest():
            request.v3_and_below_transactional_id = f"{group}-transaction"
            request.v3_and_below_topics = [AddPartitionsToTxnTopic(group, [0])]
        case m.DescribeAclsRequest():
            request.resource_type_filter = request.pattern_type_filter = request.operation = ANY_ACL
            request.permission_type = ANY_ACL
            request.resource_name_filter = request.principal_filter = request.host_filter = None
    message: Message = request
    return message


def error_codes(message: Any) -> Iterator[int]:
    """Every error code of a response, also of its parts."""
    for field in fields(message):
        value = getattr(message, field.name)
        if field.name == "error_code":
            yield value
        elif is_dataclass(value):
            yield from error_codes(value)
        elif isinstance(value, list):
            for one in value:
                if is_dataclass(one):
                    yield from error_codes(one)
