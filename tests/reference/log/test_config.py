import pytest

from nilometer_reference.broker.topic_configs import TopicSettings
from nilometer_reference.log.config import LogConfig, RecordValidation


def test_the_defaults_are_kafkas() -> None:
    config, kafka = LogConfig(), TopicSettings.of({})
    for name in ("segment_bytes", "segment_ms", "index_interval_bytes", "flush_messages", "flush_ms", "retention_ms",
                 "retention_bytes", "max_message_bytes", "delete_retention_ms", "min_compaction_lag_ms",
                 "max_compaction_lag_ms", "min_cleanable_dirty_ratio"):  # fmt: skip
        assert getattr(config, name) == getattr(kafka, name), name
    assert config.timestamp_before_max_ms == kafka.message_timestamp_before_max_ms
    assert config.timestamp_after_max_ms == kafka.message_timestamp_after_max_ms
    assert (config.cleanup_delete, config.cleanup_compact) == (kafka.is_deleted_by_retention, kafka.is_compacted)


@pytest.mark.parametrize(("validation", "compact", "validates"), [
    (RecordValidation.FULL, False, True), (RecordValidation.STRUCTURAL, False, False),
    (RecordValidation.STRUCTURAL, True, True),
])  # fmt: skip
def test_a_compacted_topic_always_looks_at_its_records(
    validation: RecordValidation, compact: bool, validates: bool
) -> None:
    assert LogConfig(record_validation=validation, cleanup_compact=compact).validates_records is validates
