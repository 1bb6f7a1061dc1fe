"""CreateAcls (key 30), versions 1-3: no authorizer is configured, so no rule is kept (KIP-140).

Behaviour    Each rule of the request is answered with the error, as Kafka does without authorizer.
Versions     1 pattern types (KIP-290); 2 flexible; 3 user resources
Errors       SECURITY_DISABLED (54)
Differs      Kafka closes the connection if a rule has a type or an operation that it does not know.
Source       `AclApis.scala`; measured on Kafka 4.3.1
"""

from __future__ import annotations

from nilometer_reference.broker.broker import Broker
from nilometer_reference.broker.requests import Answer, RequestContext
from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.messages.create_acls import AclCreationResult, CreateAclsRequest, CreateAclsResponse

from .api import Api


def handle(_broker: Broker, request: CreateAclsRequest, _context: RequestContext) -> Answer:
    return CreateAclsResponse(
        results=[
            AclCreationResult(error_code=ErrorCode.SECURITY_DISABLED, error_message="No Authorizer is configured.")
            for _ in request.creations
        ]
    )


API = Api(CreateAclsRequest, CreateAclsResponse, (1, 3), handle)
