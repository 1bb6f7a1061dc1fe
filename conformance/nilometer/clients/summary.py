"""Messages as one readable line: fields that differ from their defaults, record sets as their batches.

max_wait_ms=500 topics=[(topic=t partitions=[(fetch_offset=7 partition_max_bytes=1048576)])]
responses=[(name=t partition_responses=[(index=0 error_code=INVALID_RECORD(87) base_offset=-1)])]
"""

from __future__ import annotations

from dataclasses import MISSING, fields, is_dataclass
from typing import Any

from nilometer_reference.wire.chunks import RecordChunks, join
from nilometer_reference.wire.errors import error_name
from nilometer_reference.wire.record_errors import RecordError
from nilometer_reference.wire.records import split_batches

TEXT_MAX = 1_200
BATCHES_SHOWN = 6
ALWAYS = frozenset({"error_code", "index", "partition_index", "offset", "fetch_offset", "base_offset", "timestamp"})


def summarize(message: Any) -> str:
    """One line of at most `TEXT_MAX` characters; what is cut is said."""
    text = _struct(message)
    return text if len(text) <= TEXT_MAX else f"{text[:TEXT_MAX]}… ({len(text) - TEXT_MAX} characters more)"


def _struct(message: Any) -> str:
    parts = []
    for field in fields(message):
        value = getattr(message, field.name)
        if field.name == "unknown_tags" and not value:
            continue
        if field.name == "unknown_tags":
            tags = ", ".join(f"{tag}: {len(data)} bytes" for tag, data in value.items())
            parts.append(f"unknown_tags={{{tags}}}")
            continue
        if field.name not in ALWAYS and value == _default(field):
            continue
        parts.append(f"{field.name}={_value(field.name, value)}")
    return " ".join(parts)


def _default(field: Any) -> Any:
    if field.default is not MISSING:
        return field.default
    return field.default_factory() if field.default_factory is not MISSING else None


def _value(name: str, value: Any) -> str:
    if name.endswith("error_code"):
        return "0" if value == 0 else f"{error_name(value)}({value})"
    if isinstance(value, bytes | bytearray | memoryview | RecordChunks) and "records" in name:
        return describe_records(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value[:32]).hex() + ("…" if len(value) > 32 else "")
    if is_dataclass(value):
        return f"({_struct(value)})"
    if isinstance(value, list):
        shown = ", ".join(f"({_struct(one)})" if is_dataclass(one) else str(one) for one in value[:12])
        return f"[{shown}{f', … {len(value) - 12} more' if len(value) > 12 else ''}]"
    return str(value)


def describe_records(records: bytes | bytearray | memoryview | RecordChunks) -> str:
    """`{0..2 of producer 5/0 sequence 0, 3..3 COMMIT…}`: offsets are inclusive; `?` bytes are no batch."""
    data = join(records.chunks) if isinstance(records, RecordChunks) else bytes(records)
    parts: list[str] = []
    try:
        for count, batch in enumerate(split_batches(data, drop_partial_tail=True)):
            header = batch.header
            if count >= BATCHES_SHOWN:
                continue
            text = f"{header.base_offset}..{header.last_offset}"
            if header.has_producer_id:
                text += f" producer {header.producer_id}/{header.producer_epoch} sequence {header.base_sequence}"
            text += " transactional" * header.is_transactional + " control" * header.is_control
            parts.append(text)
        if len(parts) == BATCHES_SHOWN:
            parts.append("…")
    except RecordError as damage:
        parts.append(f"? {damage.message}")
    return f"{{{len(data)} bytes: {', '.join(parts) or 'no batch'}}}"
