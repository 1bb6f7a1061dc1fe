"""Text, or a FileDescriptorProto in base64, to a tree; `NotProtobuf` with protoc's own words where it is neither.

    parse(text)                                   a file that imports nothing but google/protobuf/*
    parse(text, [("a.proto", text), ...])         with what it imports, each after what it imports itself

The compiler is protoc itself, in this process (`grpc_tools`, extra `schema`), imported when first asked. A registry's
clients send descriptors instead of text; they are checked by building them in a pool of their own.
Of editions the features are not looked at: such a file is read as proto3. Defaults of proto2 fields are not kept.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from importlib import resources
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, TypeAlias

from nilometer_models.schema.protobuf.nodes import (
    GROUP,
    MAP,
    MESSAGE,
    Call,
    Constant,
    Enumeration,
    Field,
    Label,
    Message,
    Reserved,
    Schema,
)

if TYPE_CHECKING:
    from google.protobuf.descriptor_pb2 import DescriptorProto, EnumDescriptorProto, FileDescriptorProto

Reference: TypeAlias = tuple[str, str]
"""The name by which it is imported, and its text."""

MAIN = "__main__.proto"
CACHED = 4096
IMPORTABLE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./+ -]{0,199}")
"""A relative path. It becomes a file and a word of a command: nothing that could be an option or an argument file."""
WARNING = re.compile(r"[WI]\d{4} |WARNING: |.*: warning: ")
_STDERR = threading.Lock()


class NotProtobuf(Exception):
    """This text is no Protobuf schema."""


@lru_cache(maxsize=CACHED)
def _parse(text: str, references: tuple[Reference, ...]) -> Schema:
    files = compile_files(text, references)
    return replace(build(files[-1], files[:-1]), text=text)


def parse(text: str, references: Sequence[Reference] = ()) -> Schema:
    """The tree of a file; `references` are what it may import, each after those that it imports itself."""
    return _parse(text, tuple(references))


def compile_files(text: str, references: Sequence[Reference] = ()) -> list[FileDescriptorProto]:
    """Descriptors of the file (last) and of all that it imports, each after those that it imports itself."""
    known: dict[str, FileDescriptorProto] = {}
    for name, written in references:
        if not IMPORTABLE.fullmatch(name) or ".." in PurePosixPath(name).parts or name == MAIN:
            raise NotProtobuf(f"{name!r} is no name to import")
        for one in _compile(name, written, known):
            known.setdefault(one.name, one)
    return _compile(MAIN, text, known)


def _compile(name: str, text: str, known: dict[str, FileDescriptorProto]) -> list[FileDescriptorProto]:
    described = _described(text)
    if described is None:
        return _protoc(name, text, known)
    described.name = name
    return _checked(described, known)


def _described(text: str) -> FileDescriptorProto | None:
    """A serialized descriptor in base64, as clients send it; None for anything else."""
    from google.protobuf.descriptor_pb2 import FileDescriptorProto  # noqa: PLC0415 - an extra
    from google.protobuf.message import DecodeError  # noqa: PLC0415

    try:
        found = FileDescriptorProto.FromString(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError, DecodeError):
        return None
    return found if text and found.IsInitialized() else None


def _checked(file: FileDescriptorProto, known: dict[str, FileDescriptorProto]) -> list[FileDescriptorProto]:
    from google.protobuf.descriptor_pb2 import FileDescriptorProto  # noqa: PLC0415
    from google.protobuf.descriptor_pool import DescriptorPool  # noqa: PLC0415

    files: dict[str, FileDescriptorProto] = {}
    for name in file.dependency:
        if name in known:
            files.update({one: known[one] for one in known})
        else:
            files.update({one.name: one for one in _protoc(MAIN, f'syntax = "proto3"; import "{name}";', {})[:-1]})
    files[file.name] = file
    pool = DescriptorPool()
    try:
        for one in files.values():
            pool.AddSerializedFile(one.SerializeToString())
    except TypeError as error:
        raise NotProtobuf(str(error)) from None
    # The pool has resolved what a descriptor may leave open: a type that is only named, a name without its scope.
    resolved = FileDescriptorProto()
    pool.FindFileByName(file.name).CopyToProto(resolved)
    files[file.name] = resolved
    return list(files.values())


def _protoc(name: str, text: str, known: dict[str, FileDescriptorProto]) -> list[FileDescriptorProto]:
    from google.protobuf.descriptor_pb2 import FileDescriptorSet  # noqa: PLC0415
    from grpc_tools import protoc  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as place:
        root = Path(place, "files")
        source = root / name
        source.parent.mkdir(parents=True)
        source.write_text(text, encoding="utf-8", errors="surrogatepass")
        given, made, said = Path(place, "given.bin"), Path(place, "made.bin"), Path(place, "said")
        given.write_bytes(FileDescriptorSet(file=known.values()).SerializeToString())
        standard = resources.files("grpc_tools") / "_proto"
        command = ["protoc", f"-I{root}", f"-I{standard}", "--include_imports", f"--descriptor_set_out={made}", name]
        if known:
            command.insert(1, f"--descriptor_set_in={given}")
        if _run_quietly(protoc.main, command, said):
            raise NotProtobuf(_words(said.read_text(errors="replace"), root))
        return list(FileDescriptorSet.FromString(made.read_bytes()).file)


def _words(said: str, root: Path) -> str:
    """protoc's complaints, without its warnings and without the place where the file stood."""
    lines = [line.replace(f"{root}/", "").removeprefix(f"{MAIN}:") for line in said.splitlines()]
    return "\n".join(line for line in lines if line and not WARNING.match(line)) or "protoc refuses it"


