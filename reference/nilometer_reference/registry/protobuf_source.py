"""Text of a .proto file, or a FileDescriptorProto in base64, to a descriptor; by protoc, in the process of the worker.

    text         ──▶ protoc ──▶ descriptor, entries of maps behind the other nested messages
    descriptor   ──▶ text   ──▶ the same way, so that a descriptor is accepted if and only if its text is

Payloads count nested messages by place, and who counts in the text does not see the entry of a `map<>`. So those
entries come last. An entry that is written out (`option map_entry = true`, which protoc refuses) keeps its place: it is
given to protoc as a plain message with a mark. Files may import what they refer to, and what needs no reference:
google/protobuf/*, google/type/*, confluent/*. protoc refuses messages that are nested more than 31 deep.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
import sys
from collections.abc import Iterator, Mapping
from importlib import resources, util
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from nilometer_reference.registry.protobuf_imports import CONFLUENT
from nilometer_reference.registry.protobuf_text import print_file

if TYPE_CHECKING:
    from google.protobuf.descriptor_pb2 import DescriptorProto, FileDescriptorProto

MAIN: Final = "__main__.proto"
COMPLAINTS_MAX: Final = 2_000
IMPORTABLE: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./+ -]{0,199}")
"""It becomes the name of a file and a word of a command: no option, no file of arguments."""
_MAP_ENTRY: Final = re.compile(
    r""""(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|//[^\n]*|/\*.*?\*/|(\boption\s+map_entry\s*=\s*true\s*;)""", re.DOTALL
)
_NUMBER: Final = re.compile(r"0[xX][0-9a-fA-F]{1,16}|[0-9]{1,16}")
_WARNING: Final = re.compile(r"[WI]\d{4} |WARNING: |.*: warning: ")
_KEY_TYPES: Final = frozenset({3, 4, 5, 6, 7, 8, 9, 13, 15, 16, 17, 18})
_OPTIONAL: Final = 1
Files = dict[str, "FileDescriptorProto"]
"""By the name that they are imported by, each after those that it imports."""


class NotProtobuf(Exception):
    """This text is no Protobuf schema; the words are protoc's, or ours where it was not asked."""


class Source:
    """Reads texts. `place` is a directory of its own."""

    def __init__(self, place: Path) -> None:
        self._source, self._given = place / "source", place / "given"
        self._made, self._said = place / "made", place / "said"
        standard = resources.files("grpc_tools") / "_proto"
        self._paths = [f"-I{standard}"]
        types = util.find_spec("google.type")
        if types is not None and types.submodule_search_locations:
            self._paths.append(f"-Igoogle/type={next(iter(types.submodule_search_locations))}")

    def read(
        self, text: str, references: Mapping[str, str], *, normalize: bool | None = None
    ) -> tuple[str, list[FileDescriptorProto]]:
        """Canonical text, if `normalize` says which, and descriptors: the file last, each after those that it imports.
        Raises NotProtobuf.
        """
        known: Files = {}
        for name, written in references.items():
            if not IMPORTABLE.fullmatch(name) or ".." in PurePosixPath(name).parts or name == MAIN:
                raise NotProtobuf(f"{name!r:.200} is no name to import")
            self._add(name, written, known)
        file = self._add(MAIN, text, known)
        del known[MAIN]
        needed = list(_needed(file, known))
        printed = "" if normalize is None else _printed(file, needed, normalize=normalize)
        return printed, [*needed, file]

    def _add(self, name: str, text: str, known: Files) -> FileDescriptorProto:
        """Add the file, and what it imports without a reference."""
        described = _described(text)
        if described is not None:
            for wanted in described.dependency:
                self._import(wanted, known)
            described.name = name
            text = _printed(described, list(_needed(described, known)), normalize=False)
        for usual in CONFLUENT:
            if f'"{usual}"' in text or f"'{usual}'" in text:
                self._import(usual, known)
        marked, mark = _marked(text)
        made = self._protoc(name, marked, known)
        for one in made:
            known.setdefault(one.name, one)
        file = known[name] = made[-1]
        for message in file.message_type:
            _place_entries(message, mark)
        return file

    def _import(self, name: str, known: Files) -> None:
        if name in known:
            return
        if not IMPORTABLE.fullmatch(name):
            raise NotProtobuf(f"{name!r:.200} is no name to import")
        if name in CONFLUENT:
            self._add(name, CONFLUENT[name], known)
        else:
            for one in self._protoc(MAIN, f'syntax = "proto3"; import "{name}";', known)[:-1]:
                known.setdefault(one.name, one)

    def _protoc(self, name: str, text: str, known: Files) -> list[FileDescriptorProto]:
        from google.protobuf.descriptor_pb2 import FileDescriptorSet  # noqa: PLC0415 - an extra
        from grpc_tools import protoc  # noqa: PLC0415

        self._source.write_text(text, encoding="utf-8")
        self._made.unlink(missing_ok=True)
        paths = [f"-I{name}={self._source}", *self._paths]
        command = ["protoc", *paths, "--include_imports", f"--descriptor_set_out={self._made}", name]
        if known:
            self._given.write_bytes(FileDescriptorSet(file=known.values()).SerializeToString())
            command.insert(1, f"--descriptor_set_in={self._given}")
        with self._said.open("wb") as said:
            failed = _run(protoc.main, command, said.fileno())
        if failed:
            raise NotProtobuf(self._complaints(name))
        return list(FileDescriptorSet.FromString(self._made.read_bytes()).file)

    def _complaints(self, name: str) -> str:
        """protoc's words, without its warnings and without the place where the file stood."""
        said = self._said.read_text(errors="replace")
        lines = [line.replace(str(self._source), name).removeprefix(f"{MAIN}:") for line in said.splitlines()]
        return (
            "; ".join(line for line in lines if line and not _WARNING.match(line))[:COMPLAINTS_MAX]
            or "protoc refuses it"
        )


