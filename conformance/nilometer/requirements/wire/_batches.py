"""Record batches that are wrong in exactly one place, with what Kafka says to each.

Offsets of header fields are those of the table in `nilometer_reference.wire.records`.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from nilometer.clients.batches import data_batch, patched
from nilometer_reference.wire.compression import Compression
from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.records import seal

LENGTH, MAGIC, CRC, ATTRIBUTES, LAST_OFFSET_DELTA, RECORD_COUNT, RECORDS = 8, 16, 17, 21, 23, 57, 61
CONTROL = 0x20
KAFKA_ZSTD_FROM = 7
"""First version of Produce that may carry zstd (KIP-110)."""


@dataclass(frozen=True)
class BadBatch:
    """One way of being wrong."""

    what: str
    data: bytes
    code: ErrorCode | None = None
    """What the catalogue names; None: any refusal."""
    version_max: int | None = None
    """Highest version of Produce in which it is wrong."""
    group: str = "refused"


def bad_batches(tag: str) -> Iterator[BadBatch]:
    """Every row of W9; `tag` makes the records unique."""
    good = data_batch(f"{tag}.single", 3)
    yield BadBatch("a wrong CRC", patched(good, CRC, "I", 0x5EED, reseal=False), ErrorCode.CORRUPT_MESSAGE)
    flipped = bytearray(good)
    flipped[-1] ^= 0x01
    yield BadBatch("a flipped bit under a CRC that does not know it", bytes(flipped), ErrorCode.CORRUPT_MESSAGE)
    for magic in (-1, 0, 1, 3):
        yield BadBatch(f"magic {magic}", patched(good, MAGIC, "b", magic))
    yield BadBatch("a record count above the records", patched(good, RECORD_COUNT, "i", 4))
    yield BadBatch("a record count below the records", patched(good, RECORD_COUNT, "i", 2))
    yield BadBatch("a negative record count", patched(good, RECORD_COUNT, "i", -1))
    yield BadBatch("a record count of 2147483647", patched(good, RECORD_COUNT, "i", 2**31 - 1))
    yield BadBatch("a last offset delta above the records", patched(good, LAST_OFFSET_DELTA, "i", 9))
    yield BadBatch("a last offset delta below the records", patched(good, LAST_OFFSET_DELTA, "i", 0))
    yield BadBatch("a negative last offset delta", patched(good, LAST_OFFSET_DELTA, "i", -1))
    yield BadBatch("a batch length beyond the bytes", patched(good, LENGTH, "i", len(good) + 100, reseal=False))
    yield BadBatch("a batch length inside the records", patched(good, LENGTH, "i", len(good) - 20, reseal=False))
    yield BadBatch("the control bit", patched(good, ATTRIBUTES, "h", CONTROL), ErrorCode.INVALID_RECORD)
    two = data_batch(f"{tag}.first") + data_batch(f"{tag}.second")
    yield BadBatch("two batches for one partition", two, ErrorCode.INVALID_RECORD)
    for codec in (5, 7):
        yield BadBatch(f"an unknown codec {codec}", patched(good, ATTRIBUTES, "h", codec))
    for compression in (Compression.GZIP, Compression.SNAPPY, Compression.LZ4, Compression.ZSTD):
        yield BadBatch(f"{compression.name.lower()} that is none", _with_block(good, compression, b"\x00garbage" * 4))
    packed = zlib.compressobj(wbits=31)
    block = packed.compress(good[RECORDS:-4]) + packed.flush()
    yield BadBatch("gzip of half a record", _with_block(good, Compression.GZIP, block))
    zstd = data_batch(f"{tag}.zstd", 2, compression=Compression.ZSTD)
    code = ErrorCode.UNSUPPORTED_COMPRESSION_TYPE
    yield BadBatch("zstd below Produce v7", zstd, code, version_max=KAFKA_ZSTD_FROM - 1)


def _with_block(good: bytes, compression: Compression, block: bytes) -> bytes:
    """The batch with other record bytes under a codec, its length and CRC made right."""
    data = bytearray(good[:RECORDS]) + block
    data[LENGTH : LENGTH + 4] = (len(data) - 12).to_bytes(4, "big")
    data[ATTRIBUTES : ATTRIBUTES + 2] = int(compression).to_bytes(2, "big")
    seal(data)
    return bytes(data)
