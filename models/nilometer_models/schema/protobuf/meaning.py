"""What a reader gets of what a writer wrote, as grades; judged on the types, without a registry's rules.

grade       holds when for every value of the writer
NONE        (some value cannot be parsed: text that is no UTF-8, a length that is not what is expected inside)
DEFINED     parsing does not fail
FAITHFUL    and every field that both declare is what Protobuf promises: cut to its width, the last of several
LOSSLESS    and is the value that was written

A field that only one side declares costs nothing: the reader does not declare it, or it was never written; a relay
passes it on. Protobuf fails so seldom that DEFINED says little: FAITHFUL is the useful grade. `initialised` is apart:
a required field (proto2) that the writer does not always set is parsed by some runtimes and refused by others.

written                   read as                  grade
a number                  the same class           LOSSLESS where `KEEPS` says so (proof.py), else FAITHFUL
a number                  another class            DEFINED: zigzag, other bits, or an unknown field
string / bytes            bytes / string           LOSSLESS / NONE where the reader checks UTF-8
text, packed numbers      repeated numbers, message, text       NONE: the length holds something else
repeated, unpacked        singular                 FAITHFUL: the last one; messages are merged
repeated, packed          singular number          DEFINED: an unknown field
singular                  repeated                 FAITHFUL: a list of one, or of none for zero without presence
two fields                one oneof                DEFINED: the later one only
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import IntEnum

from nilometer_models.schema.protobuf.nodes import (
    ENUM,
    FIXED32,
    FIXED64,
    GROUP,
    MAP,
    MESSAGE,
    TEXT,
    Field,
    Label,
    Message,
    Schema,
)
from nilometer_models.schema.protobuf.proof import KEEPS
from nilometer_models.schema.protobuf.rules import CLASS_OF, ROOT, Pair


class Grade(IntEnum):
    """How much of what was written reaches the reader."""

    NONE = 0
    DEFINED = 1
    FAITHFUL = 2
    LOSSLESS = 3


@dataclass(frozen=True)
class Report:
    """Of two files; `where` is the message and the field number that decided."""

    grade: Grade
    initialised: bool
    where: str = ""


def scalar_grade(reader: str, writer: str, *, utf8: bool = False) -> Grade:
    """Of one value alone. An enum is written and read as int32; that a closed one puts numbers aside is said above."""
    if writer in TEXT and reader in TEXT:
        return Grade.NONE if (writer, reader) == ("bytes", "string") and utf8 else Grade.LOSSLESS
    if CLASS_OF[reader] != CLASS_OF[writer]:
        return Grade.DEFINED
    pair = ("int32" if writer == ENUM else writer, "int32" if reader == ENUM else reader)
    kept = pair[0] == pair[1] or pair in KEEPS or pair == ("sint32", "sint64")
    return Grade.LOSSLESS if kept else Grade.FAITHFUL


def on_length(field: Field) -> bool:
    """Written with a length before it."""
    return field.kind in {*TEXT, MESSAGE, MAP} or field.packed


def numeric(field: Field) -> bool:
    """A scalar that may be packed."""
    return field.kind in CLASS_OF and field.kind not in TEXT


class Meaning:
    """Grades of all message pairs that are read for each other."""

    def __init__(self, reader: Schema, writer: Schema) -> None:
        self.reader = reader
        self.writer = writer

    def field(self, reader: Field, writer: Field) -> Grade:
        """Of one number that both declare, without what is inside of messages."""
        if reader.kind == writer.kind == GROUP or (reader.kind in {MESSAGE, MAP} and writer.kind in {MESSAGE, MAP}):
            return self.messages(reader, writer)
        if GROUP in {reader.kind, writer.kind}:
            return Grade.DEFINED
        if reader.kind in CLASS_OF and writer.kind in CLASS_OF and not self.inside_length(reader, writer):
            return min(self.scalars(reader, writer), self.labels(reader, writer))
        return self.lengths(reader, writer)

    def inside_length(self, reader: Field, writer: Field) -> bool:
        """One side has a length and the other takes what is inside of it for something else."""
        if writer.kind in TEXT:
            return reader.kind not in TEXT
        return writer.packed and (reader.kind in TEXT or _other_packed(reader, writer))

    def lengths(self, reader: Field, writer: Field) -> Grade:
        """Bytes of one thing are taken for another; where nobody looks inside they are at least parsed."""
        looked_at = reader.kind in {MESSAGE, MAP} or (reader.kind == "string" and reader.utf8)
        if on_length(writer) and (looked_at or (numeric(reader) and reader.label is Label.REPEATED)):
            return Grade.NONE
        return Grade.DEFINED

    def scalars(self, reader: Field, writer: Field) -> Grade:
        """Values, one by one."""
        grade = scalar_grade(reader.kind, writer.kind, utf8=reader.utf8)
        if reader.kind == ENUM and self.reader.enums[reader.type].closed:
            return min(grade, self.closed(reader, writer))
        return grade

    def closed(self, reader: Field, writer: Field) -> Grade:
        """Numbers that a closed enum does not know go to the unknown fields."""
        known = self.reader.enums[reader.type].numbers
        if writer.kind == ENUM and self.writer.enums[writer.type].closed:
            possible = self.writer.enums[writer.type].numbers
        else:
            possible = frozenset({0, 1}) if writer.kind == "bool" else frozenset()
        return Grade.LOSSLESS if possible and possible <= known else Grade.FAITHFUL

    def arrives(self, reader: Field, writer: Field) -> bool:
        """Every value that is written sets the reader's field."""
        aside = reader.kind == ENUM and self.reader.enums[reader.type].closed
        shown = not aside or self.closed(reader, writer) is Grade.LOSSLESS
        return shown and self.field(reader, writer) > Grade.DEFINED

    def messages(self, reader: Field, writer: Field) -> Grade:
        """Their fields are looked at as a pair of their own. A map takes the last of two entries with one key."""
        if reader.kind != writer.kind:
            return Grade.FAITHFUL if reader.label is writer.label else Grade.DEFINED
        return self.labels(reader, writer)

    def labels(self, reader: Field, writer: Field) -> Grade:
        """How many there are, and whether none is seen."""
        if Label.REPEATED not in {reader.label, writer.label}:
            return Grade.LOSSLESS if _presence(reader) or not _presence(writer) else Grade.FAITHFUL
        if reader.label is writer.label:
            return Grade.LOSSLESS
        return Grade.DEFINED if writer.packed else Grade.FAITHFUL

    def message(self, reader: Message, writer: Message) -> tuple[Grade, int, bool]:
        """Of one pair: the least grade, the number of its field, and whether all required fields are written."""
        least, where, initialised = Grade.LOSSLESS, 0, True
        for field in reader.fields:
            other = writer.by_number.get(field.number)
            if other is not None:
                found = min(self.field(field, other), self.shares(field, reader, writer))
                if found < least:
                    least, where = found, field.number
            # A required field is always there only if the writer requires it too, in a form that is read as it is.
            if field.label is Label.REQUIRED:
                initialised &= other is not None and other.label is Label.REQUIRED and self.arrives(field, other)
        return least, where, initialised

    def shares(self, field: Field, reader: Message, writer: Message) -> Grade:
        """Members of one oneof that the writer can set at once: only the later is read."""
        if not field.oneof:
            return Grade.LOSSLESS
        before = [writer.by_number[one.number] for one in reader.members[field.oneof] if one.number in writer.by_number]
        together = len(before) > 1 and (any(not one.oneof for one in before) or len({one.oneof for one in before}) > 1)
        return Grade.DEFINED if together else Grade.LOSSLESS

    def below(self, reader: Message, writer: Message) -> list[Pair]:
        """Pairs of messages that are read for each other in fields of one number."""
        kinds = {MESSAGE, MAP, GROUP}
        both = [(one, writer.by_number[one.number]) for one in reader.fields if one.number in writer.by_number]
        return [(one.type, other.type) for one, other in both if one.kind in kinds and other.kind in kinds]


