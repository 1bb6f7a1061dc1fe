"""Settings of a topic and of its broker as the settings of a log. Source: `LogConfig.java`."""

from __future__ import annotations

from typing import Final

from nilometer_reference.broker.config import BrokerConfig
from nilometer_reference.broker.topic_configs import TimestampType as TopicTimestampType
from nilometer_reference.broker.topic_configs import TopicSettings
from nilometer_reference.log.config import UNLIMITED, LogConfig, RecordValidation
from nilometer_reference.wire.compression import Compression
from nilometer_reference.wire.record_encoding import TimestampType

_CODECS: Final = {
    "producer": None,
    "uncompressed": Compression.NONE,
    "gzip": Compression.GZIP,
    "snappy": Compression.SNAPPY,
    "lz4": Compression.LZ4,
    "zstd": Compression.ZSTD,
}
_TIMESTAMP_TYPES: Final = {
    TopicTimestampType.CREATE_TIME: TimestampType.CREATE_TIME,
    TopicTimestampType.LOG_APPEND_TIME: TimestampType.LOG_APPEND_TIME,
}


def log_config(settings: TopicSettings, config: BrokerConfig) -> LogConfig:
    """What is in force for the logs of a topic now; `TopicSettings.on_change` says when to ask again."""
    return LogConfig(
        segment_bytes=settings.segment_bytes,
        segment_ms=settings.segment_ms,
        index_interval_bytes=settings.index_interval_bytes,
        retention_ms=settings.retention_ms,
        retention_bytes=max(settings.retention_bytes, UNLIMITED),
        cleanup_delete=settings.is_deleted_by_retention,
        cleanup_compact=settings.is_compacted,
        max_message_bytes=settings.max_message_bytes,
        timestamp_type=_TIMESTAMP_TYPES[settings.message_timestamp_type],
        timestamp_before_max_ms=settings.message_timestamp_before_max_ms,
        timestamp_after_max_ms=settings.message_timestamp_after_max_ms,
        compression_type=_CODECS[settings.compression_type],
        delete_retention_ms=settings.delete_retention_ms,
        min_compaction_lag_ms=settings.min_compaction_lag_ms,
        max_compaction_lag_ms=settings.max_compaction_lag_ms,
        min_cleanable_dirty_ratio=settings.min_cleanable_dirty_ratio,
        flush_messages=settings.flush_messages,
        flush_ms=settings.flush_ms,
        producer_id_expiration_ms=config.producer_id_expiration_ms,
        record_validation=RecordValidation(config.record_validation),
    )
