"""Words of the language of .proto files: names, types, ranges of numbers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from google.protobuf.descriptor_pb2 import FieldDescriptorProto

SCALARS: Final = {
    1: "double", 2: "float", 3: "int64", 4: "uint64", 5: "int32", 6: "fixed64", 7: "fixed32", 8: "bool",
    9: "string", 12: "bytes", 13: "uint32", 15: "sfixed32", 16: "sfixed64", 17: "sint32", 18: "sint64",
}  # fmt: skip
"""FieldDescriptorProto.Type."""
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_FULL_NAME: Final = re.compile(r"\.?[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*")


def default_json_name(name: str) -> str:
    """As protoc makes it: `my_field` is `myField`."""
    head, *rest = name.split("_")
    return head + "".join(part[:1].upper() + part[1:] for part in rest)


def written_range(first: int, last: int, most: int) -> str:
    """`1`, `1 to 5`, or `1 to max`; all inclusive."""
    return str(first) if first == last else f"{first} to {'max' if last == most else last}"


def checked_name(name: str) -> str:
    """Raises ValueError for what is no name."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r:.80} is no name")
    return name


def checked_full_name(name: str) -> str:
    """With its scope, and perhaps a dot in front. Raises ValueError."""
    if not _FULL_NAME.fullmatch(name):
        raise ValueError(f"{name!r:.80} is no name of a type")
    return name


def written_type(one: FieldDescriptorProto) -> str:
    """The name of a field's type. Raises ValueError."""
    if one.type_name:
        return checked_full_name(one.type_name)
    if not one.HasField("type") or one.type not in SCALARS:
        raise ValueError(f"field {one.name} has no type")
    return SCALARS[one.type]