def _run(main: Any, command: list[str], said: int) -> int:
    """protoc writes its complaints to file descriptor 2. The worker has one thread, nobody else writes there."""
    sys.stderr.flush()
    kept = os.dup(2)
    try:
        os.dup2(said, 2)
        return int(main(command))
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def _described(text: str) -> FileDescriptorProto | None:
    """A serialized descriptor in base64, as clients send it; None for anything else."""
    from google.protobuf.descriptor_pb2 import FileDescriptorProto  # noqa: PLC0415
    from google.protobuf.message import DecodeError  # noqa: PLC0415

    try:
        return FileDescriptorProto.FromString(base64.b64decode(text.strip(), validate=True))
    except (binascii.Error, ValueError, DecodeError):
        return None


def _printed(file: FileDescriptorProto, imports: list[FileDescriptorProto], *, normalize: bool) -> str:
    try:
        return print_file(file, imports, normalize=normalize)
    except (ValueError, KeyError, RecursionError) as error:
        raise NotProtobuf(str(error)) from error


def _needed(file: FileDescriptorProto, known: Files) -> Iterator[FileDescriptorProto]:
    """What a file imports, directly or not, each after those that it imports."""
    wanted, queue = set(), list(file.dependency)
    while queue:
        name = queue.pop()
        if name not in wanted and name in known:
            wanted.add(name)
            queue += known[name].dependency
    return (one for name, one in known.items() if name in wanted)


def _marked(text: str) -> tuple[str, int]:
    """Entries that are written out are marked by a reserved number that the text does not hold."""
    taken = {int(one, 16) if "x" in one.lower() else int(one) for one in _NUMBER.findall(text)}
    mark = next(number for number in range((1 << 29) - 1, 0, -1) if number not in taken)
    return _MAP_ENTRY.sub(lambda found: f"reserved {mark};" if found[1] else found[0], text), mark


def _place_entries(message: DescriptorProto, mark: int) -> None:
    """Entries that protoc made go behind the other nested messages; those that are marked become entries."""
    made = [one for one in message.nested_type if one.options.map_entry]
    others = [one for one in message.nested_type if not one.options.map_entry]
    if made and others:
        copies = [type(one).FromString(one.SerializeToString()) for one in (*others, *made)]
        del message.nested_type[:]
        message.nested_type.extend(copies)
    for one in message.nested_type:
        kept = [each for each in one.reserved_range if each.start != mark]
        if len(kept) != len(one.reserved_range):
            del one.reserved_range[:]
            one.reserved_range.extend(kept)
            _check_entry(one)
            one.options.map_entry = True
        elif not one.options.map_entry:
            _place_entries(one, mark)


def _check_entry(entry: DescriptorProto) -> None:
    shape = [(one.number, one.name, one.label, one.HasField("oneof_index")) for one in entry.field]
    is_entry = shape == [(1, "key", _OPTIONAL, False), (2, "value", _OPTIONAL, False)]
    if not is_entry or entry.field[0].type not in _KEY_TYPES or entry.nested_type or entry.enum_type or entry.extension:
        raise NotProtobuf(f"{entry.name} has the option map_entry, and is no entry of a map")
