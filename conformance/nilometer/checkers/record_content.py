"""A record as it was sent: key and value (null and empty differ), headers in order, timestamp.

    part        signature            what is compared
    key         key-changed          bytes, null and empty apart
    value       value-changed        bytes, null and empty apart
    headers     headers-changed      number, order, names, values, null and empty apart
    timestamp   timestamp-changed    where the topic keeps the producer's (CreateTime)

Sources: KIP-82 (headers), KIP-32 (timestamps), record batch format 2.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from nilometer_reference.wire.record_encoding import Record

SIGNATURES = {
    "key-changed": "an acknowledged record reads back with another key",
    "value-changed": "an acknowledged record reads back with another value",
    "headers-changed": "an acknowledged record reads back with other headers, or in another order",
    "timestamp-changed": "an acknowledged record reads back with another timestamp, on a topic with CreateTime",
}
BYTES_SHOWN = 24


class Difference(NamedTuple):
    """One part that changed, in words."""

    signature: str
    expected: str
    seen: str


def differences(sent: Record, read: Record, *, create_time: bool = True) -> Iterator[Difference]:
    """Every part that is not as it was sent; offsets are not compared."""
    where = f"at offset {read.offset}"
    if sent.key != read.key:
        yield Difference("key-changed", f"key {shown(sent.key)} {where}", f"key {shown(read.key)} {where}")
    if sent.value != read.value:
        yield Difference("value-changed", f"value {shown(sent.value)} {where}", f"value {shown(read.value)} {where}")
    if sent.headers != read.headers:
        yield Difference("headers-changed", f"headers {_headers(sent)} {where}", f"headers {_headers(read)} {where}")
    if create_time and sent.timestamp != read.timestamp:
        yield Difference(
            "timestamp-changed", f"timestamp {sent.timestamp} {where}", f"timestamp {read.timestamp} {where}"
        )


def shown(data: bytes | None) -> str:
    """Bytes for a report: whole if short, else length and beginning."""
    if data is None:
        return "null"
    if len(data) <= BYTES_SHOWN:
        return repr(data)
    return f"{data[:BYTES_SHOWN]!r}… ({len(data)} bytes)"


def _headers(record: Record) -> str:
    return "[" + ", ".join(f"{name!r}: {shown(content)}" for name, content in record.headers) + "]"
