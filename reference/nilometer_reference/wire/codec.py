"""Messages to bytes and back, for every version, in both directions.

    encode(ProduceRequest(…), version) -> bytes
    encode_chunks(FetchResponse(…), version) -> chunks     record sets are handed on uncopied
    decode(ProduceRequest, buffer, version) -> ProduceRequest

A field that the version does not have is left out, and takes its default when read. Tagged fields are left
out when they equal their default; unknown ones are kept in `unknown_tags`. Record sets stay opaque: decoded
ones are views of the buffer. The codec of a (message, version) is compiled at its first use.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from functools import cache
from importlib import import_module
from typing import Any, ClassVar, Protocol, TypeVar, cast

from . import table
from .chunks import Chunk, join
from .generate_classes import class_names
from .generate_codecs import Writer, write_decoder, write_encoder
from .primitives import (
    Buffer,
    MalformedMessage,
    UnencodableMessage,
    get_unknown_tag,
    get_uvarint,
    more_uvarint,
    put_compact_records,
    put_records,
    put_string_length,
    put_tags,
    put_uvarint,
)
from .uuids import ZERO_UUID


class Message(Protocol):
    """What every generated message class has."""

    API_KEY: ClassVar[int | None]
    KIND: ClassVar[str]
    VERSIONS: ClassVar[tuple[int, int]]
    FLEXIBLE_FROM: ClassVar[int]
    unknown_tags: dict[int, bytes] | None


M = TypeVar("M", bound=Message)
Encoder = Callable[[Any, bytearray, list[Chunk]], bytearray]
Decoder = Callable[[Buffer, int], tuple[Any, int]]


class UnsupportedMessageVersion(ValueError):
    """The message does not exist in that version."""


def null_length(length: int) -> None:
    """Check that a negative length is the null that the protocol knows."""
    if length != -1:
        raise MalformedMessage(f"a length of {length}")


@cache
def _modules() -> dict[str, str]:
    return {message.name: module for module, messages in table.all_files().items() for message in messages}


def _compile(writer: Writer, function: str, module: str) -> Any:
    package = __package__ or "nilometer_reference.wire"
    namespace: dict[str, Any] = {
        **vars(import_module(f"{package}.messages.{module}")),
        **{name: struct.Struct(format_) for format_, name in writer.structs.items()},
        "pack": struct.pack, "unpack_from": struct.unpack_from, "ZERO_UUID": ZERO_UUID,
        "MalformedMessage": MalformedMessage, "null_length": null_length,
        "get_uvarint": get_uvarint, "more_uvarint": more_uvarint, "put_uvarint": put_uvarint,
        "put_string_length": put_string_length,
        "put_records": put_records, "put_compact_records": put_compact_records,
        "put_tags": put_tags, "get_unknown_tag": get_unknown_tag,
    }  # fmt: skip
    source = "\n".join(writer.lines)
    exec(compile(source, f"<{writer.message.name} v{writer.version} {function}>", "exec"), namespace)
    return namespace[function]


def _prepare(name: str, version: int) -> tuple[table.Message, dict[str, str], str]:
    module = _modules()[name]
    message = table.message(name)
    if version not in message.versions:
        raise UnsupportedMessageVersion(f"{name} has versions {message.versions}, not {version}")
    names = class_names(table.all_files()[module])
    classes = {own: names[name, own] for own in message.structs}
    return message, classes, module


@cache
def encoder(message_class: type[Message], version: int) -> Encoder:
    """The compiled encoder. Raises UnsupportedMessageVersion."""
    message, classes, module = _prepare(message_class.__name__, version)
    return cast(Encoder, _compile(write_encoder(message, version, classes), "encode", module))


@cache
def decoder(message_class: type[Message], version: int) -> Decoder:
    """The compiled decoder. Raises UnsupportedMessageVersion."""
    message, classes, module = _prepare(message_class.__name__, version)
    return cast(Decoder, _compile(write_decoder(message, version, classes), "decode", module))


def encode_chunks(message: Message, version: int, prefix: bytes = b"") -> Sequence[Chunk]:
    """The message behind `prefix` as chunks, in order; large record sets are not copied.

    Raises UnencodableMessage for a number or length that its field cannot hold.
    """
    out = bytearray(prefix)
    chunks: list[Chunk] = []
    try:
        last = encoder(type(message), version)(message, out, chunks)
    except struct.error as error:
        raise UnencodableMessage(f"{type(message).__name__} v{version}: {error}") from error
    if last or not chunks:
        chunks.append(last)
    return chunks


def encode(message: Message, version: int, prefix: bytes = b"") -> bytes:
    """The message behind `prefix` as one byte string."""
    return join(encode_chunks(message, version, prefix))


def decode_from(message_class: type[M], buffer: Buffer, version: int, position: int = 0) -> tuple[M, int]:
    """The message that begins at `position`, and the position after it. Raises MalformedMessage."""
    try:
        return decoder(message_class, version)(buffer, position)
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise MalformedMessage(f"{message_class.__name__} v{version}: {error}") from error


def decode(message_class: type[M], buffer: Buffer, version: int, position: int = 0) -> M:
    """The message that begins at `position`; bytes after it are ignored, as Kafka does."""
    return decode_from(message_class, buffer, version, position)[0]
