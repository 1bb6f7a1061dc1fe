"""Protobuf schemas as messages that know their fields by number, from their text; and the forms that they are given in.

A field's kind is the class of its scalar, or map, message, group. Scalars of one class are read in place of each other:

    number   int32, int64, uint32, uint64, bool, every enum        signed    sint32, sint64
    fixed32  fixed32, sfixed32     fixed64  fixed64, sfixed64      text      string, bytes      float, double alone

Sources: descriptor.proto; Confluent Schema Registry, compatibility rules for Protobuf. Of editions the features are not
looked at: their singular fields have no label.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Concatenate, Final, ParamSpec, TypeVar

from nilometer_reference.registry.errors import RegistryError, invalid_schema
from nilometer_reference.registry.protobuf_compiler import COMPILER, Compiled, CompilerLost
from nilometer_reference.registry.protobuf_names import default_json_name

if TYPE_CHECKING:
    from google.protobuf.descriptor_pb2 import DescriptorProto, FieldDescriptorProto, FileDescriptorProto

MAP, MESSAGE, GROUP, TEXT = "map", "message", "group", "text"
OPTIONAL, REQUIRED, REPEATED, NO_LABEL = "optional", "required", "repeated", ""
_KINDS: Final = {
    1: "double", 2: "float", 3: "number", 4: "number", 5: "number", 6: "fixed64", 7: "fixed32", 8: "number", 9: TEXT,
    10: GROUP, 11: MESSAGE, 12: TEXT, 13: "number", 14: "number", 15: "fixed32", 16: "fixed64", 17: "signed",
    18: "signed",
}  # fmt: skip
"""By FieldDescriptorProto.Type."""
_LABELS: Final = {1: OPTIONAL, 2: REQUIRED, 3: REPEATED}
SMALL: Final = 1 << 16
"""Characters of a text with all that it refers to."""
SMALL_ONES, LARGE_ONES = 2048, 16
"""How many are remembered: a check against all versions asks again and again, and large ones take megabytes."""
Known = tuple[tuple[str, str], ...]
"""Names and texts of references, what is needed first in front."""
P = ParamSpec("P")
T = TypeVar("T")


def _remembered(function: Callable[Concatenate[str, Known, P], T]) -> Callable[Concatenate[str, Known, P], T]:
    small, large = lru_cache(SMALL_ONES)(function), lru_cache(LARGE_ONES)(function)

    def ask(text: str, known: Known, /, *more: P.args, **named: P.kwargs) -> T:
        size = len(text) + sum(len(one) for _, one in known)
        return (small if size <= SMALL else large)(text, known, *more, **named)  # type: ignore[arg-type]

    return ask


@dataclass(frozen=True)
class Field:
    """`type` is what its type is called, of messages the full name; a map has the fields of its entry."""

    number: int
    name: str
    kind: str
    label: str = NO_LABEL
    """As it is written: a singular field of proto3, and a member of a oneof, has none."""
    type: str = ""
    oneof: str = ""
    key: Field | None = None
    value: Field | None = None


@dataclass(eq=False)
class Message:
    """`name` is full, `local` goes without the package of its file. Entries of maps and groups are none of the nested
    messages, and groups none of the fields: the rules do not look at them.
    """

    name: str
    local: str
    is_own: bool
    """The file itself defines it, not an import."""
    fields: dict[int, Field] = field(default_factory=dict)
    oneofs: dict[str, list[Field]] = field(default_factory=dict)
    nested: dict[str, Message] = field(default_factory=dict)
    groups: set[str] = field(default_factory=set)
    """Full names of the types that its groups are."""


@dataclass(eq=False)
class File:
    """A file with the messages of its imports. `top` are its own ones, by name."""

    package: str
    top: dict[str, Message] = field(default_factory=dict)
    messages: dict[str, Message] = field(default_factory=dict)
    """By full name."""


def canonical_protobuf(text: str, known: Mapping[str, str], *, normalize: bool) -> str:
    """The text that is stored, from text or from a descriptor in base64. `known` are the texts of the references by
    name, what is needed first in front. Raises 42201.
    """
    return _compiled(text, tuple(known.items()), normalize).text


def serialized_protobuf(text: str, known: Mapping[str, str]) -> str:
    """The descriptor of a text, in base64; the name of the file is left to its reader. Raises 42201."""
    from google.protobuf.descriptor_pb2 import FileDescriptorProto  # noqa: PLC0415 - an extra

    file = FileDescriptorProto.FromString(_compiled(text, tuple(known.items()), None).files[-1])
    file.ClearField("name")
    for message in file.message_type:
        _forget_json_names(message)
    return base64.b64encode(file.SerializeToString()).decode()


def _forget_json_names(message: DescriptorProto) -> None:
    """Those that are the default are not in what compilers generate either."""
    for one in message.field:
        if one.json_name == default_json_name(one.name):
            one.ClearField("json_name")
    for nested in message.nested_type:
        _forget_json_names(nested)


def parse_protobuf(text: str, known: Mapping[str, str]) -> File:
    """The messages of a text. Raises 42201."""
    return _parsed(text, tuple(known.items()))


@_remembered
def _parsed(text: str, known: Known) -> File:
    from google.protobuf.descriptor_pb2 import FileDescriptorProto  # noqa: PLC0415

    return build([FileDescriptorProto.FromString(one) for one in _compiled(text, known, None).files])


def _compiled(text: str, known: Known, normalize: bool | None) -> Compiled:
    found = _attempted(text, known, normalize)
    if isinstance(found, RegistryError):
        raise RegistryError(found.code, found.message)
    return found


@_remembered
def _attempted(text: str, known: Known, normalize: bool | None) -> Compiled | RegistryError:
    """What is refused is remembered, too: it may have taken long. That there is no answer is not."""
    try:
        text.encode()
        return COMPILER.compile(text, dict(known), normalize=normalize)
    except UnicodeEncodeError as error:
        return invalid_schema(f"PROTOBUF: {error.reason} at {error.start}")
    except CompilerLost:
        raise
    except RegistryError as error:
        return error


def compile_ahead(text: str, known: Mapping[str, str], *, normalize: bool) -> None:
    """Have protoc's answers ready: it may take long, and who asks next may hold a lock.

    Raises CompilerLost, so that it is not tried a second time.
    """
    try:
        parse_protobuf(canonical_protobuf(text, known, normalize=normalize), known)
    except CompilerLost:
        raise
    except RegistryError:
        pass  # said again to whoever asks


def build(files: Sequence[FileDescriptorProto]) -> File:
    """Of descriptors: the file last, each after those that it imports."""
    made = File(files[-1].package)
    for file in files:
        _Builder(made, file, is_own=file is files[-1]).add()
    return made


class _Builder:
    """Adds the messages of one file."""

    def __init__(self, made: File, file: FileDescriptorProto, *, is_own: bool) -> None:
        self.made = made
        self.file = file
        self.is_own = is_own
        self.entries: dict[str, DescriptorProto] = {}

    def add(self) -> None:
        prefix = f"{self.file.package}." if self.file.package else ""
        self._find_entries(self.file.message_type, prefix)
        for one in self.file.message_type:
            message = self._message(one, prefix, "")
            if self.is_own:
                self.made.top[one.name] = message

    def _find_entries(self, messages: Iterable[DescriptorProto], scope: str) -> None:
        for one in messages:
            if one.options.map_entry:
                self.entries[scope + one.name] = one
            self._find_entries(one.nested_type, f"{scope}{one.name}.")

    def _message(self, given: DescriptorProto, scope: str, outer: str) -> Message:
        message = Message(scope + given.name, outer + given.name, self.is_own)
        self.made.messages[message.name] = message
        for one in given.field:
            made = self._field(one, given)
            if made.oneof:
                message.oneofs.setdefault(made.oneof, [])
            if made.kind == GROUP:
                message.groups.add(made.type)
                continue
            message.fields[made.number] = made
            if made.oneof:
                message.oneofs[made.oneof].append(made)
        for nested in given.nested_type:
            if not nested.options.map_entry:
                inner = self._message(nested, f"{message.name}.", f"{message.local}.")
                if inner.name not in message.groups:
                    message.nested[nested.name] = inner
        return message

    def _field(self, one: FieldDescriptorProto, message: DescriptorProto) -> Field:
        type_ = one.type_name.removeprefix(".")
        is_member = one.HasField("oneof_index") and not one.proto3_optional
        oneof = message.oneof_decl[one.oneof_index].name if is_member else ""
        label = self._label(one, is_member=is_member)
        if type_ in self.entries:
            entry = self.entries[type_]
            key, value = (self._field(part, entry) for part in entry.field)
            return Field(one.number, one.name, MAP, label, type_, oneof, key, value)
        return Field(one.number, one.name, _KINDS[one.type], label, type_, oneof)

    def _label(self, one: FieldDescriptorProto, *, is_member: bool) -> str:
        is_singular = one.label == one.LABEL_OPTIONAL
        is_written = one.proto3_optional or (self.file.syntax in ("", "proto2") and not is_member)
        return NO_LABEL if is_singular and not is_written else _LABELS[one.label]
