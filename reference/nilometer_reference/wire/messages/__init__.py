"""Every message of Kafka 4.3 as a dataclass; nested structs live in the modules. Generated.

A module is loaded when the first of its messages is asked for: all of them take longer than the rest of a broker.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .add_offsets_to_txn import AddOffsetsToTxnRequest, AddOffsetsToTxnResponse
    from .add_partitions_to_txn import AddPartitionsToTxnRequest, AddPartitionsToTxnResponse
    from .add_raft_voter import AddRaftVoterRequest, AddRaftVoterResponse
    from .allocate_producer_ids import AllocateProducerIdsRequest, AllocateProducerIdsResponse
    from .alter_client_quotas import AlterClientQuotasRequest, AlterClientQuotasResponse
    from .alter_configs import AlterConfigsRequest, AlterConfigsResponse
    from .alter_partition import AlterPartitionRequest, AlterPartitionResponse
    from .alter_partition_reassignments import (
        AlterPartitionReassignmentsRequest,
        AlterPartitionReassignmentsResponse,
    )
    from .alter_replica_log_dirs import AlterReplicaLogDirsRequest, AlterReplicaLogDirsResponse
    from .alter_share_group_offsets import AlterShareGroupOffsetsRequest, AlterShareGroupOffsetsResponse
    from .alter_user_scram_credentials import (
        AlterUserScramCredentialsRequest,
        AlterUserScramCredentialsResponse,
    )
    from .api_versions import ApiVersionsRequest, ApiVersionsResponse
    from .assign_replicas_to_dirs import AssignReplicasToDirsRequest, AssignReplicasToDirsResponse
    from .begin_quorum_epoch import BeginQuorumEpochRequest, BeginQuorumEpochResponse
    from .broker_heartbeat import BrokerHeartbeatRequest, BrokerHeartbeatResponse
    from .broker_registration import BrokerRegistrationRequest, BrokerRegistrationResponse
    from .consumer_group_describe import ConsumerGroupDescribeRequest, ConsumerGroupDescribeResponse
    from .consumer_group_heartbeat import ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse
    from .consumer_protocol import ConsumerProtocolAssignment, ConsumerProtocolSubscription
    from .control_records import (
        ControlRecordTypeSchema,
        EndTxnMarker,
        KRaftVersionRecord,
        LeaderChangeMessage,
        SnapshotFooterRecord,
        SnapshotHeaderRecord,
        VotersRecord,
    )
    from .controller_registration import ControllerRegistrationRequest, ControllerRegistrationResponse
    from .coordinator_records import (
        ConsumerGroupCurrentMemberAssignmentKey,
        ConsumerGroupCurrentMemberAssignmentValue,
        ConsumerGroupMemberMetadataKey,
        ConsumerGroupMemberMetadataValue,
        ConsumerGroupMetadataKey,
        ConsumerGroupMetadataValue,
        ConsumerGroupRegularExpressionKey,
        ConsumerGroupRegularExpressionValue,
        ConsumerGroupTargetAssignmentMemberKey,
        ConsumerGroupTargetAssignmentMemberValue,
        ConsumerGroupTargetAssignmentMetadataKey,
        ConsumerGroupTargetAssignmentMetadataValue,
        GroupMetadataKey,
        GroupMetadataValue,
        OffsetCommitKey,
        OffsetCommitValue,
        TransactionLogKey,
        TransactionLogValue,
    )
    from .create_acls import CreateAclsRequest, CreateAclsResponse
    from .create_delegation_token import CreateDelegationTokenRequest, CreateDelegationTokenResponse
    from .create_partitions import CreatePartitionsRequest, CreatePartitionsResponse
    from .create_topics import CreateTopicsRequest, CreateTopicsResponse
    from .delete_acls import DeleteAclsRequest, DeleteAclsResponse
    from .delete_groups import DeleteGroupsRequest, DeleteGroupsResponse
    from .delete_records import DeleteRecordsRequest, DeleteRecordsResponse
    from .delete_share_group_offsets import DeleteShareGroupOffsetsRequest, DeleteShareGroupOffsetsResponse
    from .delete_share_group_state import DeleteShareGroupStateRequest, DeleteShareGroupStateResponse
    from .delete_topics import DeleteTopicsRequest, DeleteTopicsResponse
    from .describe_acls import DescribeAclsRequest, DescribeAclsResponse
    from .describe_client_quotas import DescribeClientQuotasRequest, DescribeClientQuotasResponse
    from .describe_cluster import DescribeClusterRequest, DescribeClusterResponse
    from .describe_configs import DescribeConfigsRequest, DescribeConfigsResponse
    from .describe_delegation_token import DescribeDelegationTokenRequest, DescribeDelegationTokenResponse
    from .describe_groups import DescribeGroupsRequest, DescribeGroupsResponse
    from .describe_log_dirs import DescribeLogDirsRequest, DescribeLogDirsResponse
    from .describe_producers import DescribeProducersRequest, DescribeProducersResponse
    from .describe_quorum import DescribeQuorumRequest, DescribeQuorumResponse
    from .describe_share_group_offsets import (
        DescribeShareGroupOffsetsRequest,
        DescribeShareGroupOffsetsResponse,
    )
    from .describe_topic_partitions import DescribeTopicPartitionsRequest, DescribeTopicPartitionsResponse
    from .describe_transactions import DescribeTransactionsRequest, DescribeTransactionsResponse
    from .describe_user_scram_credentials import (
        DescribeUserScramCredentialsRequest,
        DescribeUserScramCredentialsResponse,
    )
    from .elect_leaders import ElectLeadersRequest, ElectLeadersResponse
    from .end_quorum_epoch import EndQuorumEpochRequest, EndQuorumEpochResponse
    from .end_txn import EndTxnRequest, EndTxnResponse
    from .envelope import EnvelopeRequest, EnvelopeResponse
    from .expire_delegation_token import ExpireDelegationTokenRequest, ExpireDelegationTokenResponse
    from .fetch import FetchRequest, FetchResponse
    from .fetch_snapshot import FetchSnapshotRequest, FetchSnapshotResponse
    from .find_coordinator import FindCoordinatorRequest, FindCoordinatorResponse
    from .get_telemetry_subscriptions import (
        GetTelemetrySubscriptionsRequest,
        GetTelemetrySubscriptionsResponse,
    )
    from .headers import RequestHeader, ResponseHeader
    from .heartbeat import HeartbeatRequest, HeartbeatResponse
    from .incremental_alter_configs import IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse
    from .init_producer_id import InitProducerIdRequest, InitProducerIdResponse
    from .initialize_share_group_state import (
        InitializeShareGroupStateRequest,
        InitializeShareGroupStateResponse,
    )
    from .join_group import JoinGroupRequest, JoinGroupResponse
    from .leave_group import LeaveGroupRequest, LeaveGroupResponse
    from .list_config_resources import ListConfigResourcesRequest, ListConfigResourcesResponse
    from .list_groups import ListGroupsRequest, ListGroupsResponse
    from .list_offsets import ListOffsetsRequest, ListOffsetsResponse
    from .list_partition_reassignments import (
        ListPartitionReassignmentsRequest,
        ListPartitionReassignmentsResponse,
    )
    from .list_transactions import ListTransactionsRequest, ListTransactionsResponse
    from .metadata import MetadataRequest, MetadataResponse
    from .offset_commit import OffsetCommitRequest, OffsetCommitResponse
    from .offset_delete import OffsetDeleteRequest, OffsetDeleteResponse
    from .offset_fetch import OffsetFetchRequest, OffsetFetchResponse
    from .offset_for_leader_epoch import OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse
    from .principal import DefaultPrincipalData
    from .produce import ProduceRequest, ProduceResponse
    from .push_telemetry import PushTelemetryRequest, PushTelemetryResponse
    from .read_share_group_state import ReadShareGroupStateRequest, ReadShareGroupStateResponse
    from .read_share_group_state_summary import (
        ReadShareGroupStateSummaryRequest,
        ReadShareGroupStateSummaryResponse,
    )
    from .remove_raft_voter import RemoveRaftVoterRequest, RemoveRaftVoterResponse
    from .renew_delegation_token import RenewDelegationTokenRequest, RenewDelegationTokenResponse
    from .sasl_authenticate import SaslAuthenticateRequest, SaslAuthenticateResponse
    from .sasl_handshake import SaslHandshakeRequest, SaslHandshakeResponse
    from .share_acknowledge import ShareAcknowledgeRequest, ShareAcknowledgeResponse
    from .share_fetch import ShareFetchRequest, ShareFetchResponse
    from .share_group_describe import ShareGroupDescribeRequest, ShareGroupDescribeResponse
    from .share_group_heartbeat import ShareGroupHeartbeatRequest, ShareGroupHeartbeatResponse
    from .streams_group_describe import StreamsGroupDescribeRequest, StreamsGroupDescribeResponse
    from .streams_group_heartbeat import StreamsGroupHeartbeatRequest, StreamsGroupHeartbeatResponse
    from .sync_group import SyncGroupRequest, SyncGroupResponse
    from .txn_offset_commit import TxnOffsetCommitRequest, TxnOffsetCommitResponse
    from .unregister_broker import UnregisterBrokerRequest, UnregisterBrokerResponse
    from .update_features import UpdateFeaturesRequest, UpdateFeaturesResponse
    from .update_raft_voter import UpdateRaftVoterRequest, UpdateRaftVoterResponse
    from .vote import VoteRequest, VoteResponse
    from .write_share_group_state import WriteShareGroupStateRequest, WriteShareGroupStateResponse
    from .write_txn_markers import WriteTxnMarkersRequest, WriteTxnMarkersResponse

_MODULE_OF = {
    "AddOffsetsToTxnRequest": "add_offsets_to_txn",
    "AddOffsetsToTxnResponse": "add_offsets_to_txn",
    "AddPartitionsToTxnRequest": "add_partitions_to_txn",
    "AddPartitionsToTxnResponse": "add_partitions_to_txn",
    "AddRaftVoterRequest": "add_raft_voter",
    "AddRaftVoterResponse": "add_raft_voter",
    "AllocateProducerIdsRequest": "allocate_producer_ids",
    "AllocateProducerIdsResponse": "allocate_producer_ids",
    "AlterClientQuotasRequest": "alter_client_quotas",
    "AlterClientQuotasResponse": "alter_client_quotas",
    "AlterConfigsRequest": "alter_configs",
    "AlterConfigsResponse": "alter_configs",
    "AlterPartitionReassignmentsRequest": "alter_partition_reassignments",
    "AlterPartitionReassignmentsResponse": "alter_partition_reassignments",
    "AlterPartitionRequest": "alter_partition",
    "AlterPartitionResponse": "alter_partition",
    "AlterReplicaLogDirsRequest": "alter_replica_log_dirs",
    "AlterReplicaLogDirsResponse": "alter_replica_log_dirs",
    "AlterShareGroupOffsetsRequest": "alter_share_group_offsets",
    "AlterShareGroupOffsetsResponse": "alter_share_group_offsets",
    "AlterUserScramCredentialsRequest": "alter_user_scram_credentials",
    "AlterUserScramCredentialsResponse": "alter_user_scram_credentials",
    "ApiVersionsRequest": "api_versions",
    "ApiVersionsResponse": "api_versions",
    "AssignReplicasToDirsRequest": "assign_replicas_to_dirs",
    "AssignReplicasToDirsResponse": "assign_replicas_to_dirs",
    "BeginQuorumEpochRequest": "begin_quorum_epoch",
    "BeginQuorumEpochResponse": "begin_quorum_epoch",
    "BrokerHeartbeatRequest": "broker_heartbeat",
    "BrokerHeartbeatResponse": "broker_heartbeat",
    "BrokerRegistrationRequest": "broker_registration",
    "BrokerRegistrationResponse": "broker_registration",
    "ConsumerGroupCurrentMemberAssignmentKey": "coordinator_records",
    "ConsumerGroupCurrentMemberAssignmentValue": "coordinator_records",
    "ConsumerGroupDescribeRequest": "consumer_group_describe",
    "ConsumerGroupDescribeResponse": "consumer_group_describe",
    "ConsumerGroupHeartbeatRequest": "consumer_group_heartbeat",
    "ConsumerGroupHeartbeatResponse": "consumer_group_heartbeat",
    "ConsumerGroupMemberMetadataKey": "coordinator_records",
    "ConsumerGroupMemberMetadataValue": "coordinator_records",
    "ConsumerGroupMetadataKey": "coordinator_records",
    "ConsumerGroupMetadataValue": "coordinator_records",
    "ConsumerGroupRegularExpressionKey": "coordinator_records",
    "ConsumerGroupRegularExpressionValue": "coordinator_records",
    "ConsumerGroupTargetAssignmentMemberKey": "coordinator_records",
    "ConsumerGroupTargetAssignmentMemberValue": "coordinator_records",
    "ConsumerGroupTargetAssignmentMetadataKey": "coordinator_records",
    "ConsumerGroupTargetAssignmentMetadataValue": "coordinator_records",
    "ConsumerProtocolAssignment": "consumer_protocol",
    "ConsumerProtocolSubscription": "consumer_protocol",
    "ControlRecordTypeSchema": "control_records",
    "ControllerRegistrationRequest": "controller_registration",
    "ControllerRegistrationResponse": "controller_registration",
    "CreateAclsRequest": "create_acls",
    "CreateAclsResponse": "create_acls",
    "CreateDelegationTokenRequest": "create_delegation_token",
    "CreateDelegationTokenResponse": "create_delegation_token",
    "CreatePartitionsRequest": "create_partitions",
    "CreatePartitionsResponse": "create_partitions",
    "CreateTopicsRequest": "create_topics",
    "CreateTopicsResponse": "create_topics",
    "DefaultPrincipalData": "principal",
    "DeleteAclsRequest": "delete_acls",
    "DeleteAclsResponse": "delete_acls",
    "DeleteGroupsRequest": "delete_groups",
    "DeleteGroupsResponse": "delete_groups",
    "DeleteRecordsRequest": "delete_records",
    "DeleteRecordsResponse": "delete_records",
    "DeleteShareGroupOffsetsRequest": "delete_share_group_offsets",
    "DeleteShareGroupOffsetsResponse": "delete_share_group_offsets",
    "DeleteShareGroupStateRequest": "delete_share_group_state",
    "DeleteShareGroupStateResponse": "delete_share_group_state",
    "DeleteTopicsRequest": "delete_topics",
    "DeleteTopicsResponse": "delete_topics",
    "DescribeAclsRequest": "describe_acls",
    "DescribeAclsResponse": "describe_acls",
    "DescribeClientQuotasRequest": "describe_client_quotas",
    "DescribeClientQuotasResponse": "describe_client_quotas",
    "DescribeClusterRequest": "describe_cluster",
    "DescribeClusterResponse": "describe_cluster",
    "DescribeConfigsRequest": "describe_configs",
    "DescribeConfigsResponse": "describe_configs",
    "DescribeDelegationTokenRequest": "describe_delegation_token",
    "DescribeDelegationTokenResponse": "describe_delegation_token",
    "DescribeGroupsRequest": "describe_groups",
    "DescribeGroupsResponse": "describe_groups",
    "DescribeLogDirsRequest": "describe_log_dirs",
    "DescribeLogDirsResponse": "describe_log_dirs",
    "DescribeProducersRequest": "describe_producers",
    "DescribeProducersResponse": "describe_producers",
    "DescribeQuorumRequest": "describe_quorum",
    "DescribeQuorumResponse": "describe_quorum",
    "DescribeShareGroupOffsetsRequest": "describe_share_group_offsets",
    "DescribeShareGroupOffsetsResponse": "describe_share_group_offsets",
    "DescribeTopicPartitionsRequest": "describe_topic_partitions",
    "DescribeTopicPartitionsResponse": "describe_topic_partitions",
    "DescribeTransactionsRequest": "describe_transactions",
    "DescribeTransactionsResponse": "describe_transactions",
    "DescribeUserScramCredentialsRequest": "describe_user_scram_credentials",
    "DescribeUserScramCredentialsResponse": "describe_user_scram_credentials",
    "ElectLeadersRequest": "elect_leaders",
    "ElectLeadersResponse": "elect_leaders",
    "EndQuorumEpochRequest": "end_quorum_epoch",
    "EndQuorumEpochResponse": "end_quorum_epoch",
    "EndTxnMarker": "control_records",
    "EndTxnRequest": "end_txn",
    "EndTxnResponse": "end_txn",
    "EnvelopeRequest": "envelope",
    "EnvelopeResponse": "envelope",
    "ExpireDelegationTokenRequest": "expire_delegation_token",
    "ExpireDelegationTokenResponse": "expire_delegation_token",
    "FetchRequest": "fetch",
    "FetchResponse": "fetch",
    "FetchSnapshotRequest": "fetch_snapshot",
    "FetchSnapshotResponse": "fetch_snapshot",
    "FindCoordinatorRequest": "find_coordinator",
    "FindCoordinatorResponse": "find_coordinator",
    "GetTelemetrySubscriptionsRequest": "get_telemetry_subscriptions",
    "GetTelemetrySubscriptionsResponse": "get_telemetry_subscriptions",
    "GroupMetadataKey": "coordinator_records",
    "GroupMetadataValue": "coordinator_records",
    "HeartbeatRequest": "heartbeat",
    "HeartbeatResponse": "heartbeat",
    "IncrementalAlterConfigsRequest": "incremental_alter_configs",
    "IncrementalAlterConfigsResponse": "incremental_alter_configs",
    "InitProducerIdRequest": "init_producer_id",
    "InitProducerIdResponse": "init_producer_id",
    "InitializeShareGroupStateRequest": "initialize_share_group_state",
    "InitializeShareGroupStateResponse": "initialize_share_group_state",
    "JoinGroupRequest": "join_group",
    "JoinGroupResponse": "join_group",
    "KRaftVersionRecord": "control_records",
    "LeaderChangeMessage": "control_records",
    "LeaveGroupRequest": "leave_group",
    "LeaveGroupResponse": "leave_group",
    "ListConfigResourcesRequest": "list_config_resources",
    "ListConfigResourcesResponse": "list_config_resources",
    "ListGroupsRequest": "list_groups",
    "ListGroupsResponse": "list_groups",
    "ListOffsetsRequest": "list_offsets",
    "ListOffsetsResponse": "list_offsets",
    "ListPartitionReassignmentsRequest": "list_partition_reassignments",
    "ListPartitionReassignmentsResponse": "list_partition_reassignments",
    "ListTransactionsRequest": "list_transactions",
    "ListTransactionsResponse": "list_transactions",
    "MetadataRequest": "metadata",
    "MetadataResponse": "metadata",
    "OffsetCommitKey": "coordinator_records",
    "OffsetCommitRequest": "offset_commit",
    "OffsetCommitResponse": "offset_commit",
    "OffsetCommitValue": "coordinator_records",
    "OffsetDeleteRequest": "offset_delete",
    "OffsetDeleteResponse": "offset_delete",
    "OffsetFetchRequest": "offset_fetch",
    "OffsetFetchResponse": "offset_fetch",
    "OffsetForLeaderEpochRequest": "offset_for_leader_epoch",
    "OffsetForLeaderEpochResponse": "offset_for_leader_epoch",
    "ProduceRequest": "produce",
    "ProduceResponse": "produce",
    "PushTelemetryRequest": "push_telemetry",
    "PushTelemetryResponse": "push_telemetry",
    "ReadShareGroupStateRequest": "read_share_group_state",
    "ReadShareGroupStateResponse": "read_share_group_state",
    "ReadShareGroupStateSummaryRequest": "read_share_group_state_summary",
    "ReadShareGroupStateSummaryResponse": "read_share_group_state_summary",
    "RemoveRaftVoterRequest": "remove_raft_voter",
    "RemoveRaftVoterResponse": "remove_raft_voter",
    "RenewDelegationTokenRequest": "renew_delegation_token",
    "RenewDelegationTokenResponse": "renew_delegation_token",
    "RequestHeader": "headers",
    "ResponseHeader": "headers",
    "SaslAuthenticateRequest": "sasl_authenticate",
    "SaslAuthenticateResponse": "sasl_authenticate",
    "SaslHandshakeRequest": "sasl_handshake",
    "SaslHandshakeResponse": "sasl_handshake",
    "ShareAcknowledgeRequest": "share_acknowledge",
    "ShareAcknowledgeResponse": "share_acknowledge",
    "ShareFetchRequest": "share_fetch",
    "ShareFetchResponse": "share_fetch",
    "ShareGroupDescribeRequest": "share_group_describe",
    "ShareGroupDescribeResponse": "share_group_describe",
    "ShareGroupHeartbeatRequest": "share_group_heartbeat",
    "ShareGroupHeartbeatResponse": "share_group_heartbeat",
    "SnapshotFooterRecord": "control_records",
    "SnapshotHeaderRecord": "control_records",
    "StreamsGroupDescribeRequest": "streams_group_describe",
    "StreamsGroupDescribeResponse": "streams_group_describe",
    "StreamsGroupHeartbeatRequest": "streams_group_heartbeat",
    "StreamsGroupHeartbeatResponse": "streams_group_heartbeat",
    "SyncGroupRequest": "sync_group",
    "SyncGroupResponse": "sync_group",
    "TransactionLogKey": "coordinator_records",
    "TransactionLogValue": "coordinator_records",
    "TxnOffsetCommitRequest": "txn_offset_commit",
    "TxnOffsetCommitResponse": "txn_offset_commit",
    "UnregisterBrokerRequest": "unregister_broker",
    "UnregisterBrokerResponse": "unregister_broker",
    "UpdateFeaturesRequest": "update_features",
    "UpdateFeaturesResponse": "update_features",
    "UpdateRaftVoterRequest": "update_raft_voter",
    "UpdateRaftVoterResponse": "update_raft_voter",
    "VoteRequest": "vote",
    "VoteResponse": "vote",
    "VotersRecord": "control_records",
    "WriteShareGroupStateRequest": "write_share_group_state",
    "WriteShareGroupStateResponse": "write_share_group_state",
    "WriteTxnMarkersRequest": "write_txn_markers",
    "WriteTxnMarkersResponse": "write_txn_markers",
}

__all__ = [
    "AddOffsetsToTxnRequest",
    "AddOffsetsToTxnResponse",
    "AddPartitionsToTxnRequest",
    "AddPartitionsToTxnResponse",
    "AddRaftVoterRequest",
    "AddRaftVoterResponse",
    "AllocateProducerIdsRequest",
    "AllocateProducerIdsResponse",
    "AlterClientQuotasRequest",
    "AlterClientQuotasResponse",
    "AlterConfigsRequest",
    "AlterConfigsResponse",
    "AlterPartitionReassignmentsRequest",
    "AlterPartitionReassignmentsResponse",
    "AlterPartitionRequest",
    "AlterPartitionResponse",
    "AlterReplicaLogDirsRequest",
    "AlterReplicaLogDirsResponse",
    "AlterShareGroupOffsetsRequest",
    "AlterShareGroupOffsetsResponse",
    "AlterUserScramCredentialsRequest",
    "AlterUserScramCredentialsResponse",
    "ApiVersionsRequest",
    "ApiVersionsResponse",
    "AssignReplicasToDirsRequest",
    "AssignReplicasToDirsResponse",
    "BeginQuorumEpochRequest",
    "BeginQuorumEpochResponse",
    "BrokerHeartbeatRequest",
    "BrokerHeartbeatResponse",
    "BrokerRegistrationRequest",
    "BrokerRegistrationResponse",
    "ConsumerGroupCurrentMemberAssignmentKey",
    "ConsumerGroupCurrentMemberAssignmentValue",
    "ConsumerGroupDescribeRequest",
    "ConsumerGroupDescribeResponse",
    "ConsumerGroupHeartbeatRequest",
    "ConsumerGroupHeartbeatResponse",
    "ConsumerGroupMemberMetadataKey",
    "ConsumerGroupMemberMetadataValue",
    "ConsumerGroupMetadataKey",
    "ConsumerGroupMetadataValue",
    "ConsumerGroupRegularExpressionKey",
    "ConsumerGroupRegularExpressionValue",
    "ConsumerGroupTargetAssignmentMemberKey",
    "ConsumerGroupTargetAssignmentMemberValue",
    "ConsumerGroupTargetAssignmentMetadataKey",
    "ConsumerGroupTargetAssignmentMetadataValue",
    "ConsumerProtocolAssignment",
    "ConsumerProtocolSubscription",
    "ControlRecordTypeSchema",
    "ControllerRegistrationRequest",
    "ControllerRegistrationResponse",
    "CreateAclsRequest",
    "CreateAclsResponse",
    "CreateDelegationTokenRequest",
    "CreateDelegationTokenResponse",
    "CreatePartitionsRequest",
    "CreatePartitionsResponse",
    "CreateTopicsRequest",
    "CreateTopicsResponse",
    "DefaultPrincipalData",
    "DeleteAclsRequest",
    "DeleteAclsResponse",
    "DeleteGroupsRequest",
    "DeleteGroupsResponse",
    "DeleteRecordsRequest",
    "DeleteRecordsResponse",
    "DeleteShareGroupOffsetsRequest",
    "DeleteShareGroupOffsetsResponse",
    "DeleteShareGroupStateRequest",
    "DeleteShareGroupStateResponse",
    "DeleteTopicsRequest",
    "DeleteTopicsResponse",
    "DescribeAclsRequest",
    "DescribeAclsResponse",
    "DescribeClientQuotasRequest",
    "DescribeClientQuotasResponse",
    "DescribeClusterRequest",
    "DescribeClusterResponse",
    "DescribeConfigsRequest",
    "DescribeConfigsResponse",
    "DescribeDelegationTokenRequest",
    "DescribeDelegationTokenResponse",
    "DescribeGroupsRequest",
    "DescribeGroupsResponse",
    "DescribeLogDirsRequest",
    "DescribeLogDirsResponse",
    "DescribeProducersRequest",
    "DescribeProducersResponse",
    "DescribeQuorumRequest",
    "DescribeQuorumResponse",
    "DescribeShareGroupOffsetsRequest",
    "DescribeShareGroupOffsetsResponse",
    "DescribeTopicPartitionsRequest",
    "DescribeTopicPartitionsResponse",
    "DescribeTransactionsRequest",
    "DescribeTransactionsResponse",
    "DescribeUserScramCredentialsRequest",
    "DescribeUserScramCredentialsResponse",
    "ElectLeadersRequest",
    "ElectLeadersResponse",
    "EndQuorumEpochRequest",
    "EndQuorumEpochResponse",
    "EndTxnMarker",
    "EndTxnRequest",
    "EndTxnResponse",
    "EnvelopeRequest",
    "EnvelopeResponse",
    "ExpireDelegationTokenRequest",
    "ExpireDelegationTokenResponse",
    "FetchRequest",
    "FetchResponse",
    "FetchSnapshotRequest",
    "FetchSnapshotResponse",
    "FindCoordinatorRequest",
    "FindCoordinatorResponse",
    "GetTelemetrySubscriptionsRequest",
    "GetTelemetrySubscriptionsResponse",
    "GroupMetadataKey",
    "GroupMetadataValue",
    "HeartbeatRequest",
    "HeartbeatResponse",
    "IncrementalAlterConfigsRequest",
    "IncrementalAlterConfigsResponse",
    "InitProducerIdRequest",
    "InitProducerIdResponse",
    "InitializeShareGroupStateRequest",
    "InitializeShareGroupStateResponse",
    "JoinGroupRequest",
    "JoinGroupResponse",
    "KRaftVersionRecord",
    "LeaderChangeMessage",
    "LeaveGroupRequest",
    "LeaveGroupResponse",
    "ListConfigResourcesRequest",
    "ListConfigResourcesResponse",
    "ListGroupsRequest",
    "ListGroupsResponse",
    "ListOffsetsRequest",
    "ListOffsetsResponse",
    "ListPartitionReassignmentsRequest",
    "ListPartitionReassignmentsResponse",
    "ListTransactionsRequest",
    "ListTransactionsResponse",
    "MetadataRequest",
    "MetadataResponse",
    "OffsetCommitKey",
    "OffsetCommitRequest",
    "OffsetCommitResponse",
    "OffsetCommitValue",
    "OffsetDeleteRequest",
    "OffsetDeleteResponse",
    "OffsetFetchRequest",
    "OffsetFetchResponse",
    "OffsetForLeaderEpochRequest",
    "OffsetForLeaderEpochResponse",
    "ProduceRequest",
    "ProduceResponse",
    "PushTelemetryRequest",
    "PushTelemetryResponse",
    "ReadShareGroupStateRequest",
    "ReadShareGroupStateResponse",
    "ReadShareGroupStateSummaryRequest",
    "ReadShareGroupStateSummaryResponse",
    "RemoveRaftVoterRequest",
    "RemoveRaftVoterResponse",
    "RenewDelegationTokenRequest",
    "RenewDelegationTokenResponse",
    "RequestHeader",
    "ResponseHeader",
    "SaslAuthenticateRequest",
    "SaslAuthenticateResponse",
    "SaslHandshakeRequest",
    "SaslHandshakeResponse",
    "ShareAcknowledgeRequest",
    "ShareAcknowledgeResponse",
    "ShareFetchRequest",
    "ShareFetchResponse",
    "ShareGroupDescribeRequest",
    "ShareGroupDescribeResponse",
    "ShareGroupHeartbeatRequest",
    "ShareGroupHeartbeatResponse",
    "SnapshotFooterRecord",
    "SnapshotHeaderRecord",
    "StreamsGroupDescribeRequest",
    "StreamsGroupDescribeResponse",
    "StreamsGroupHeartbeatRequest",
    "StreamsGroupHeartbeatResponse",
    "SyncGroupRequest",
    "SyncGroupResponse",
    "TransactionLogKey",
    "TransactionLogValue",
    "TxnOffsetCommitRequest",
    "TxnOffsetCommitResponse",
    "UnregisterBrokerRequest",
    "UnregisterBrokerResponse",
    "UpdateFeaturesRequest",
    "UpdateFeaturesResponse",
    "UpdateRaftVoterRequest",
    "UpdateRaftVoterResponse",
    "VoteRequest",
    "VoteResponse",
    "VotersRecord",
    "WriteShareGroupStateRequest",
    "WriteShareGroupStateResponse",
    "WriteTxnMarkersRequest",
    "WriteTxnMarkersResponse",
]


def __dir__() -> list[str]:
    return sorted({*globals(), *_MODULE_OF})


if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        if name not in _MODULE_OF:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        found = globals()[name] = getattr(import_module(f".{_MODULE_OF[name]}", __name__), name)
        return found
