"""Options of a descriptor as text: `deprecated = true`, `(my.option) = { text_format }`, one string a value.

What an option means, the file that defines it says; so options are read again with the classes of a pool that holds
the file and all of its imports. Options of which nobody says what they are cannot be written in the language, and are
left out. Source: descriptor.proto; protobuf.dev, Custom Options.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from google.protobuf.descriptor_pb2 import FileDescriptorProto

NOT_WRITTEN = frozenset({"map_entry", "uninterpreted_option"})
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


class Options:
    """Writes options with what these files define, imports in front. Raises ValueError where they do not agree."""

    def __init__(self, files: Iterable[FileDescriptorProto]) -> None:
        from google.protobuf import descriptor_pb2  # noqa: PLC0415 - an extra
        from google.protobuf.descriptor_pool import DescriptorPool  # noqa: PLC0415

        self._files = list(files)
        self._pool: Any = DescriptorPool()
        self._standard = descriptor_pb2.DESCRIPTOR.serialized_pb
        self._is_filled = False

    def written(self, options: Any) -> list[str]:
        """`name = value` of each value that is set, sorted by name."""
        if not options.ByteSize():
            return []
        self._fill()
        described = self._pool.FindMessageTypeByName(options.DESCRIPTOR.full_name)
        from google.protobuf.message_factory import GetMessageClass  # noqa: PLC0415

        read = GetMessageClass(described).FromString(options.SerializeToString(deterministic=True))
        return sorted(
            (line for field, value in read.ListFields() for line in _lines(field, value)),
            key=lambda line: line.partition(" = ")[0],
        )

    def _fill(self) -> None:
        if self._is_filled:
            return
        self._is_filled = True
        try:
            if not any(_defines_options(one) for one in self._files):
                self._pool.AddSerializedFile(self._standard)
            for one in self._files:
                self._pool.AddSerializedFile(one.SerializeToString())
        except TypeError as error:
            raise ValueError(str(error)) from None


def _defines_options(file: FileDescriptorProto) -> bool:
    """It is google/protobuf/descriptor.proto, under whichever name."""
    return file.package == "google.protobuf" and any(one.name == "FileOptions" for one in file.message_type)


def _lines(field: Any, value: Any) -> Iterator[str]:
    if field.name in NOT_WRITTEN and not field.is_extension:
        return
    name = f"({field.full_name})" if field.is_extension else field.name
    for one in value if field.is_repeated else [value]:
        yield f"{name} = {_value(field, one)}"


def _value(field: Any, value: Any) -> str:
    from google.protobuf import text_format  # noqa: PLC0415

    if field.message_type is not None:
        return "{ " + text_format.MessageToString(value, as_one_line=True, as_utf8=True) + " }"
    if field.enum_type is not None:
        return str(field.enum_type.values_by_number[value].name)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, bytes):
        return quoted_bytes(value)
    if isinstance(value, str):
        return quoted(value)
    return number(value)


def number(value: float) -> str:
    """An integer or a floating-point number; the names `inf` and `nan` are the language's own."""
    return repr(value)


def quoted(text: str) -> str:
    """A string of the language."""
    return '"' + "".join(_ESCAPES.get(one) or (one if one.isprintable() else _octal(one)) for one in text) + '"'


def _octal(character: str) -> str:
    return "".join(f"\\{byte:03o}" for byte in character.encode())


def quoted_bytes(data: bytes) -> str:
    """A string of the language that stands for bytes."""
    return '"' + "".join(chr(b) if 32 <= b < 127 and b not in b'"\\' else f"\\{b:03o}" for b in data) + '"'
