"""DescribeAcls (key 29), versions 1-3: no authorizer is configured, so there are no rules to describe (KIP-140).

Behaviour    Everybody may do everything; every request is answered with the error, as Kafka does without authorizer.
Versions     1 pattern types (KIP-290); 2 flexible; 3 user resources
Errors       SECURITY_DISABLED (54)
Differs      Kafka closes the connection if a filter has a type or an operation that it does not know.
Source       `AclApis.scala`; measured on Kafka 4.3.1
"""

from __future__ import annotations

from nilometer_reference.broker.broker import Broker
from nilometer_reference.broker.requests import Answer, RequestContext
from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.messages.describe_acls import DescribeAclsRequest, DescribeAclsResponse

from .api import Api


def handle(_broker: Broker, _request: DescribeAclsRequest, _context: RequestContext) -> Answer:
    return DescribeAclsResponse(
        error_code=ErrorCode.SECURITY_DISABLED, error_message="No Authorizer is configured on the broker"
    )


API = Api(DescribeAclsRequest, DescribeAclsResponse, (1, 3), handle)
