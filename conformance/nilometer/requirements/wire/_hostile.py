"""Bytes that no client should send: what W5 throws at a connection of its own.

    frames()       sizes and headers that lie: negative, huge, cut, empty, overlong varints, impossible counts
    bodies(topic)  record batches that lie inside an honest Produce: counts, lengths, and bombs under each codec
    mutated(…)     an honest request with bits flipped, bytes cut out, doubled, or replaced

None of them names anything but the victim topic, so whatever a broker makes of them, other topics are none of it.
"""

from __future__ import annotations

import random
import struct
import zlib
from collections.abc import Iterator

from nilometer.clients.batches import data_batch, patched
from nilometer.clients.raw import request_frame
from nilometer.requirements.wire._batches import LENGTH, RECORD_COUNT, RECORDS
from nilometer_reference.wire.codec import Message
from nilometer_reference.wire.compression import Compression, compress
from nilometer_reference.wire.records import seal

HUGE = 2**31 - 1
BOMB_BYTES = 64 << 20
"""What a few kilobytes unpack to."""
METADATA, FETCH, API_VERSIONS, PRODUCE, OFFSET_FETCH = 3, 1, 18, 0, 9


def _header(key: int, version: int, *, flexible: bool = False, client_id: int = 4) -> bytes:
    return struct.pack(">hhih", key, version, 7, client_id) + b"evil" + (b"\x00" if flexible else b"")


def frames() -> Iterator[tuple[str, bytes]]:
    """What it is, and the bytes with their size in front."""

    def framed(body: bytes, size: int | None = None) -> bytes:
        return struct.pack(">i", len(body) if size is None else size) + body

    for size in (-1, -(2**31), HUGE, 1 << 30, 200 << 20):
        yield f"a frame that says it has {size} bytes", framed(b"\x00" * 64, size)
    yield "an empty frame", framed(b"")
    yield "a frame of one byte", framed(b"\x12")
    yield "half a header", framed(_header(METADATA, 1)[:9])
    yield "a client id of 30000 bytes that are not there", framed(_header(METADATA, 1, client_id=30_000))
    yield "a negative client id length", framed(_header(METADATA, 1, client_id=-2))
    yield "a request of HTTP", b"GET / HTTP/1.1\r\nHost: broker\r\n\r\n"
    yield "a ClientHello", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(64))
    yield "a negative API key", framed(_header(-1, 0))
    yield "a negative version", framed(_header(METADATA, -1))
    for count in (HUGE, -2, 100_000_000):
        yield f"Metadata v1 of {count} topics", framed(_header(METADATA, 1) + struct.pack(">i", count))
        yield (
            f"Fetch v4 of {count} topics",
            framed(_header(FETCH, 4) + struct.pack(">iiiibi", -1, 0, 1, 1 << 20, 0, count)),
        )
    for varint in (b"\xff" * 10, b"\xff\xff\xff\xff\x0f", b"\x80" * 5):
        yield f"Metadata v9 with the compact count {varint.hex()}", framed(_header(METADATA, 9, flexible=True) + varint)
        yield (
            f"ApiVersions v3 with a name of the length {varint.hex()}",
            framed(_header(API_VERSIONS, 3, flexible=True) + varint),
        )
    yield "a header with 2^28 tagged fields", framed(_header(METADATA, 9) + b"\xff\xff\xff\x7f")
    yield "a tagged field of 2^28 bytes", framed(_header(METADATA, 9) + b"\x01\x63\xff\xff\xff\x7f")
    yield (
        "OffsetFetch v1 of a group whose name is no UTF-8",
        framed(_header(OFFSET_FETCH, 1) + struct.pack(">h", 4) + b"\xff\xfe\xc0\xc1" + struct.pack(">i", 0)),
    )


def bodies(tag: str) -> Iterator[tuple[str, bytes]]:
    """Record sets for a Produce to the victim topic."""
    good = data_batch(tag, 2)
    yield "a batch of 2147483647 records", patched(good, RECORD_COUNT, "i", HUGE)
    yield "a batch length of 2147483647", patched(good, LENGTH, "i", HUGE, reseal=False)
    yield "a negative batch length", patched(good, LENGTH, "i", -100, reseal=False)
    yield "a batch length of 0", patched(good, LENGTH, "i", 0, reseal=False)
    yield "a record length of 2^31", _with_records(good, b"\xff\xff\xff\xff\x0f" + good[RECORDS + 1 :])
    yield "a record with a varint that does not end", _with_records(good, b"\xff" * 40)
    yield "no records behind a count of 2", _with_records(good, b"")
    for codec in (Compression.GZIP, Compression.SNAPPY, Compression.LZ4, Compression.ZSTD):
        bomb = _with_records(good, _bomb(codec), codec)
        yield f"{codec.name.lower()}: {len(bomb)} bytes that unpack to {BOMB_BYTES}", bomb


def _bomb(codec: Compression) -> bytes:
    if codec is Compression.GZIP:
        packer = zlib.compressobj(9, wbits=31)
        return b"".join([packer.compress(bytes(1 << 20)) for _ in range(BOMB_BYTES >> 20)]) + packer.flush()
    if codec is Compression.SNAPPY:  # 1:21 at best: smaller, or the frame is refused for its size
        return bytes(compress(codec, bytes(16 << 20)))
    return bytes(compress(codec, bytes(BOMB_BYTES)))


def _with_records(good: bytes, block: bytes, codec: Compression = Compression.NONE) -> bytes:
    data = bytearray(good[:RECORDS]) + block
    struct.pack_into(">i", data, LENGTH, len(data) - 12)
    struct.pack_into(">h", data, 21, int(codec))
    seal(data)
    return bytes(data)


def mutated(chance: random.Random, request: Message, version: int) -> tuple[str, bytes]:
    """One honest frame, and what was done to it. API key and version stay: those have their own rows."""
    frame = bytearray(request_frame(request, version, 9))
    kept = 4
    what = chance.choice(("flip", "cut", "double", "replace", "extend"))
    at = chance.randrange(kept, len(frame))
    length = min(chance.choice((1, 1, 2, 4, 8, 32)), len(frame) - at)
    match what:
        case "flip":
            frame[at] ^= 1 << chance.randrange(8)
        case "cut":
            del frame[at : at + length]
        case "double":
            frame[at:at] = frame[at : at + length]
        case "replace":
            frame[at : at + length] = chance.choice((b"\xff", b"\x00", b"\x7f", b"\x80")) * length
        case "extend":
            frame += chance.randbytes(length)
    name = type(request).__name__.removesuffix("Request")
    text = f"{name} v{version}, {what} {length} bytes at {at}: {bytes(frame[:48]).hex()}"
    return text, struct.pack(">i", len(frame)) + frame
