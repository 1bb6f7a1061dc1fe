"""ApiVersions (key 18), versions 0-4: what is served, so that a client can take the newest version that both know.

    request                                  answer
    0, 1, 2                                  keys with their first and last version; from 1 on the throttle time
    3                                        flexible, and features, but not those supported from level 0 (KAFKA-17492)
    4                                        all features
    any other version                        in the layout of version 0: UNSUPPORTED_VERSION (35), and key 18 alone
    a client name or version that is none    INVALID_REQUEST (42), no keys

The answer always has response header 0. Produce is advertised from 0 (KAFKA-18659).
Sources: KIP-511, KIP-584; `KafkaApis.scala`, `ApiVersionsRequest.java`. Left out: the cluster and node id of version 5
(KIP-1242), which 4.3 does not have.
"""

from __future__ import annotations

import re
from typing import Final

from nilometer_reference.apis import registry
from nilometer_reference.apis.api import Api
from nilometer_reference.broker.broker import Broker
from nilometer_reference.broker.features import finalized_features, supported_features
from nilometer_reference.broker.requests import Answer, RequestContext
from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.messages.api_versions import (
    ApiVersion,
    ApiVersionsRequest,
    ApiVersionsResponse,
    FinalizedFeatureKey,
    SupportedFeatureKey,
)

VERSIONS: Final = (0, 4)
FIRST_VERSION_WITH_CLIENT_NAME: Final = 3
FIRST_VERSION_WITH_LEVEL_ZERO: Final = 4
CLIENT_NAME: Final = re.compile(r"[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?")


def handle(broker: Broker, request: ApiVersionsRequest, context: RequestContext) -> Answer:
    version = context.api_version
    if not VERSIONS[0] <= version <= VERSIONS[1]:
        own = ApiVersion(api_key=API.key, min_version=VERSIONS[0], max_version=VERSIONS[1])
        return ApiVersionsResponse(error_code=ErrorCode.UNSUPPORTED_VERSION, api_keys=[own])
    if version >= FIRST_VERSION_WITH_CLIENT_NAME and not _says_who(request):
        return ApiVersionsResponse(error_code=ErrorCode.INVALID_REQUEST)
    return ApiVersionsResponse(
        api_keys=[
            ApiVersion(
                api_key=api.key,
                min_version=api.versions[0] if api.advertised_from is None else api.advertised_from,
                max_version=api.versions[1],
            )
            for api in registry.served_apis().values()
        ],
        supported_features=[
            SupportedFeatureKey(feature.name, feature.minimum, feature.maximum)
            for feature in supported_features(broker.config)
            if feature.minimum > 0 or version >= FIRST_VERSION_WITH_LEVEL_ZERO
        ],
        finalized_features_epoch=0,
        finalized_features=[
            FinalizedFeatureKey(name, level, level) for name, level in finalized_features(broker.config).items()
        ],
    )


def _says_who(request: ApiVersionsRequest) -> bool:
    names = (request.client_software_name, request.client_software_version)
    return all(CLIENT_NAME.fullmatch(name) for name in names)


API = Api(ApiVersionsRequest, ApiVersionsResponse, VERSIONS, handle)
