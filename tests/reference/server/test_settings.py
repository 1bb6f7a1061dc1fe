from dataclasses import fields

import pytest

from nilometer_reference.broker.config import BrokerConfig
from nilometer_reference.server.settings import UnknownSetting, setting_names, with_settings


@pytest.mark.parametrize(
    ("name", "text", "field", "value"),
    [
        ("group.initial.rebalance.delay.ms", "3000", "group_initial_rebalance_delay_ms", 3000),
        ("auto.create.topics.enable", "false", "auto_create_topics_enable", False),
        ("broker.rack", "r1", "rack", "r1"),
        ("cluster.id", "c" * 22, "cluster_id", "c" * 22),
        ("node.id", "7", "node_id", 7),
        ("group.version", "1", "group_version", 1),
        ("message.max.bytes", "1000", "message_max_bytes", 1000),
        ("record.validation", "structural", "record_validation", "structural"),
    ],
)
def test_a_setting_reaches_its_field(name: str, text: str, field: str, value: object) -> None:
    assert getattr(with_settings(BrokerConfig(), {name: text}), field) == value


def test_settings_behind_those_of_topics_are_kept_as_texts() -> None:
    config = with_settings(BrokerConfig(), {"log.retention.ms": "5", "log.segment.bytes": "2000000"})
    assert config.topic_defaults == {"log.retention.ms": "5", "log.segment.bytes": "2000000"}


def test_what_is_not_named_keeps_its_value() -> None:
    config = BrokerConfig(num_partitions=5, topic_defaults={"log.retention.ms": "9"})
    assert with_settings(config, {}) == config
    assert with_settings(config, {"log.roll.ms": "1"}).topic_defaults == {"log.retention.ms": "9", "log.roll.ms": "1"}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("no.such.setting", "1"),
        ("advertised.port", "1"),
        ("log.dir", "/tmp"),
        ("num.partitions", "many"),
        ("auto.create.topics.enable", "yes"),
        ("log.retention.ms", "-7"),
        ("log.cleanup.policy", "burn"),
        ("record.validation", "none"),
        ("message.max.bytes", "-1"),
    ],
)
def test_an_unknown_name_or_an_impossible_value_is_refused(name: str, text: str) -> None:
    with pytest.raises(UnknownSetting):
        with_settings(BrokerConfig(), {name: text})


def test_every_field_that_is_a_setting_can_be_set() -> None:
    derived = {"advertised_host", "advertised_port", "log_dir", "topic_defaults"}
    names = set(setting_names())
    for field in fields(BrokerConfig):
        setting = {"rack": "broker.rack"}.get(field.name, field.name.replace("_", "."))
        assert (setting in names) == (field.name not in derived), field.name
