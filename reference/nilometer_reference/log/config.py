"""Settings of one log, named after the topic configs they come from, with Kafka's defaults."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from nilometer_reference.wire.compression import Compression
from nilometer_reference.wire.record_encoding import TimestampType

DAY_MS: Final = 86_400_000
UNLIMITED: Final = -1


class RecordValidation(Enum):
    """How far an append looks into a batch (docs/decisions/0003-record-validation.md)."""

    FULL = "full"
    """Every record, as Kafka's `LogValidator`; a max_timestamp that is not that of the records is corrected."""

    STRUCTURAL = "structural"
    """Header, CRC, and what the header alone can prove wrong: no cost per record."""


@dataclass(frozen=True, slots=True)
class LogConfig:
    """Spans in ms, sizes in bytes; -1 in a retention setting means without limit."""

    segment_bytes: int = 1 << 30
    segment_ms: int = 7 * DAY_MS
    index_interval_bytes: int = 4096
    flush_messages: int = 2**63 - 1
    """Records that may be appended before `Log.persist` must flush them; 1 flushes in every call."""
    flush_ms: int = 2**63 - 1
    """How long a record may stay unflushed: `Log.flush_due_ms` says when that is."""
    retention_ms: int = 7 * DAY_MS
    retention_bytes: int = UNLIMITED
    cleanup_delete: bool = True
    cleanup_compact: bool = False
    max_message_bytes: int = 1_048_588
    """Largest batch (inclusive, with its header)."""
    timestamp_type: TimestampType = TimestampType.CREATE_TIME
    timestamp_before_max_ms: int = 2**63 - 1
    timestamp_after_max_ms: int = 3_600_000
    compression_type: Compression | None = None
    """None is `producer`: batches stay as they come."""
    delete_retention_ms: int = DAY_MS
    min_compaction_lag_ms: int = 0
    max_compaction_lag_ms: int = 2**63 - 1
    min_cleanable_dirty_ratio: float = 0.5
    producer_id_expiration_ms: int = DAY_MS
    record_validation: RecordValidation = RecordValidation.FULL

    validates_records: bool = field(init=False)
    """A compacted topic must see its keys, so it always looks at records."""
    judges_headers_only: bool = field(init=False)
    """Whether an append has nothing to look at or to change but what every topic has."""

    def __post_init__(self) -> None:
        validates = self.cleanup_compact or self.record_validation is RecordValidation.FULL
        is_plain = self.compression_type is None and self.timestamp_type is TimestampType.CREATE_TIME
        object.__setattr__(self, "validates_records", validates)
        object.__setattr__(self, "judges_headers_only", is_plain and not validates)