def _other_packed(reader: Field, writer: Field) -> bool:
    """A list of numbers is read as a list of others: their widths differ, or varints as bytes of a fixed width."""
    return reader.label is Label.REPEATED and _wire_width(reader) != _wire_width(writer)


def _wire_width(field: Field) -> int:
    return 4 if field.kind in {*FIXED32, "float"} else 8 if field.kind in {*FIXED64, "double"} else 0


def _presence(field: Field) -> bool:
    """An absent value is not the same as a zero one."""
    return field.label is not Label.NONE or bool(field.oneof) or field.kind in {MESSAGE, GROUP}


def report(reader: Schema, writer: Schema) -> Report:
    """The least grade over all messages of the writer's file that the reader has too."""
    meaning = Meaning(reader, writer)
    waiting = deque(_roots(reader, writer))
    seen: set[Pair] = {ROOT}
    least = Report(Grade.LOSSLESS, initialised=True)
    while waiting:
        pair = waiting.popleft()
        if pair in seen:
            continue
        seen.add(pair)
        one, other = reader.messages[pair[0]], writer.messages[pair[1]]
        grade, number, initialised = meaning.message(one, other)
        where = f"{one.local}/{number}" if grade < least.grade else least.where
        least = Report(min(grade, least.grade), initialised and least.initialised, where)
        waiting.extend(meaning.below(one, other))
    return least


def _roots(reader: Schema, writer: Schema) -> list[Pair]:
    """Messages of the two files that have the same name in them, nested ones too."""
    known = {reader.messages[full].local: full for full in reader.messages if full in reader.local}
    written = {writer.messages[full].local: full for full in writer.messages if full in writer.local}
    return [(known[local], full) for local, full in written.items() if local in known]