def _run_quietly(main, command: list[str], said: Path) -> int:  # type: ignore[no-untyped-def]
    """protoc writes its errors to file descriptor 2; they are caught there."""
    with _STDERR, said.open("wb") as file:
        sys.stderr.flush()
        kept = os.dup(2)
        try:
            os.dup2(file.fileno(), 2)
            return int(main(command))
        finally:
            os.dup2(kept, 2)
            os.close(kept)


def build(file: FileDescriptorProto, imports: Sequence[FileDescriptorProto] = ()) -> Schema:
    """The tree of a descriptor, with the types of what it imports."""
    builder = _Builder()
    for one in imports:
        builder.file(one)
    before = {*builder.messages, *builder.enums}
    builder.file(file)
    prefix = f"{file.package}." if file.package else ""
    return Schema(
        file.package,
        tuple(prefix + message.name for message in file.message_type),
        builder.messages,
        builder.enums,
        tuple(name for name in builder.enums if name not in before),
        tuple(_calls(file)),
        frozenset({*builder.messages, *builder.enums} - before),
    )


def _calls(file: FileDescriptorProto) -> Iterator[Call]:
    for service in file.service:
        for call in service.method:
            request = "stream " * call.client_streaming + call.input_type.lstrip(".")
            response = "stream " * call.server_streaming + call.output_type.lstrip(".")
            yield Call(service.name, call.name, request, response)


class _Builder:
    """Collects the types of files, imports first."""

    def __init__(self) -> None:
        self.messages: dict[str, Message] = {}
        self.enums: dict[str, Enumeration] = {}
        self.entries: set[str] = set()
        self.proto2 = True

    def file(self, file: FileDescriptorProto) -> None:
        """All types of one file."""
        self.proto2 = file.syntax in {"", "proto2"}
        prefix = f"{file.package}." if file.package else ""
        self._find_entries(file.message_type, prefix)
        for message in file.message_type:
            self._message(message, prefix, "")
        for enum in file.enum_type:
            self._enum(enum, prefix)

    def _find_entries(self, messages: Sequence[DescriptorProto], prefix: str) -> None:
        for message in messages:
            if message.options.map_entry:
                self.entries.add(prefix + message.name)
            self._find_entries(message.nested_type, f"{prefix}{message.name}.")

    def _message(self, message: DescriptorProto, prefix: str, local: str) -> None:
        name, inner = prefix + message.name, local + message.name
        synthetic = {one.oneof_index for one in message.field if one.proto3_optional}
        oneofs = tuple(one.name for n, one in enumerate(message.oneof_decl) if n not in synthetic)
        ranges = tuple((one.start, one.end - 1) for one in message.reserved_range)
        nested = tuple(f"{name}.{one.name}" for one in message.nested_type if not one.options.map_entry)
        reserved = Reserved(ranges, frozenset(message.reserved_name))
        self.messages[name] = Message(name, inner, tuple(self._fields(message)), oneofs, reserved, nested)
        for one in message.nested_type:
            self._message(one, f"{name}.", f"{inner}.")
        for enum in message.enum_type:
            self._enum(enum, f"{name}.")

    def _fields(self, message: DescriptorProto) -> Iterator[Field]:
        from google.protobuf.descriptor_pb2 import FieldDescriptorProto  # noqa: PLC0415

        for one in message.field:
            kind = FieldDescriptorProto.Type.Name(one.type).removeprefix("TYPE_").lower()
            full = one.type_name.lstrip(".")
            if full in self.entries:
                kind = MAP
            in_oneof = one.HasField("oneof_index") and not one.proto3_optional
            repeated = one.label == one.LABEL_REPEATED
            scalar = kind not in {MAP, MESSAGE, GROUP, "string", "bytes"}
            packed = repeated and scalar and (one.options.packed or not (self.proto2 or one.options.HasField("packed")))
            oneof = message.oneof_decl[one.oneof_index].name if in_oneof else ""
            utf8 = kind == "string" and not self.proto2
            yield Field(one.number, one.name, kind, self._label(one, in_oneof), full, oneof, packed, utf8)

    def _label(self, one, in_oneof: bool) -> Label:  # type: ignore[no-untyped-def]
        """As it is written: a singular field of proto3 has none."""
        if one.label == one.LABEL_REPEATED:
            return Label.REPEATED
        if one.label == one.LABEL_REQUIRED:
            return Label.REQUIRED
        return Label.OPTIONAL if one.proto3_optional or (self.proto2 and not in_oneof) else Label.NONE

    def _enum(self, enum: EnumDescriptorProto, prefix: str) -> None:
        constants = tuple(Constant(one.name, one.number) for one in enum.value)
        reserved = Reserved(tuple((one.start, one.end) for one in enum.reserved_range), frozenset(enum.reserved_name))
        self.enums[prefix + enum.name] = Enumeration(prefix + enum.name, constants, reserved, closed=self.proto2)
