"""DescribeCluster (key 60), versions 0-2: the cluster's id, its brokers, and who is asked as controller (KIP-700).

Behaviour    One broker, which is never fenced, and is named as controller: what it is asked it does itself.
Versions     1 endpoint type (KIP-919); 2 fenced brokers, if asked for
Errors       MISMATCHED_ENDPOINT_TYPE (114) to who wants controllers, UNSUPPORTED_ENDPOINT_TYPE (115)
Source       `AuthHelper.scala`, `KafkaApis.scala`
"""

from __future__ import annotations

from typing import Final

from nilometer_reference.broker import authorized_operations
from nilometer_reference.broker.broker import Broker
from nilometer_reference.broker.requests import Answer, RequestContext
from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.messages.describe_cluster import (
    DescribeClusterBroker,
    DescribeClusterRequest,
    DescribeClusterResponse,
)

from .api import Api

BROKERS: Final = 1
CONTROLLERS: Final = 2


def handle(broker: Broker, request: DescribeClusterRequest, _context: RequestContext) -> Answer:
    if request.endpoint_type == CONTROLLERS:
        return DescribeClusterResponse(
            error_code=ErrorCode.MISMATCHED_ENDPOINT_TYPE,
            error_message="The request was sent to an endpoint of type BROKER, but we wanted one of type CONTROLLER",
        )
    if request.endpoint_type != BROKERS:
        return DescribeClusterResponse(
            error_code=ErrorCode.UNSUPPORTED_ENDPOINT_TYPE,
            error_message=f"Unsupported endpoint type {request.endpoint_type}",
        )
    config = broker.config
    return DescribeClusterResponse(
        cluster_id=config.cluster_id,
        controller_id=config.node_id,
        brokers=[
            DescribeClusterBroker(
                broker_id=config.node_id, host=config.advertised_host, port=config.advertised_port, rack=config.rack
            )
        ],
        cluster_authorized_operations=authorized_operations.CLUSTER
        if request.include_cluster_authorized_operations
        else authorized_operations.NOT_ASKED,
    )


API = Api(DescribeClusterRequest, DescribeClusterResponse, (0, 2), handle)
