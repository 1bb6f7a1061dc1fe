"""Which records of a refused batch are at fault, for the producer that must drop or mend them (KIP-467).

    refused with             at fault
    INVALID_RECORD (87)      on a compacted topic every record without a key; otherwise the first that is damaged
    INVALID_TIMESTAMP (32)   every record whose timestamp the topic does not take
    anything else            the batch as a whole

Runs only when a batch was refused, so it may read records. Source: `LogValidator.java`.
"""

from __future__ import annotations

from nilometer_reference.log.config import LogConfig
from nilometer_reference.log.storage import Buffer
from nilometer_reference.wire.errors import KafkaError
from nilometer_reference.wire.record_encoding import Record, decode_records
from nilometer_reference.wire.record_errors import InvalidRecord, InvalidTimestamp, RecordError
from nilometer_reference.wire.records import Batch


def faulty_records(error: KafkaError, batch: Buffer, config: LogConfig, now_ms: int) -> list[tuple[int, str]]:
    """(position in the batch, what is wrong), ascending; none if the batch as a whole is at fault."""
    if isinstance(error, InvalidTimestamp):
        return [
            (position, f"timestamp {record.timestamp} when the broker's clock says {now_ms}")
            for position, record in enumerate(_records(batch))
            if not is_timestamp_in_range(record.timestamp, config, now_ms)
        ]
    if isinstance(error, InvalidRecord) and error.record_index is not None:
        if config.cleanup_compact:
            keyless = [position for position, record in enumerate(_records(batch)) if record.key is None]
            if error.record_index in keyless:
                return [(position, "no key, and the topic is compacted") for position in keyless]
        return [(error.record_index, error.message)]
    return []


def is_timestamp_in_range(timestamp: int, config: LogConfig, now_ms: int) -> bool:
    """Whether a topic takes a CreateTime; -1 is none."""
    too_early = timestamp >= 0 and now_ms - timestamp > config.timestamp_before_max_ms
    return not too_early and timestamp - now_ms <= config.timestamp_after_max_ms


def _records(batch: Buffer) -> list[Record]:
    try:
        return decode_records(Batch.parse(batch))
    except RecordError:
        return []
