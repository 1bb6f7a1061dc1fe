from collections.abc import Sequence

from nilometer_reference.broker.broker_configs import BROKER_CONFIGS, DYNAMIC, BrokerConfigs, LayeredValue
from nilometer_reference.broker.config import BrokerConfig
from nilometer_reference.broker.config_descriptions import (
    UNKNOWN_TYPE,
    ConfigDescription,
    describe_broker,
    describe_every_broker,
    describe_topic,
)
from nilometer_reference.broker.config_keys import ConfigSource, ConfigType
from nilometer_reference.broker.topic_configs import TOPIC_CONFIGS


def by_name(described: Sequence[ConfigDescription]) -> dict[str, ConfigDescription]:
    assert [config.name for config in described] == sorted({config.name for config in described})
    return {config.name: config for config in described}


def test_a_topic_has_every_setting_with_its_type_and_may_change_them_all() -> None:
    described = by_name(describe_topic({}, BrokerConfigs(BrokerConfig())))
    assert described.keys() == TOPIC_CONFIGS.keys()
    for name, config in described.items():
        assert config.value == TOPIC_CONFIGS[name].default
        assert config.source == ConfigSource.DEFAULT_CONFIG
        assert config.type == TOPIC_CONFIGS[name].type
        assert not config.is_read_only
        assert not config.is_sensitive
        assert config.documentation


def test_a_setting_of_its_own_is_shown_as_kafka_prints_it_before_the_brokers() -> None:
    # Measured on Apache Kafka 4.3.1, but for the instant at which it was set.
    own = {"cleanup.policy": "compact, delete", "retention.ms": " 100 "}
    described = by_name(describe_topic(own, BrokerConfigs(BrokerConfig())))
    policy, retention = described["cleanup.policy"], described["retention.ms"]
    assert (policy.value, policy.source) == ("compact,delete", ConfigSource.TOPIC_CONFIG)
    assert list(policy.synonyms) == [
        LayeredValue("cleanup.policy", "compact,delete", ConfigSource.TOPIC_CONFIG),
        LayeredValue("log.cleanup.policy", "delete", ConfigSource.DEFAULT_CONFIG),
    ]
    assert retention.value == "100"
    assert list(retention.synonyms) == [LayeredValue("retention.ms", "100", ConfigSource.TOPIC_CONFIG)]
    assert list(described["segment.ms"].synonyms) == []


def test_the_small_segment_for_tests_is_shown_where_it_is_set() -> None:
    described = by_name(describe_topic({"internal.segment.bytes": "5"}, BrokerConfigs(BrokerConfig())))
    assert described["internal.segment.bytes"].value == "5"


def test_a_brokers_setting_is_in_force_of_topics_and_is_named_as_the_source() -> None:
    broker = BrokerConfigs(BrokerConfig(message_max_bytes=2000))
    broker.dynamic[""] = {"log.retention.ms": " 7 "}
    described = by_name(describe_topic({}, broker))
    assert (described["retention.ms"].value, described["retention.ms"].source) == (
        "7",
        ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG,
    )
    assert described["max.message.bytes"].source == ConfigSource.STATIC_BROKER_CONFIG


def test_a_broker_has_every_setting_and_only_the_dynamic_ones_may_change() -> None:
    described = by_name(describe_broker(BrokerConfigs(BrokerConfig())))
    assert described.keys() == BROKER_CONFIGS.keys()
    assert {name for name, config in described.items() if not config.is_read_only} == DYNAMIC
    assert not any(config.is_sensitive for config in described.values())
    assert described["log.retention.ms"].value is None
    assert described["log.retention.hours"].value == "168"
    assert described["log.cleanup.policy"].type == ConfigType.LIST


def test_a_setting_that_is_not_known_is_never_shown_with_its_value() -> None:
    broker = BrokerConfigs(BrokerConfig(node_id=1))
    broker.dynamic["1"] = {"plugin.password": "secret"}
    broker.dynamic[""] = {"plugin.other": "secret"}
    everything = [*describe_broker(broker), *describe_every_broker(broker)]
    unknown = [config for config in everything if config.name.startswith("plugin")]
    assert [config.name for config in unknown] == ["plugin.other", "plugin.password", "plugin.other"]
    for config in unknown:
        assert config.value is None
        assert config.is_sensitive
        assert config.is_read_only
        assert config.type == UNKNOWN_TYPE == 0
        assert [synonym.value for synonym in config.synonyms] == [None]


def test_every_brokers_settings_are_those_that_are_set_with_that_layer_alone() -> None:
    broker = BrokerConfigs(BrokerConfig(node_id=1))
    assert describe_every_broker(broker) == []
    broker.dynamic["1"] = {"log.retention.ms": "5"}
    broker.dynamic[""] = {"log.retention.ms": " 6 "}
    (config,) = describe_every_broker(broker)
    assert config.value == " 6 "  # as it was set, in Kafka too
    assert list(config.synonyms) == [
        LayeredValue("log.retention.ms", " 6 ", ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG)
    ]
