import pytest

from nilometer_reference.broker.config import BrokerConfig
from nilometer_reference.broker.log_configs import log_config
from nilometer_reference.broker.topic_configs import TopicSettings
from nilometer_reference.log.config import LogConfig, RecordValidation
from nilometer_reference.wire.compression import Compression
from nilometer_reference.wire.record_encoding import TimestampType


def _config(**configs: str) -> LogConfig:
    named = {name.replace("_", "."): value for name, value in configs.items()}
    return log_config(TopicSettings.of(named), BrokerConfig())


def test_the_defaults_of_a_topic_are_those_of_a_log() -> None:
    assert _config() == LogConfig()


@pytest.mark.parametrize(
    ("configs", "field", "value"),
    [
        ({"segment_bytes": "2000000"}, "segment_bytes", 2_000_000),
        ({"internal_segment_bytes": "100"}, "segment_bytes", 100),
        ({"segment_ms": "5"}, "segment_ms", 5),
        ({"index_interval_bytes": "7"}, "index_interval_bytes", 7),
        ({"retention_ms": "-1"}, "retention_ms", -1),
        ({"retention_bytes": "-5"}, "retention_bytes", -1),
        ({"retention_bytes": "1000"}, "retention_bytes", 1000),
        ({"cleanup_policy": "compact"}, "cleanup_compact", True),
        ({"cleanup_policy": "compact"}, "cleanup_delete", False),
        ({"cleanup_policy": "compact,delete"}, "cleanup_delete", True),
        ({"max_message_bytes": "9"}, "max_message_bytes", 9),
        ({"message_timestamp_type": "LogAppendTime"}, "timestamp_type", TimestampType.LOG_APPEND_TIME),
        ({"message_timestamp_before_max_ms": "1"}, "timestamp_before_max_ms", 1),
        ({"message_timestamp_after_max_ms": "2"}, "timestamp_after_max_ms", 2),
        ({"compression_type": "producer"}, "compression_type", None),
        ({"compression_type": "uncompressed"}, "compression_type", Compression.NONE),
        ({"compression_type": "gzip"}, "compression_type", Compression.GZIP),
        ({"compression_type": "snappy"}, "compression_type", Compression.SNAPPY),
        ({"compression_type": "lz4"}, "compression_type", Compression.LZ4),
        ({"compression_type": "zstd"}, "compression_type", Compression.ZSTD),
        ({"delete_retention_ms": "3"}, "delete_retention_ms", 3),
        ({"min_compaction_lag_ms": "4"}, "min_compaction_lag_ms", 4),
        ({"max_compaction_lag_ms": "5"}, "max_compaction_lag_ms", 5),
        ({"min_cleanable_dirty_ratio": "0.25"}, "min_cleanable_dirty_ratio", 0.25),
        ({"flush_messages": "6"}, "flush_messages", 6),
        ({"flush_ms": "7"}, "flush_ms", 7),
    ],
)  # fmt: skip
def test_a_setting_of_a_topic_reaches_its_log(configs: dict[str, str], field: str, value: object) -> None:
    assert getattr(_config(**configs), field) == value


def test_settings_of_the_broker_reach_every_log() -> None:
    config = BrokerConfig(producer_id_expiration_ms=5, record_validation="structural")
    found = log_config(TopicSettings.of({}), config)
    assert found.producer_id_expiration_ms == 5
    assert found.record_validation is RecordValidation.STRUCTURAL
