"""One walk over pairs of messages: every difference, also those that do not break.

messages     of the file by name, and those nested in them; of imports where a field has them as its type
fields       by number; a field that is gone, came, or changed its name, type or label
types        scalars by class (an enum is a number), maps by key and value, messages by their name in their file
labels       singular or repeated; required or not; explicit presence or none

class            members
general          int32, int64, uint32, uint64, bool, every enum: one varint
signed           sint32, sint64: a varint in zigzag
fixed 32, 64     fixed32, sfixed32; fixed64, sfixed64
float; double    each alone
text             string, bytes

Which of it breaks says the dialect. Sources: protobuf.dev, Updating A Message Type; Confluent Schema Registry,
compatibility rules of its Protobuf provider, and its answers.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from nilometer_models.schema.difference import Difference, Severity
from nilometer_models.schema.fixpoint import All, Child, Formula, Local, Solution, differences, greatest
from nilometer_models.schema.protobuf.dialects import CONFLUENT, Dialect, Kind
from nilometer_models.schema.protobuf.nodes import (
    ENUM,
    FIXED32,
    FIXED64,
    GROUP,
    MAP,
    MESSAGE,
    TEXT,
    VARINT,
    ZIGZAG,
    Enumeration,
    Field,
    Label,
    Message,
    Schema,
)
from nilometer_models.schema.protobuf.oneofs import moves

Pair: TypeAlias = tuple[str, str]
"""Full names of the reader's message and the writer's."""
ROOT: Pair = ("", "")
"""The two files."""
CLASSES = ((*VARINT, ENUM), ZIGZAG, FIXED32, FIXED64, ("float",), ("double",), TEXT)
CLASS_OF = {scalar: number for number, members in enumerate(CLASSES) for scalar in members}


class Walk:
    """The rules under a dialect, for one reader and one writer. Mutants override single methods."""

    def __init__(self, dialect: Dialect, reader: Schema, writer: Schema) -> None:
        self.dialect = dialect
        self.reader = reader if dialect.groups else reader.without_groups()
        self.writer = writer if dialect.groups else writer.without_groups()

    def rule(self, pair: Pair) -> Formula[Pair]:
        """The formula of one pair."""
        if pair == ROOT:
            return All((*self.package(), *self.top_messages(), *self.enums(), *self.calls()))
        reader, writer = self.reader.messages[pair[0]], self.writer.messages[pair[1]]
        return All((*self.nested(reader, writer), *self.fields(reader, writer), *self.oneofs(reader, writer)))

    def differs(self, kind: Kind, sentence: str, reader: str = "", writer: str = "") -> Local:
        """One difference; the dialect says whether it breaks."""
        severity = Severity.BREAKING if kind in self.dialect.breaking else Severity.HARMLESS
        return Local(Difference(kind, sentence, reader, writer, severity))

    def package(self) -> Iterator[Formula[Pair]]:
        """The file's."""
        if self.reader.package != self.writer.package:
            yield self.differs(Kind.PACKAGE, f"{self.writer.package or 'none'} is now {self.reader.package or 'none'}")

    def top_messages(self) -> Iterator[Formula[Pair]]:
        """Of the two files, by name."""
        return self.same_names(self.reader.top, self.writer.top)

    def nested(self, reader: Message, writer: Message) -> Iterator[Formula[Pair]]:
        """In two messages, by name."""
        return self.same_names(reader.nested, writer.nested)

    def same_names(self, readers: tuple[str, ...], writers: tuple[str, ...]) -> Iterator[Formula[Pair]]:
        """Messages of one scope."""
        known = {_simple(full): full for full in readers}
        written = {_simple(full): full for full in writers}
        for name, full in written.items():
            if name in known:
                yield Child((known[name], full), f"/{name}", f"/{name}")
            else:
                empty = not self.writer.messages[full].fields
                kind = Kind.EMPTY_MESSAGE_REMOVED if empty else Kind.MESSAGE_REMOVED
                yield self.differs(kind, f"the reader has no message {name}", "", f"/{name}")
        for name in known.keys() - written.keys():
            yield self.differs(Kind.MESSAGE_ADDED, f"the writer has no message {name}", f"/{name}", "")

    def fields(self, reader: Message, writer: Message) -> Iterator[Formula[Pair]]:
        """All fields, in oneofs or not, by number."""
        for written in writer.fields:
            found = self.field_of(reader, written)
            if found == written and not written.type:
                continue  # the same scalar under the same name: most fields of most pairs
            if found is None:
                yield from self.removed(reader, written)
            elif self.compared(found, written):
                yield from self.field(found, written)
            else:
                yield from self.moved(found, written)
            again = reader.by_name.get(written.name)
            if again is not None and again.number != written.number:
                told = f"{written.name} had number {written.number} and has {again.number}"
                yield self.differs(Kind.FIELD_RENUMBERED, told, f"/{again.number}", f"/{written.number}")
        for one in reader.fields:
            if self.field_of(writer, one) is None:
                yield from self.added(one, writer)
        yield from self.reserved(reader, writer)

    def field_of(self, message: Message, other: Field) -> Field | None:
        """The field of the same number: names are not on the wire."""
        return message.by_number.get(other.number)

    def compared(self, reader: Field, writer: Field) -> bool:
        """By container, a field that moved into a oneof, out of it or to another is not compared."""
        return not self.dialect.by_container or reader.oneof == writer.oneof

    def moved(self, reader: Field, writer: Field) -> Iterator[Formula[Pair]]:
        """What is not compared. Run: a required field that was a member is one more; the other way it is nothing."""
        if reader.label is Label.REQUIRED:
            at = f"/{writer.number}"
            yield self.differs(Kind.REQUIRED_ADDED, f"{reader.name} was in a oneof, and is required", at, at)

    def removed(self, reader: Message, field: Field) -> Iterator[Formula[Pair]]:
        """The reader has no such number."""
        number, name = reader.reserved.has(field.number), field.name in reader.reserved.names
        kind = Kind.FIELD_REMOVED
        if number:
            kind = Kind.FIELD_REMOVED_RESERVED if name else Kind.FIELD_REMOVED_NUMBER
        told = f"the reader has no field {field.number} ({field.name})"
        yield self.differs(kind, told, "", f"/{field.number}")
        if field.label is Label.REQUIRED:
            yield self.differs(Kind.REQUIRED_REMOVED, f"{told}, which was required", "", f"/{field.number}")

    def added(self, field: Field, writer: Message) -> Iterator[Formula[Pair]]:
        """The writer has no such number."""
        told, at = f"the writer has no field {field.number} ({field.name})", f"/{field.number}"
        kind = Kind.REQUIRED_ADDED if field.label is Label.REQUIRED else Kind.FIELD_ADDED
        yield self.differs(kind, told, at, "")
        if writer.reserved.has(field.number) or field.name in writer.reserved.names:
            yield self.differs(Kind.RESERVED_USED, f"{told}, and had reserved it", at, "")

    def reserved(self, reader: Message, writer: Message) -> Iterator[Formula[Pair]]:
        """What was reserved stays so."""
        for first, last in writer.reserved.ranges:
            if not _covered(first, last, reader.reserved.ranges):
                words = f"{first} to {last}" if last > first else str(first)
                yield self.differs(Kind.RESERVED_REMOVED, f"{words} was reserved and is not")
        for name in sorted(writer.reserved.names - reader.reserved.names):
            yield self.differs(Kind.RESERVED_REMOVED, f"{name} was reserved and is not")

    def field(self, reader: Field, writer: Field) -> Iterator[Formula[Pair]]:
        """Two fields of one number."""
        at = f"/{writer.number}"
        if reader.name != writer.name:
            kind = Kind.MAP_RENAMED if reader.kind == writer.kind == MAP else Kind.FIELD_RENAMED
            yield self.differs(kind, f"{writer.name} is now {reader.name}", at, at)
        yield from self.types(reader, writer, at)
        yield from self.labels(reader, writer, at)

    def types(self, reader: Field, writer: Field, at: str) -> Iterator[Formula[Pair]]:
        """Kind first, then what the kind says."""
        told = f"the reader's {self.reader.name_of(reader)} reads the writer's {self.writer.name_of(writer)}"
        if _sort(reader) != _sort(writer):
            yield self.differs(Kind.FIELD_KIND, told, at, at)
        elif reader.kind == MAP:
            entries = self.reader.messages[reader.type].fields, self.writer.messages[writer.type].fields
            for step, key, other in zip(("/key", "/value"), *entries, strict=True):
                yield from self.types(key, other, at + step)
        elif reader.kind in {MESSAGE, GROUP}:
            yield self.message_type(reader.type, writer.type, told, at)
        else:
            kind = self.scalar(reader, writer)
            if kind is not None:
                yield self.differs(kind, told, at, at)

    def message_type(self, reader: str, writer: str, told: str, at: str) -> Formula[Pair]:
        """Types of one name in their files; of imports they are compared here, as nobody else does."""
        if _simple(reader) != _simple(writer):
            return self.differs(Kind.MESSAGE_NAME, told, at, at)
        if self.reader.local_name(reader) != self.writer.local_name(writer):
            return self.differs(Kind.MESSAGE_PLACE, told, at, at)
        if reader in self.reader.local and writer in self.writer.local:
            return All()
        below: Child[Pair] = Child((reader, writer), at, at)
        return below if reader == writer else All((below, self.differs(Kind.MESSAGE_PACKAGE, told, at, at)))

    def scalar(self, reader: Field, writer: Field) -> Kind | None:
        """None: the same."""
        kinds = {reader.kind, writer.kind}
        if CLASS_OF[reader.kind] != CLASS_OF[writer.kind]:
            return Kind.SCALAR_CLASS
        if kinds == {ENUM}:
            alike = self.reader.local_part(reader.type) == self.writer.local_part(writer.type)
            return None if alike else Kind.ENUM_TYPE
        if len(kinds) == 1:
            return None
        if kinds == set(TEXT):
            return Kind.STRING_TO_BYTES if reader.kind == "bytes" else Kind.BYTES_TO_STRING
        return Kind.ENUM_NUMBER if ENUM in kinds else Kind.SCALAR

    def labels(self, reader: Field, writer: Field, at: str) -> Iterator[Formula[Pair]]:
        """How many values, whether one must be there, whether its absence is seen."""
        both = {reader.label, writer.label}
        number = reader.kind in CLASS_OF and reader.kind not in TEXT
        written = Label.NONE not in both
        if len(both) == 1:
            return
        told = f"{writer.label.value or 'no label'} is now {reader.label.value or 'no label'}"
        if Label.REPEATED in both:
            kinds = Kind.REPEATED_NUMBER_WRITTEN, Kind.REPEATED_NUMBER, Kind.REPEATED_OTHER
        elif Label.REQUIRED in both:
            kinds = Kind.REQUIRED_NUMBER_WRITTEN, Kind.REQUIRED_NUMBER, Kind.REQUIRED_OTHER
        elif reader.oneof != writer.oneof:
            return  # a member of a oneof has no label; that it moved is told as such
        else:
            kinds = Kind.PRESENCE_NUMBER, Kind.PRESENCE_NUMBER, Kind.PRESENCE_OTHER
        yield self.differs(kinds[2] if not number else kinds[0] if written else kinds[1], told, at, at)

    def oneofs(self, reader: Message, writer: Message) -> Iterator[Formula[Pair]]:
        """Fields that moved in, out or away."""
        for kind, sentence, number in moves(reader, writer, by_container=self.dialect.by_container):
            yield self.differs(kind, sentence, f"/{number}", f"/{number}")

    def enums(self) -> Iterator[Formula[Pair]]:
        """Of the two files, by their name without the package; constants by number."""
        known = {self.reader.local_part(full): self.reader.enums[full] for full in self.reader.own_enums}
        for full in self.writer.own_enums:
            name = self.writer.local_part(full)
            if name in known:
                yield from self.constants(known[name], self.writer.enums[full], "/" + name.replace(".", "/"))
            else:
                yield self.differs(Kind.ENUM_REMOVED, f"the reader has no enum {name}", "", f"/{name}")

    def constants(self, reader: Enumeration, writer: Enumeration, at: str) -> Iterator[Formula[Pair]]:
        """Removed, renamed and added ones."""
        for number in sorted(writer.numbers - reader.numbers):
            reserved = reader.reserved.has(number)
            kind = Kind.CONSTANT_REMOVED_RESERVED if reserved else Kind.CONSTANT_REMOVED
            yield self.differs(kind, f"the reader has no constant {number}", at, at)
        for number in sorted(writer.numbers & reader.numbers):
            names = [{one.name for one in side.constants if one.number == number} for side in (reader, writer)]
            if not names[0] & names[1]:
                yield self.differs(Kind.CONSTANT_RENAMED, f"constant {number} has another name", at, at)
        for number in sorted(reader.numbers - writer.numbers):
            yield self.differs(Kind.CONSTANT_ADDED, f"the writer has no constant {number}", at, at)

    def calls(self) -> Iterator[Formula[Pair]]:
        """Methods of services; nothing of them is in a record."""
        known = {(one.service, one.name): one for one in self.reader.calls}
        for one in self.writer.calls:
            other = known.get((one.service, one.name))
            if other is None:
                yield self.differs(Kind.RPC_REMOVED, f"the reader has no {one.service}.{one.name}")
            elif other != one:
                told = f"{one.service}.{one.name} was {one.request} to {one.response}"
                yield self.differs(Kind.RPC_SIGNATURE, f"{told} and is {other.request} to {other.response}")


def _simple(full: str) -> str:
    return full.rpartition(".")[2]


def _sort(field: Field) -> str:
    return field.kind if field.kind in {MAP, MESSAGE, GROUP} else "scalar"


def _covered(first: int, last: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(low <= first and last <= high for low, high in ranges)


def solve(dialect: Dialect, reader: Schema, writer: Schema, walk: type[Walk] = Walk) -> Solution[Pair]:
    """Every pair that the question depends on, and which of them hold."""
    return greatest(walk(dialect, reader, writer).rule, ROOT)


def can_read(dialect: Dialect, reader: Schema, writer: Schema) -> list[Difference]:
    """What breaks; empty: the dialect accepts the reader for what the writer may write."""
    return differences(solve(dialect, reader, writer), ROOT)


def all_differences(reader: Schema, writer: Schema, dialect: Dialect = CONFLUENT) -> list[Difference]:
    """What breaks, and what differs without breaking."""
    return differences(solve(dialect, reader, writer), ROOT, harmless=True)
