"""Small state files that must be whole or not at all: a kind, a version, a CRC-32C, then the content."""

from __future__ import annotations

import struct
from typing import Final

from crc32c import crc32c

_PREFIX: Final = struct.Struct(">4sHI")


def seal(kind: bytes, version: int, content: bytes) -> bytes:
    assert len(kind) == 4
    return _PREFIX.pack(kind, version, crc32c(content)) + content


def unseal(kind: bytes, version: int, data: bytes | None) -> bytes | None:
    """The content; None when there is no file, or it is of another kind or version, or damaged."""
    if data is None or len(data) < _PREFIX.size:
        return None
    found_kind, found_version, crc = _PREFIX.unpack_from(data)
    content = data[_PREFIX.size :]
    if found_kind != kind or found_version != version or crc32c(content) != crc:
        return None
    return content
