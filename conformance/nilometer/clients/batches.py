"""Record batches to send: whole ones, and ones that are wrong in exactly one place."""

from __future__ import annotations

import struct
import time

from nilometer_reference.wire.record_encoding import Record, encode_batch
from nilometer_reference.wire.records import seal

__all__ = ["Record", "data_batch", "encode_batch", "patched", "unique_records", "wall_clock_ms"]


def wall_clock_ms() -> int:
    """Now, as CreateTime wants it: Unix time in milliseconds."""
    return time.time_ns() // 1_000_000


def unique_records(tag: str, count: int, *, timestamp: int | None = None) -> list[Record]:
    """`count` records whose values are unique in the run when the tag is."""
    at = wall_clock_ms() if timestamp is None else timestamp
    return [Record(-1, at, f"k{index}".encode(), f"{tag}.{index}".encode()) for index in range(count)]


def data_batch(
    tag: str, count: int = 1, *, timestamp: int | None = None, compression: int = 0, producer_id: int = -1,
    producer_epoch: int = -1, base_sequence: int = -1, transactional: bool = False,
) -> bytes:  # fmt: skip
    """One valid batch of `unique_records`."""
    return encode_batch(
        unique_records(tag, count, timestamp=timestamp), compression=compression, producer_id=producer_id,
        producer_epoch=producer_epoch, base_sequence=base_sequence, transactional=transactional,
    )  # fmt: skip


def patched(batch: bytes, offset: int, format_: str, value: int, *, reseal: bool = True) -> bytes:
    """The batch with one header field changed; the CRC is made right again unless it is what shall be wrong.

    Offsets are those of the table in `nilometer_reference.wire.records`.
    """
    data = bytearray(batch)
    struct.pack_into(f">{format_}", data, offset, value)
    if reseal:
        seal(data)
    return bytes(data)
