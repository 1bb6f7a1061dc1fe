"""Pairs of .proto files: a writer, and a reader made from it by a few named changes.

Files have two or three messages, one of them nested, enums, oneofs and maps; proto2 files have labels. Types refer to
each other, also to themselves, through optional or repeated fields, so that every message has a value.
All choices come from a `random.Random`: Hypothesis brings one that shrinks, a campaign a seeded one.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from nilometer_models.schema.protobuf import NotProtobuf, Schema, parse
from nilometer_models.schema.protobuf.nodes import ENUM, SCALARS
from nilometer_models.schema.protobuf.rules import CLASSES

NAMES = ("a", "b", "c", "d", "e", "f")
KEYS = ("string", "int32", "uint64", "bool")
ENUMS = ("E", "F")


@dataclass
class Written:
    """A field as it is written. `oneof` is empty for the top level."""

    number: int
    name: str
    type: str
    label: str = ""
    oneof: str = ""


@dataclass
class Record:
    """A message; `path` is its name in the file (`M.Inner`)."""

    path: str
    fields: list[Written] = field(default_factory=list)
    reserved: list[int] = field(default_factory=list)
    reserved_names: list[str] = field(default_factory=list)


@dataclass
class File:
    """A file as it is written; `text` is what protoc reads."""

    proto3: bool = True
    package: str = "p"
    records: list[Record] = field(default_factory=list)
    enums: dict[str, list[int]] = field(default_factory=dict)
    prefix: str = "C"

    @property
    def text(self) -> str:
        """In the language of .proto files."""
        lines = [f'syntax = "proto{3 if self.proto3 else 2}";', *([f"package {self.package};"] if self.package else [])]
        for name, numbers in self.enums.items():
            lines.append(f"enum {name} {{ {' '.join(f'{name}_{self.prefix}{n} = {n};' for n in numbers)} }}")
        lines += [self._record(one) for one in self.records if "." not in one.path]
        return "\n".join(lines) + "\n"

    def _record(self, record: Record) -> str:
        inside = [self._record(one) for one in self.records if one.path.rpartition(".")[0] == record.path]
        inside += [f"reserved {number};" for number in record.reserved]
        inside += [f'reserved "{name}";' for name in record.reserved_names]
        groups: dict[str, list[str]] = {}
        for one in record.fields:
            label = "" if one.oneof or one.type.startswith("map") else one.label
            if not self.proto3 and not one.oneof and not one.type.startswith("map"):
                label = label or "optional"
            groups.setdefault(one.oneof, []).append(f"{label} {one.type} {one.name} = {one.number};".strip())
        inside += groups.pop("", [])
        inside += [f"oneof {name} {{ {' '.join(members)} }}" for name, members in groups.items()]
        return f"message {record.path.rpartition('.')[2]} {{ {' '.join(inside)} }}"


@dataclass(frozen=True)
class Pair:
    """Two parsed files, their texts, and what was changed."""

    reader: Schema
    writer: Schema
    reader_text: str
    writer_text: str
    changes: tuple[str, ...]


def file(random: Random) -> File:
    """One file that protoc accepts."""
    made = File(proto3=random.random() < 0.7)
    made.enums = {"E": [0, 1, 2][: random.randint(1, 3)], "F": [0, 1]}
    made.records = [Record(path) for path in ("M", "N", "M.Inner")[: random.randint(1, 3)]]
    for record in made.records:
        for name in random.sample(NAMES, random.randint(0, 4)):
            record.fields.append(_field(random, made, NAMES.index(name) + 1, name))
    return made


def _type(random: Random, made: File) -> str:
    kind = random.choice(["scalar"] * 5 + ["enum", "message", "map"])
    if kind == "enum":
        return random.choice(ENUMS)
    if kind == "message":
        return random.choice(made.records).path
    value = random.choice([*SCALARS, *ENUMS] if kind == "map" else SCALARS)
    return f"map<{random.choice(KEYS)}, {value}>" if kind == "map" else value


def _field(random: Random, made: File, number: int, name: str) -> Written:
    written = Written(number, name, _type(random, made), _label(random, made))
    if not written.type.startswith("map") and random.random() < 0.3:
        written.oneof = random.choice(["o", "q"])
    if written.label == "required" and written.type[:1].isupper():
        written.label = "optional"
    return written


def _label(random: Random, made: File) -> str:
    labels = ["", "", "optional", "repeated"] if made.proto3 else ["optional", "optional", "repeated", "required"]
    return random.choice(labels)


def _some(random: Random, made: File) -> tuple[Record, Written] | None:
    both = [(record, one) for record in made.records for one in record.fields]
    return random.choice(both) if both else None


def renumber(random: Random, made: File, record: Record, one: Written) -> None:  # noqa: ARG001
    """Another number, free or not."""
    one.number = random.randint(1, 8)


def rename(random: Random, made: File, record: Record, one: Written) -> None:  # noqa: ARG001
    """Another name."""
    one.name = random.choice([*NAMES, "g"])


def retype_in_class(random: Random, made: File, record: Record, one: Written) -> None:  # noqa: ARG001
    """A type of the same class."""
    kind = ENUM if one.type in ENUMS else one.type
    for members in CLASSES:
        if kind in members:
            chosen = random.choice(members)
            one.type = random.choice(ENUMS) if chosen == ENUM else chosen


def retype(random: Random, made: File, record: Record, one: Written) -> None:  # noqa: ARG001
    """Any type."""
    one.type = _type(random, made)


def relabel(random: Random, made: File, record: Record, one: Written) -> None:  # noqa: ARG001
    """Any label."""
    one.label = _label(random, made)


def move(random: Random, made: File, record: Record, one: Written) -> None:  # noqa: ARG001
    """Into a oneof, out of it, or to another."""
    one.oneof = random.choice([name for name in ("", "o", "q", "r") if name != one.oneof])


def remove(random: Random, made: File, record: Record, one: Written) -> None:  # noqa: ARG001
    """A field; its number and name may be reserved."""
    record.fields.remove(one)
    if random.random() < 0.4:
        record.reserved.append(one.number)
        if random.random() < 0.5:
            record.reserved_names.append(one.name)


def add(random: Random, made: File, record: Record, one: Written) -> None:  # noqa: ARG001
    """A field."""
    record.fields.append(_field(random, made, 7, "g"))


def of_file(random: Random, made: File, record: Record, one: Written) -> None:  # noqa: ARG001
    """Package, order or presence of messages, constants of enums."""
    change = random.choice(["package", "order", "remove", "add", "constant", "constants", "names"])
    if change == "package":
        made.package = random.choice(["", "q", "p.q"])
    elif change == "order":
        random.shuffle(made.records)
    elif change == "remove":
        made.records.remove(record)
    elif change == "add":
        made.records.append(Record("Added", [Written(1, "a", "int32", "" if made.proto3 else "optional")]))
    elif change == "constant":
        made.enums["E"] = [0, *random.sample([1, 2, 7], random.randint(0, 3))]
    elif change == "constants":
        made.enums["F"] = [0, 1, 2]
    else:
        made.prefix = "D"


CHANGES: tuple[Callable[[Random, File, Record, Written], None], ...] = (
    renumber, rename, retype_in_class, retype_in_class, retype, relabel, move, move, remove, add, of_file,
)  # fmt: skip


def pair(random: Random, most: int = 3) -> Pair:
    """A writer, and a reader that is one to `most` changes away from it. A change that protoc refuses is left out."""
    old, writer = _accepted(random)
    new, reader, told = old, writer, []
    for _ in range(random.randint(1, most)):
        tried = copy.deepcopy(new)
        chosen = _some(random, tried)
        if chosen is None:
            break
        change = random.choice(CHANGES)
        change(random, tried, *chosen)
        try:
            reader = parse(tried.text)
        except NotProtobuf:
            continue
        new = tried
        told.append(change.__name__)
    return Pair(reader, writer, new.text, old.text, tuple(told))


def _accepted(random: Random) -> tuple[File, Schema]:
    made = file(random)
    try:
        return made, parse(made.text)
    except NotProtobuf:
        made.records = made.records[:1]
        for one in made.records[0].fields:
            one.type, one.oneof = "int32", ""
        return made, parse(made.text)
