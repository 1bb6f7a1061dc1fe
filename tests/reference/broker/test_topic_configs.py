"""Layers and typed values; names, types, defaults and checks stand beside Kafka's in `test_configs_against_java`."""

import pytest

from nilometer_reference.broker.config_keys import show
from nilometer_reference.broker.topic_configs import (
    TOPIC_CONFIGS,
    TimestampType,
    TopicSettings,
    check_topic_configs,
    in_force,
    is_topic_config,
)
from nilometer_reference.wire.errors import ErrorCode, KafkaError

RETENTION = TOPIC_CONFIGS["retention.ms"]


def broker(**values: str) -> dict[str, str]:
    return {name.replace("_", "."): text for name, text in values.items()}


@pytest.mark.parametrize(
    ("own", "brokers", "expected"),
    [
        ({"retention.ms": "1"}, broker(log_retention_ms="2", log_retention_hours="1"), "1"),
        ({}, broker(log_retention_ms="2", log_retention_minutes="1", log_retention_hours="1"), "2"),
        ({}, broker(log_retention_minutes="3", log_retention_hours="1"), "180000"),
        ({}, broker(log_retention_hours="1"), "3600000"),
        ({}, {}, "604800000"),
    ],
)
def test_the_strongest_layer_that_has_a_value_is_in_force(
    own: dict[str, str], brokers: dict[str, str], expected: str
) -> None:
    assert in_force(RETENTION, own, brokers.get) == expected


def test_defaults_are_in_force_of_a_topic_without_settings() -> None:
    settings = TopicSettings.of({})
    assert {name: settings[name] for name in TOPIC_CONFIGS} == {
        name: key.default for name, key in TOPIC_CONFIGS.items()
    }
    assert settings.max_message_bytes == 1_048_588
    assert settings.retention_bytes == -1
    assert settings.message_timestamp_type is TimestampType.CREATE_TIME
    assert settings.is_deleted_by_retention
    assert not settings.is_compacted


@pytest.mark.parametrize(
    ("policy", "compacted", "deleted"),
    [("compact", True, False), ("delete", False, True), ("compact, delete", True, True), ("", False, False)],
)
def test_the_policy_says_how_records_go(policy: str, compacted: bool, deleted: bool) -> None:
    settings = TopicSettings.of({"cleanup.policy": policy})
    assert (settings.is_compacted, settings.is_deleted_by_retention) == (compacted, deleted)


@pytest.mark.parametrize(
    ("configs", "level"),
    [
        ({"compression.type": "gzip"}, -1),
        ({"compression.type": "zstd", "compression.zstd.level": "7", "compression.lz4.level": "2"}, 7),
        ({"compression.type": "lz4", "compression.lz4.level": "2"}, 2),
        ({"compression.type": "snappy"}, None),
        ({"compression.type": "producer"}, None),
    ],
)
def test_the_level_is_that_of_the_codec_in_force(configs: dict[str, str], level: int | None) -> None:
    assert TopicSettings.of(configs).compression_level == level


def test_a_small_segment_for_tests_wins_over_the_usual_one() -> None:
    assert TopicSettings.of({"internal.segment.bytes": "1000"}).segment_bytes == 1000
    assert TopicSettings.of({"segment.bytes": "2000000"}).segment_bytes == 2_000_000
    assert is_topic_config("internal.segment.bytes")
    assert "internal.segment.bytes" not in TOPIC_CONFIGS


@pytest.mark.parametrize(
    "configs",
    [
        {"no.such.setting": "1"},
        {"retention.ms": "a week"},
        {"retention.ms": "-2"},
        {"cleanup.policy": "forget"},
        {"min.compaction.lag.ms": "2", "max.compaction.lag.ms": "1"},
        {"remote.storage.enable": "true"},
    ],
)
def test_wrong_settings_are_refused_with_code_40(configs: dict[str, str]) -> None:
    with pytest.raises(KafkaError) as refused:
        check_topic_configs(configs, lambda _: None)
    assert refused.value.code == ErrorCode.INVALID_CONFIG == 40


def test_settings_change_in_place_and_tell_who_listens() -> None:
    settings = TopicSettings.of({"retention.ms": "5"})
    told: list[int] = []
    settings.on_change.append(lambda: told.append(settings.retention_ms))
    settings.replace(check_topic_configs({"retention.ms": "6"}, lambda _: None))
    assert told == [6]
    assert settings["retention.ms"] == "6"


def test_settings_that_stay_as_they_are_tell_nobody() -> None:
    settings = TopicSettings.of({"retention.ms": "5"})
    settings.on_change.append(lambda: pytest.fail("nothing has changed"))
    settings.replace(check_topic_configs({"retention.ms": " 5 "}, lambda _: None))


def test_settings_are_a_mapping_of_names_to_texts_as_kafka_prints_them() -> None:
    values = check_topic_configs({"preallocate": " TRUE "}, lambda _: None)
    settings = TopicSettings(values)
    assert settings["preallocate"] == "true"
    assert dict(settings) == {name: show(value) for name, value in values.items()}
    assert len(settings) == len(values)


def test_every_setting_says_what_it_means() -> None:
    assert [name for name, key in TOPIC_CONFIGS.items() if not key.documentation.endswith(".")] == []
