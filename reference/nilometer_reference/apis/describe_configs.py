"""DescribeConfigs (key 32), versions 1-4: settings of topics and brokers, and where each value comes from.

Behaviour    `configuration_keys` null or empty asks for all settings; a name that does not exist is left out. Results
             stand in the order of the request, settings in the order of their names. Sensitive values are null.
Versions     1 synonyms (KIP-226); 3 types and documentation (KIP-569); 4 flexible
Errors       of all resources: INVALID_REQUEST (42) if one is of a type that Kafka does not know;
             of one: INVALID_TOPIC_EXCEPTION (17), UNKNOWN_TOPIC_OR_PARTITION (3), INVALID_REQUEST (42) for another
             broker or a type that is left out
Left out     Client metrics and groups (types 16 and 32): what they would configure is not there. Loggers (8): there
             are none. Settings of Kafka's broker that this one does not have (`broker/broker_configs.py`).
Differs      A resource may stand in the request again, but the connection of who does so a thousand times is closed.
Source       `ConfigHelper.scala`; measured on Kafka 4.3.1
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from nilometer_reference.broker.broker import Broker
from nilometer_reference.broker.config_descriptions import (
    ConfigDescription,
    describe_broker,
    describe_every_broker,
    describe_topic,
)
from nilometer_reference.broker.config_resources import ResourceType, check_broker_id
from nilometer_reference.broker.requests import Answer, CloseConnection, RequestContext
from nilometer_reference.broker.topics import check_topic_name
from nilometer_reference.wire.errors import ErrorCode, KafkaError
from nilometer_reference.wire.messages.describe_configs import (
    DescribeConfigsRequest,
    DescribeConfigsResource,
    DescribeConfigsResourceResult,
    DescribeConfigsResponse,
    DescribeConfigsResult,
    DescribeConfigsSynonym,
)

from .api import Api

REPETITIONS_MAX: Final = 1_000
"""A few bytes ask for thousands: beyond this the connection is closed, lest one request takes all memory."""


def handle(broker: Broker, request: DescribeConfigsRequest, _context: RequestContext) -> Answer:
    results: dict[tuple[int, str, frozenset[str]], DescribeConfigsResult] = {}
    unknown = sorted({resource.resource_type for resource in request.resources} - set(ResourceType))
    keys = [_key(resource) for resource in request.resources]
    if len(keys) - len(set(keys)) > REPETITIONS_MAX:
        raise CloseConnection(f"{len(keys)} resources, of which {len(set(keys))} differ")
    for key in keys:
        if key not in results:
            results[key] = _result(broker, request, key, unknown)
    return DescribeConfigsResponse(results=[results[key] for key in keys])


def _key(resource: DescribeConfigsResource) -> tuple[int, str, frozenset[str]]:
    """What is asked: type, name and settings, of which none are all."""
    return resource.resource_type, resource.resource_name, frozenset(resource.configuration_keys or ())


def _result(
    broker: Broker, request: DescribeConfigsRequest, key: tuple[int, str, frozenset[str]], unknown: Sequence[int]
) -> DescribeConfigsResult:
    resource_type, name, wanted = key
    try:
        if unknown:
            raise KafkaError(ErrorCode.INVALID_REQUEST, f"Unexpected resource type {unknown[0]}")
        described = _describe(broker, resource_type, name)
    except KafkaError as error:
        return DescribeConfigsResult(error.code, error.message, resource_type, name)
    configs = [_config(config, request) for config in described if not wanted or config.name in wanted]
    return DescribeConfigsResult(resource_type=resource_type, resource_name=name, configs=configs)


def _describe(broker: Broker, resource_type: int, name: str) -> Sequence[ConfigDescription]:
    configs = broker.topics.broker_configs
    if resource_type == ResourceType.TOPIC:
        check_topic_name(name)
        topic = broker.topics.get(name)
        if topic is None:
            raise KafkaError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
        return describe_topic(topic.configs, configs)
    if resource_type == ResourceType.BROKER:
        if not name:
            return describe_every_broker(configs)
        check_broker_id(name, broker.config.node_id)
        return describe_broker(configs)
    if resource_type == ResourceType.BROKER_LOGGER:
        check_broker_id(name, broker.config.node_id)
        return []
    raise KafkaError(ErrorCode.INVALID_REQUEST, f"Unsupported resource type {resource_type}")


def _config(config: ConfigDescription, request: DescribeConfigsRequest) -> DescribeConfigsResourceResult:
    synonyms = [
        DescribeConfigsSynonym(name=synonym.name, value=synonym.value, source=synonym.source)
        for synonym in config.synonyms
    ]
    return DescribeConfigsResourceResult(
        name=config.name,
        value=config.value,
        read_only=config.is_read_only,
        config_source=config.source,
        is_sensitive=config.is_sensitive,
        synonyms=synonyms if request.include_synonyms else [],
        config_type=config.type,
        documentation=config.documentation if request.include_documentation else None,
    )


API = Api(DescribeConfigsRequest, DescribeConfigsResponse, (1, 4), handle)
