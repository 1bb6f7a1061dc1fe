"""DeleteAcls (key 31), versions 1-3: no authorizer is configured, so there are no rules to delete (KIP-140).

Behaviour    Each filter of the request is answered with the error, as Kafka does without authorizer.
Versions     1 pattern types (KIP-290); 2 flexible; 3 user resources
Errors       SECURITY_DISABLED (54)
Differs      Kafka closes the connection if a filter has a type or an operation that it does not know.
Source       `AclApis.scala`; measured on Kafka 4.3.1
"""

from __future__ import annotations

from nilometer_reference.broker.broker import Broker
from nilometer_reference.broker.requests import Answer, RequestContext
from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.messages.delete_acls import (
    DeleteAclsFilterResult,
    DeleteAclsRequest,
    DeleteAclsResponse,
)

from .api import Api


def handle(_broker: Broker, request: DeleteAclsRequest, _context: RequestContext) -> Answer:
    return DeleteAclsResponse(
        filter_results=[
            DeleteAclsFilterResult(error_code=ErrorCode.SECURITY_DISABLED, error_message="No Authorizer is configured.")
            for _ in request.filters
        ]
    )


API = Api(DeleteAclsRequest, DeleteAclsResponse, (1, 3), handle)
