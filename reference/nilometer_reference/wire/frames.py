"""Frames: a size, a header and a message, in both directions.

    request    int32 size | int16 key  int16 version  int32 correlation id  nullable string client id [tags] | body
    response   int32 size | int32 correlation id [tags]                                                      | body

    header                 tags from                       exception
    request  v1, v2        the first flexible version      the client id is never compact
    response v0, v1        the first flexible version      ApiVersions always has v0 (KIP-511)

The functions that parse take a frame without its size. Sources: Kafka protocol guide; KIP-482, KIP-511.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Final, NamedTuple, TypeVar

from . import table
from .chunks import Chunk, chunk_length
from .codec import Message, decode_from, encode, encode_chunks
from .primitives import Buffer, MalformedMessage, get_uvarint, put_tags

SIZE: Final = struct.Struct(">i")
_REQUEST_HEADER: Final = struct.Struct(">hhih")
_RESPONSE_HEADER: Final = struct.Struct(">ii")
_RESPONSE_HEADER_WITH_TAGS: Final = struct.Struct(">iib")

API_VERSIONS: Final = 18

M = TypeVar("M", bound=Message)


class RequestHeader(NamedTuple):
    """Who asks for what. `body_position` is where the body begins in the frame."""

    api_key: int
    api_version: int
    correlation_id: int
    client_id: str | None
    body_position: int


@dataclass(frozen=True, slots=True)
class ApiMessages:
    """The request and the response class of an API key."""

    request: type[Message]
    response: type[Message]


@cache
def messages_by_key() -> dict[int, ApiMessages]:
    """Every API key of the table."""
    found: dict[int, dict[str, type[Message]]] = {}
    for module_name, messages in table.all_files().items():
        module = import_module(f"{__package__}.messages.{module_name}")
        for message in messages:
            message_class: type[Message] = getattr(module, message.name)
            if message_class.API_KEY is not None:
                found.setdefault(message_class.API_KEY, {})[message_class.KIND] = message_class
    return {
        key: ApiMessages(classes["request"], classes["response"])
        for key, classes in sorted(found.items())
        if {"request", "response"} <= classes.keys()
    }


def _skip_tags(frame: Buffer, position: int) -> int:
    count, position = get_uvarint(frame, position)
    for _ in range(count):
        _, position = get_uvarint(frame, position)
        size, position = get_uvarint(frame, position)
        position += size
    if position > len(frame):
        raise MalformedMessage(f"tags end at {position} in a frame of {len(frame)} bytes")
    return position


def parse_request_header(frame: Buffer, flexible_from: int | None = None) -> RequestHeader:
    """The header of a request. `flexible_from` is looked up by key if it is not given. Raises MalformedMessage."""
    try:
        api_key, api_version, correlation_id, length = _REQUEST_HEADER.unpack_from(frame)
        position = _REQUEST_HEADER.size
        client_id = None
        if length >= 0:
            if position + length > len(frame):
                raise MalformedMessage(f"a client id of {length} bytes in a frame of {len(frame)}")
            client_id = str(frame[position : position + length], "utf-8")
            position += length
        elif length != -1:
            raise MalformedMessage(f"a client id of {length} bytes")
        if flexible_from is None:
            known = messages_by_key().get(api_key)
            if known is None:
                raise MalformedMessage(f"{api_key=} is unknown")
            flexible_from = known.request.FLEXIBLE_FROM
        if api_version >= flexible_from:
            position = _skip_tags(frame, position)
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise MalformedMessage(f"request header: {error}") from error
    return RequestHeader(api_key, api_version, correlation_id, client_id, position)


def parse_request(frame: Buffer) -> tuple[RequestHeader, Message]:
    """A whole request. Raises MalformedMessage, or UnsupportedMessageVersion for a version that is not in the table."""
    header = parse_request_header(frame)
    message_class = messages_by_key()[header.api_key].request
    message, _ = decode_from(message_class, frame, header.api_version, header.body_position)
    return header, message


def encode_request(
    message: Message,
    version: int,
    correlation_id: int,
    client_id: str | None = None,
    *,
    header_tags: dict[int, bytes] | None = None,
) -> bytes:
    """A request as a frame with its size. `header_tags` are for flexible versions only."""
    assert message.API_KEY is not None
    name = None if client_id is None else client_id.encode()
    prefix = bytearray(SIZE.size)
    prefix += _REQUEST_HEADER.pack(message.API_KEY, version, correlation_id, -1 if name is None else len(name))
    prefix += name or b""
    if version >= message.FLEXIBLE_FROM:
        put_tags(prefix, [], header_tags)
    frame = encode(message, version, bytes(prefix))
    return SIZE.pack(len(frame) - SIZE.size) + frame[SIZE.size :]


def encode_response(message: Message, version: int, correlation_id: int) -> Sequence[Chunk]:
    """A response as chunks that together are a frame with its size; large record sets are not copied."""
    if version >= message.FLEXIBLE_FROM and message.API_KEY != API_VERSIONS:
        prefix = _RESPONSE_HEADER_WITH_TAGS.pack(0, correlation_id, 0)
    else:
        prefix = _RESPONSE_HEADER.pack(0, correlation_id)
    chunks = encode_chunks(message, version, prefix)
    first = chunks[0]
    assert isinstance(first, bytearray)
    size = len(first) if len(chunks) == 1 else sum(map(chunk_length, chunks))
    SIZE.pack_into(first, 0, size - SIZE.size)
    return chunks


def frame_bytes(chunks: Sequence[Chunk]) -> int:
    """Bytes of a frame as `encode_response` makes it, its size included."""
    first = chunks[0]
    assert isinstance(first, bytearray)
    size: int = SIZE.unpack_from(first)[0]
    return SIZE.size + size


def parse_response(frame: Buffer, message_class: type[M], version: int) -> tuple[int, M, int]:
    """Correlation id, message, and the position after it (all bytes of a right response). Raises MalformedMessage."""
    try:
        (correlation_id,) = SIZE.unpack_from(frame)
        position = SIZE.size
        if version >= message_class.FLEXIBLE_FROM and message_class.API_KEY != API_VERSIONS:
            position = _skip_tags(frame, position)
    except (struct.error, IndexError) as error:
        raise MalformedMessage(f"response header: {error}") from error
    message, position = decode_from(message_class, frame, version, position)
    return correlation_id, message, position
