"""Our settings beside Apache Kafka's own classes: which there are, their types and defaults, which texts they take.

ours                        Kafka's
TOPIC_CONFIGS, synonyms     LogConfig, ServerTopicConfigSynonyms
BROKER_CONFIGS, DYNAMIC     AbstractKafkaConfig, DynamicBrokerConfig
ConfigKey.parse, .shown     ConfigDef.parse, ConfigDef.convertToString
"""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from nilometer_reference.broker.broker_configs import BROKER_CONFIGS, DYNAMIC
from nilometer_reference.broker.config_keys import ConfigKey
from nilometer_reference.broker.topic_configs import INTERNAL_SEGMENT_BYTES, TOPIC_CONFIGS, Synonym
from nilometer_reference.wire.errors import KafkaError
from tests.jvm import start_jvm

pytestmark = [pytest.mark.java, pytest.mark.xdist_group("jvm")]

TEXTS = [
    *("", " ", "0", "1", "-1", "-2", "-3", "3", "4", "9", "10", "17", "18", "22", "23", "50", "1048575", "1048576"),
    *("2147483647", "2147483648", "-131072", "-131073", "9223372036854775807", "9223372036854775808"),
    *("0.5", "1.5", "-0.1", "1e-7", ".5", "5.", "1e", "0x10", "1_0", "+1", " 7 ", "true", " TRUE ", "yes"),
    *("delete", "compact", "compact,delete", "compact , delete", "delete,delete", "compact,", ",", "Delete", "none"),
    *("*", "0:1", "0:1,1:2", "0:1,", "*,0:1", "a:b", "gzip", "lz4", "LZ4", "producer", "uncompressed"),
    *("CreateTime", "LogAppendTime", "createtime"),
]


class Java:
    """The Java classes that the comparison calls."""

    def __init__(self) -> None:
        start_jvm()
        import jpype  # noqa: PLC0415  # loads native code: only tests that need a JVM pay for it

        self.map = jpype.JClass("java.util.HashMap")
        self.config_def = jpype.JClass("org.apache.kafka.common.config.ConfigDef")
        self.config_exception = jpype.JClass("org.apache.kafka.common.config.ConfigException")
        self.log_config = jpype.JClass("org.apache.kafka.storage.internals.log.LogConfig")
        self.synonyms = jpype.JClass("org.apache.kafka.server.config.ServerTopicConfigSynonyms")
        self.broker_config = jpype.JClass("org.apache.kafka.server.config.AbstractKafkaConfig")
        self.dynamic = jpype.JClass("org.apache.kafka.server.config.DynamicBrokerConfig")
        self.topic_def = self.log_config.configDefCopy()
        self.broker_def = self.broker_config.CONFIG_DEF

    def shown(self, definition: Any, name: str, text: str) -> str | None:
        """How Kafka shows the text as a value of the setting; None if it does not take it."""
        key = definition.configKeys().get(name)
        try:
            value = self.config_def.parseType(name, text, key.type())
            if key.validator is not None:
                key.validator.ensureValid(name, value)
        except self.config_exception:
            return None
        return str(self.config_def.convertToString(value, key.type()))

    def default(self, definition: Any, name: str) -> str | None:
        key = definition.configKeys().get(name)
        if not key.hasDefault() or key.defaultValue is None:
            return None
        return str(self.config_def.convertToString(key.defaultValue, key.type()))


@cache
def java() -> Java:
    return Java()


def shown(key: ConfigKey, text: str) -> str | None:
    try:
        return key.shown(text)
    except KafkaError:
        return None


def differences(ours: ConfigKey, definition: Any) -> dict[str, tuple[str | None, str | None]]:
    """Texts that are not shown alike, with how we and Kafka show them."""
    pairs = {text: (shown(ours, text), java().shown(definition, ours.name, text)) for text in TEXTS}
    return {text: pair for text, pair in pairs.items() if pair[0] != pair[1]}


def test_topics_have_the_settings_of_kafka_and_no_others() -> None:
    assert list(TOPIC_CONFIGS) == sorted(str(name) for name in java().log_config.nonInternalConfigNames())
    assert list(TOPIC_CONFIGS) == sorted(TOPIC_CONFIGS)


@pytest.mark.parametrize("name", [*TOPIC_CONFIGS, INTERNAL_SEGMENT_BYTES.name])
def test_a_setting_of_topics_has_kafkas_type_and_default_and_takes_what_kafka_takes(name: str) -> None:
    ours = TOPIC_CONFIGS.get(name, INTERNAL_SEGMENT_BYTES)
    definition = java().topic_def
    assert ours.type.name == str(definition.configKeys().get(name).type())
    assert ours.default == java().default(definition, name)
    assert differences(ours, definition) == {}


@pytest.mark.parametrize("name", TOPIC_CONFIGS)
def test_the_broker_settings_behind_a_topic_setting_are_kafkas_in_their_order_and_units(name: str) -> None:
    kafkas = java().synonyms.ALL_TOPIC_CONFIG_SYNONYMS.get(name)
    theirs = [] if kafkas is None else [(str(synonym.name()), synonym.converter()) for synonym in kafkas]
    assert [synonym.name for synonym in TOPIC_CONFIGS[name].synonyms] == [synonym for synonym, _ in theirs]
    for ours, (_, converter) in zip(TOPIC_CONFIGS[name].synonyms, theirs, strict=True):
        assert in_unit_of_topic(ours, "3") == str(converter.apply("3"))


def in_unit_of_topic(synonym: Synonym, text: str) -> str:
    return text if synonym.factor == 1 else str(int(text) * synonym.factor)


@pytest.mark.parametrize("name", BROKER_CONFIGS)
def test_a_setting_of_brokers_is_one_of_kafkas_with_its_type_and_default(name: str) -> None:
    ours, definition = BROKER_CONFIGS[name], java().broker_def
    theirs = definition.configKeys().get(name)
    assert theirs is not None, "Kafka has no such setting"
    assert ours.type.name == str(theirs.type())
    if name not in {"advertised.listeners", "broker.id", "node.id"}:
        assert ours.default == java().default(definition, name)


def test_what_may_be_changed_while_the_broker_runs_may_be_so_in_kafka_and_nothing_else() -> None:
    kafkas = {str(name) for name in java().dynamic.ALL_DYNAMIC_CONFIGS}
    assert kafkas >= DYNAMIC
    # These two come with BrokerConfig, which stays as it is while the broker runs.
    assert (BROKER_CONFIGS.keys() - DYNAMIC) & kafkas == {"log.cleaner.backoff.ms", "producer.id.expiration.ms"}


CHECKED_LATER = {"log.flush.interval.ms", "log.retention.ms", "log.roll.jitter.ms", "log.roll.ms"}
"""Kafka's definitions of these take every number; `KafkaConfig.validateValues` then refuses some, as we do at once."""


@pytest.mark.parametrize("name", sorted(DYNAMIC))
def test_a_dynamic_setting_of_brokers_takes_what_kafka_takes(name: str) -> None:
    ours, definition = BROKER_CONFIGS[name], java().broker_def
    found = differences(ours, definition)
    if name in CHECKED_LATER:
        assert all(ours_shown is None and int(kafkas_shown or 1) <= 0 for ours_shown, kafkas_shown in found.values())
    else:
        assert found == {}
