"""A descriptor as the text of a .proto file.

    imports, options, messages, enums, extensions, services    in this order; types with their full names, `.p.M`
    messages, enums, services                                  keep their order: payloads count messages by place
    normalize                                                  also fields, constants, imports and reservations in order

Entries of maps stand in the descriptor as nested messages, and payloads count them, too. They are folded to `map<>`
where reading the text brings them back to the same place, that is behind all other nested messages, in the order of
their fields; otherwise they are written out, with `option map_entry = true`, as Confluent's registry does.
`normalize` folds them always. Law: what `protobuf_source` reads from the text is the descriptor, but for source
positions, JSON names that are the default, and options that nobody defines.
The first constant of an enum stays in front when they are sorted: it is the default. Source: descriptor.proto.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from nilometer_reference.registry.protobuf_names import (
    checked_full_name,
    checked_name,
    default_json_name,
    written_range,
    written_type,
)
from nilometer_reference.registry.protobuf_options import Options, quoted

if TYPE_CHECKING:
    from google.protobuf.descriptor_pb2 import (
        DescriptorProto,
        EnumDescriptorProto,
        FieldDescriptorProto,
        FileDescriptorProto,
        ServiceDescriptorProto,
    )

_Types = dict[str, "DescriptorProto"]
"""By full name."""
STRING, GROUP, BYTES = 9, 10, 12
OPTIONAL, REQUIRED, REPEATED = 1, 2, 3
LABELS = {OPTIONAL: "optional ", REQUIRED: "required ", REPEATED: "repeated "}
FIELD_END, ENUM_LAST = 1 << 29, (1 << 31) - 1


def print_file(file: FileDescriptorProto, imports: Sequence[FileDescriptorProto], *, normalize: bool = False) -> str:
    """The text. `imports` are all files that it needs, in the order of their needs. Raises ValueError for a descriptor
    that is none.
    """
    return "\n".join(_Printer(file, Options([*imports, file]), normalize).lines()) + "\n"


class _Printer:
    def __init__(self, file: FileDescriptorProto, options: Options, normalize: bool) -> None:
        self.file = file
        self.options = options
        self.normalize = normalize
        self.editions = file.syntax == "editions"
        self.proto2 = file.syntax in ("", "proto2")

    # ------------------------------------------------------------------------------------------------------- files

    def lines(self) -> Iterator[str]:
        from google.protobuf.descriptor_pb2 import Edition  # noqa: PLC0415 - an extra

        if self.editions:
            yield f"edition = {quoted(Edition.Name(self.file.edition).removeprefix('EDITION_'))};"
        elif not self.proto2:
            yield f"syntax = {quoted(self.file.syntax)};"
        if self.file.package:
            yield f"package {checked_full_name(self.file.package)};"
        yield from self._section(self._imports())
        yield from self._section(self._options(self.file.options))
        prefix = f".{self.file.package}." if self.file.package else "."
        for line in self._types(prefix, self.file.message_type, (), self.file.extension):
            yield from [line] if line.startswith((" ", "}")) else ["", line]
        for enum in self.file.enum_type:
            yield from self._section(self._enum(enum))
        for service in self.file.service:
            yield from self._section(self._service(service))

    @staticmethod
    def _section(lines: Iterable[str]) -> Iterator[str]:
        found = list(lines)
        if found:
            yield ""
            yield from found

    def _imports(self) -> Iterator[str]:
        kinds = {
            **dict.fromkeys(self.file.weak_dependency, "weak "),
            **dict.fromkeys(self.file.public_dependency, "public "),
        }
        written = [f"import {kinds.get(place, '')}{quoted(name)};" for place, name in enumerate(self.file.dependency)]
        written += [f"import option {quoted(name)};" for name in getattr(self.file, "option_dependency", ())]
        yield from dict.fromkeys(
            sorted(written, key=lambda line: line.partition('"')[2]) if self.normalize else written
        )

    def _options(self, options: Any) -> Iterator[str]:
        return (f"option {line};" for line in self.options.written(options))

    def _bracketed(self, *first: str, options: Any) -> str:
        written = [*first, *self.options.written(options)]
        return f" [{', '.join(written)}]" if written else ""

    # ---------------------------------------------------------------------------------------------------- messages

    def _types(self, scope: str, messages: Sequence[DescriptorProto], fields: Iterable[_Block],
               extensions: Sequence[FieldDescriptorProto]) -> Iterator[str]:  # fmt: skip
        """Messages in their order, fields and extensions in theirs; a group is both, and is written once."""
        blocks = [*fields, *self._extensions(scope, messages, extensions)]
        groups = {name for block in blocks for name in block.groups}
        left = list(messages)
        for block in blocks:
            waiting = set(block.groups)
            while waiting and left:
                one = left.pop(0)
                waiting.discard(scope + one.name)
                if scope + one.name not in groups:
                    yield from self._message(one, scope)
            yield from block.lines
        for one in left:
            if scope + one.name not in groups:
                yield from self._message(one, scope)

    def _message(self, message: DescriptorProto, scope: str) -> Iterator[str]:
        yield f"{_visible(message)}message {checked_name(message.name)} {{"
        yield from _indented(self._body(message, f"{scope}{message.name}."))
        yield "}"

    def _body(self, message: DescriptorProto, scope: str) -> Iterator[str]:
        yield from self._options(message.options)
        if message.options.map_entry:
            yield "option map_entry = true;"
        folded = self._folded(message, scope)
        nested = [one for one in message.nested_type if scope + one.name not in folded]
        yield from self._reserved(message)
        yield from self._extension_ranges(message)
        yield from self._types(scope, nested, self._fields(message, scope, folded), message.extension)
        for enum in message.enum_type:
            yield from self._enum(enum)

    def _folded(self, message: DescriptorProto, scope: str) -> _Types:
        """Entries that are written as `map<>`, by full name."""
        entries = {scope + one.name: one for one in message.nested_type if one.options.map_entry}
        used = [one.type_name for one in message.field if one.type_name in entries]
        places = [scope + one.name for one in message.nested_type]
        is_at_the_end = places[len(places) - len(entries) :] == used
        return entries if is_at_the_end or (self.normalize and sorted(used) == sorted(entries)) else {}

    def _fields(self, message: DescriptorProto, scope: str, folded: _Types) -> Iterator[_Block]:
        fields = sorted(message.field, key=lambda one: one.number) if self.normalize else list(message.field)
        types = {scope + one.name: one for one in message.nested_type}
        oneofs: dict[int, list[FieldDescriptorProto]] = {}
        for one in fields:
            if one.HasField("oneof_index") and not one.proto3_optional:
                oneofs.setdefault(one.oneof_index, []).append(one)
        for one in fields:
            if not one.HasField("oneof_index") or one.proto3_optional:
                yield self._field(one, types, folded)
            elif oneofs[one.oneof_index][0] is one:
                yield self._oneof(message, oneofs[one.oneof_index], types)

    def _oneof(self, message: DescriptorProto, members: list[FieldDescriptorProto], types: _Types) -> _Block:
        try:
            oneof = message.oneof_decl[members[0].oneof_index]
        except IndexError:
            raise ValueError(f"{message.name} has no oneof {members[0].oneof_index}") from None
        blocks = [self._field(one, types, {}, in_oneof=True) for one in members]
        inside = [*self._options(oneof.options), *(line for block in blocks for line in block.lines)]
        groups = [name for block in blocks for name in block.groups]
        return _Block([f"oneof {checked_name(oneof.name)} {{", *_indented(inside), "}"], groups)

    def _field(self, one: FieldDescriptorProto, types: _Types, folded: _Types, *, in_oneof: bool = False) -> _Block:
        label = "" if in_oneof or one.type_name in folded else self._label(one)
        if one.type == GROUP and one.type_name in types:
            group = types[one.type_name]
            options = self._bracketed(options=one.options)
            head = f"{label}group {checked_name(group.name)} = {one.number}{options} {{"
            return _Block([head, *_indented(self._body(group, f"{one.type_name}.")), "}"], [one.type_name])
        type_ = self._map(folded[one.type_name]) if one.type_name in folded else written_type(one)
        first = [f"default = {_default(one)}"] if one.HasField("default_value") else []
        if one.json_name and one.json_name != default_json_name(one.name) and not one.extendee:
            first.append(f"json_name = {quoted(one.json_name)}")
        return _Block(
            [f"{label}{type_} {checked_name(one.name)} = {one.number}{self._bracketed(*first, options=one.options)};"],
            [],
        )

    def _label(self, one: FieldDescriptorProto) -> str:
        if one.label == REPEATED or self.proto2:
            return LABELS[one.label]
        return "optional " if one.proto3_optional else ""

    @staticmethod
    def _map(entry: DescriptorProto) -> str:
        try:
            key, value = sorted(entry.field, key=lambda one: one.number)
        except ValueError:
            raise ValueError(f"{entry.name} is no entry of a map") from None
        return f"map<{written_type(key)}, {written_type(value)}>"

    def _reserved(
        self, message: DescriptorProto | EnumDescriptorProto, *, more: int = 1, most: int = FIELD_END - 1
    ) -> Iterator[str]:
        """`more`: how far the end is behind the last number."""
        ranges = [(one.start, one.end - more) for one in message.reserved_range]
        names = list(message.reserved_name)
        if self.normalize:
            ranges, names = sorted(set(ranges)), sorted(set(names))
        if ranges:
            yield f"reserved {', '.join(written_range(first, last, most) for first, last in ranges)};"
        if names:
            yield f"reserved {', '.join(checked_name(one) if self.editions else quoted(one) for one in names)};"

    def _extension_ranges(self, message: DescriptorProto) -> Iterator[str]:
        for one in message.extension_range:
            most = ENUM_LAST - 1 if message.options.message_set_wire_format else FIELD_END - 1
            yield f"extensions {written_range(one.start, one.end - 1, most)}{self._bracketed(options=one.options)};"

    def _extensions(
        self, scope: str, messages: Sequence[DescriptorProto], fields: Sequence[FieldDescriptorProto]
    ) -> Iterator[_Block]:
        types = {scope + one.name: one for one in messages}
        for extendee, members in groupby(fields, key=lambda one: one.extendee):
            for is_group, some in groupby(members, key=lambda one: one.type == GROUP):
                for part in [[one] for one in some] if is_group else [list(some)]:
                    blocks = [self._field(one, types, {}) for one in part]
                    lines = [line for block in blocks for line in block.lines]
                    head = f"extend {checked_full_name(extendee)} {{"
                    yield _Block([head, *_indented(lines), "}"], [name for block in blocks for name in block.groups])

    # ------------------------------------------------------------------------------------------- enums and services

    def _enum(self, enum: EnumDescriptorProto) -> Iterator[str]:
        constants = list(enum.value)
        if self.normalize:
            constants[1:] = sorted(constants[1:], key=lambda one: one.number)
        yield f"{_visible(enum)}enum {checked_name(enum.name)} {{"
        inside = [*self._options(enum.options), *self._reserved(enum, more=0, most=ENUM_LAST)]
        inside += [
            f"{checked_name(one.name)} = {one.number}{self._bracketed(options=one.options)};" for one in constants
        ]
        yield from _indented(inside)
        yield "}"

    def _service(self, service: ServiceDescriptorProto) -> Iterator[str]:
        yield f"service {checked_name(service.name)} {{"
        yield from _indented(self._options(service.options))
        for one in service.method:
            request = "stream " * one.client_streaming + checked_full_name(one.input_type)
            response = "stream " * one.server_streaming + checked_full_name(one.output_type)
            head = f"  rpc {checked_name(one.name)} ({request}) returns ({response})"
            options = list(self._options(one.options))
            yield from [f"{head} {{", *_indented(_indented(options)), "  }"] if options else [f"{head};"]
        yield "}"


class _Block:
    """Lines that belong together, and the full names of the groups that are defined in them."""

    def __init__(self, lines: list[str], groups: list[str]) -> None:
        self.lines = lines
        self.groups = groups


def _indented(lines: Iterable[str]) -> Iterator[str]:
    return (f"  {line}" if line else line for line in lines)


def _default(one: FieldDescriptorProto) -> str:
    if one.type == STRING:
        return quoted(one.default_value)
    if one.type == BYTES:
        return f'"{one.default_value}"'  # escaped as it stands in the descriptor
    return one.default_value


def _visible(message: Any) -> str:
    """Of edition 2024: `export`, `local`, or as the file has it."""
    return {1: "local ", 2: "export "}.get(getattr(message, "visibility", 0), "")
