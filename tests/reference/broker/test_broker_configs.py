"""Four layers of one broker; names, types and defaults stand beside Kafka's in `test_configs_against_java`."""

import pytest

from nilometer_reference.broker.broker_configs import BROKER_CONFIGS, DYNAMIC, BrokerConfigs, LayeredValue
from nilometer_reference.broker.config import BrokerConfig
from nilometer_reference.broker.config_keys import ConfigSource
from nilometer_reference.wire.errors import ErrorCode, KafkaError

OWN, EVERY, START, DEFAULT = (
    ConfigSource.DYNAMIC_BROKER_CONFIG,
    ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG,
    ConfigSource.STATIC_BROKER_CONFIG,
    ConfigSource.DEFAULT_CONFIG,
)


def test_the_strongest_layer_that_has_a_value_is_in_force() -> None:
    configs = BrokerConfigs(BrokerConfig(node_id=3, message_max_bytes=30))
    assert configs.value("message.max.bytes") == "30"
    configs.dynamic[""] = {"message.max.bytes": "20"}
    assert configs.value("message.max.bytes") == "20"
    configs.dynamic["3"] = {"message.max.bytes": "10"}
    assert configs.value("message.max.bytes") == "10"
    configs.dynamic["4"] = {"message.max.bytes": "5"}  # another broker's
    assert configs.synonyms("message.max.bytes") == [
        LayeredValue("message.max.bytes", "10", OWN),
        LayeredValue("message.max.bytes", "20", EVERY),
        LayeredValue("message.max.bytes", "30", START),
        LayeredValue("message.max.bytes", "1048588", DEFAULT),
    ]


def test_what_was_started_with_the_default_counts_as_default() -> None:
    configs = BrokerConfigs(BrokerConfig(num_partitions=1, default_replication_factor=1))
    assert configs.synonyms("num.partitions") == [LayeredValue("num.partitions", "1", DEFAULT)]


def test_the_brokers_own_settings_are_shown_under_kafkas_names() -> None:
    configs = BrokerConfigs(BrokerConfig(node_id=7, advertised_host="h", advertised_port=9, rack="r"))
    assert configs.value("node.id") == configs.value("broker.id") == "7"
    assert configs.value("advertised.listeners") == "PLAINTEXT://h:9"
    assert configs.value("broker.rack") == "r"
    assert configs.value("group.initial.rebalance.delay.ms") == "0"  # Kafka's default is 3000
    assert configs.synonyms("group.initial.rebalance.delay.ms")[0].source == START


def test_defaults_of_topics_may_be_given_at_the_start() -> None:
    configs = BrokerConfigs(BrokerConfig(topic_defaults={"log.retention.hours": "2", "log.cleanup.policy": "compact"}))
    assert configs.value("log.cleanup.policy") == "compact"
    assert configs.synonyms("log.cleanup.policy")[0].source == START
    assert configs.synonyms("log.retention.hours")[0] == LayeredValue("log.retention.hours", "2", START)


def test_other_units_stand_behind_a_quantity_but_not_before_its_own_name() -> None:
    configs = BrokerConfigs(BrokerConfig())
    assert configs.synonyms("log.retention.ms") == []  # as in Kafka: only log.retention.hours has a value
    configs.dynamic[""] = {"log.retention.ms": "5"}
    assert configs.synonyms("log.retention.ms") == [
        LayeredValue("log.retention.ms", "5", EVERY),
        LayeredValue("log.retention.hours", "168", DEFAULT),
    ]
    assert configs.synonyms("log.retention.hours") == [LayeredValue("log.retention.hours", "168", DEFAULT)]


@pytest.mark.parametrize(
    "settings",
    [
        {"num.partitions": "3"},
        {"log.retention.hours": "3"},
        {"log.retention.ms": "3", "node.id": "2"},
        {"log.retention.ms": "soon"},
        {"log.retention.ms": "0"},
        {"log.cleanup.policy": "forget"},
        {"log.segment.bytes": "5"},
    ],
)
def test_fixed_settings_and_wrong_values_are_refused_with_code_42(settings: dict[str, str]) -> None:
    with pytest.raises(KafkaError) as refused:
        BrokerConfigs(BrokerConfig()).check(settings)
    assert refused.value.code == ErrorCode.INVALID_REQUEST == 42  # not 40: KAFKA-13609


def test_dynamic_settings_and_unknown_names_are_taken() -> None:
    BrokerConfigs(BrokerConfig()).check({"log.retention.ms": "-1", "log.cleanup.policy": "", "a.plugins": "own"})
    BrokerConfigs(BrokerConfig()).check({name: BROKER_CONFIGS[name].default or "1" for name in DYNAMIC})


def test_other_layers_may_be_looked_at_without_a_change() -> None:
    configs = BrokerConfigs(BrokerConfig())
    other = configs.with_dynamic("", {"log.retention.ms": "5"})
    assert other.value("log.retention.ms") == "5"
    assert configs.value("log.retention.ms") is None
    assert configs.dynamic == {}


def test_every_setting_says_what_it_means() -> None:
    assert [name for name, key in BROKER_CONFIGS.items() if not key.documentation.endswith(".")] == []
