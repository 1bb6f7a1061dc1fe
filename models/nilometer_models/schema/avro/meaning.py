"""What a decoder makes of a value that another schema wrote, as the specification says; grades; a value that fails.

grade       holds when for every value of the writer
NONE        (some value has no meaning for the reader)
DEFINED     reading does not fail
FAITHFUL    and the result is what the specification promises; numbers may be rounded, symbols become a default
LOSSLESS    and no leaf that the reader declares has lost anything

"Compatible" by rules promises DEFINED, with one known exception: bytes that are no UTF-8 read as text. A logical type
that changed (a decimal's scale) is DEFINED only: no rule looks at it, and the number is another one.

Source: Avro 1.12 specification, Schema Resolution. A union of the reader takes the first branch that reads the writer's
schema, of the same type before promotions (`Walk.preference`). Where decoders are known to go
different ways, the value is marked (`Mark`).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import Enum, IntEnum
from random import Random

from nilometer_models.schema.avro.dialects import AVRO_JAVA, Dialect, Kind
from nilometer_models.schema.avro.nodes import (
    Array,
    Enumeration,
    Field,
    Fixed,
    Json,
    Map,
    Named,
    Node,
    Primitive,
    Record,
    Schema,
    Union,
)
from nilometer_models.schema.avro.parse import fits
from nilometer_models.schema.avro.rules import PROMOTIONS, Pair, Walk, all_differences, same_decimal
from nilometer_models.schema.avro.values import Uninhabited, Value, Values
from nilometer_models.schema.fixpoint import greatest

TRIES = 200
ENOUGH = 12


class Undefined(Exception):
    """The value has no meaning for the reader."""

    def __init__(self, kind: Kind, sentence: str) -> None:
        super().__init__(sentence)
        self.kind = kind


class Mark(Enum):
    """Where decoders may differ from the specification, or from each other."""

    BRANCH = "another branch of a reader's union may be taken"
    """Several could read it, or a named type has another full name than its branch: Java's decoder wants an enum's or
    fixed's full name, fastavro's looks at simple names alone."""
    ALIAS = "an alias of a field in a record of another namespace"
    """Java's decoder looks for aliases of fields under the record's full name."""
    DEFAULT = "a field takes its default"


class Grade(IntEnum):
    """How much of what was written reaches the reader."""

    NONE = 0
    DEFINED = 1
    FAITHFUL = 2
    LOSSLESS = 3


LIMITS = {
    Kind.NOT_UTF8: Grade.NONE, Kind.ENUM_SYMBOLS: Grade.NONE, Kind.LOGICAL: Grade.DEFINED,
    Kind.LOSSY_NUMBER: Grade.FAITHFUL, Kind.ENUM_DEFAULT: Grade.FAITHFUL,
}  # fmt: skip
"""The best grade that a pair with such a difference can have."""


class Meaning:
    """Reads values of one writer for one reader."""

    def __init__(self, reader: Schema, writer: Schema, dialect: Dialect = AVRO_JAVA) -> None:
        self.reader = reader
        self.writer = writer
        self.walk = Walk(dialect, reader, writer)
        self.solution = greatest(self.walk.rule, self.walk.root, everything=True)
        self.marks: set[Mark] = set()
        """What the last value met on its way."""

    @property
    def compatible(self) -> bool:
        """By the rules."""
        return self.solution.holds(self.walk.root)

    def read(self, value: Value) -> Value:
        """The value as the reader has it, without branches of unions; raises `Undefined`."""
        self.marks = set()
        return self._read(self.walk.root, value)

    def _read(self, pair: Pair, value: Value) -> Value:
        reader, writer = self.reader[pair[0]], self.writer[pair[1]]
        if isinstance(writer, Union):
            return self._read((pair[0], writer.branches[value.branch]), value.value)
        if isinstance(reader, Union):
            return self._read((self._branch(reader, pair[1]), pair[1]), value)
        if self.walk.dialect.decimals and same_decimal(reader, writer):
            return value
        return self._plain(reader, writer, value)

    def _branch(self, union: Union, writer: int) -> int:
        """The branch that reads the writer's node."""
        order = sorted(union.branches, key=lambda branch: self.walk.preference(branch, writer))
        able = [branch for branch in order if self.solution.holds((branch, writer))]
        if not able:
            raise Undefined(Kind.UNION_BRANCH, f"no branch reads {self.writer.name_of(writer)}")
        found = able[0]
        if len(able) > 1 or self._name_doubtful(union, found, writer):
            self.marks.add(Mark.BRANCH)
        return found

    def _name_doubtful(self, union: Union, found: int, writer: int) -> bool:
        chosen, written = self.reader[found], self.writer[writer]
        if not isinstance(written, Record | Enumeration | Fixed):
            return False
        assert isinstance(chosen, Record | Enumeration | Fixed)
        nodes = [self.reader[branch] for branch in union.branches]
        simple = [node.name.simple for node in nodes if isinstance(node, Record | Enumeration | Fixed)]
        return chosen.name != written.name or simple.count(written.name.simple) > 1

    def _plain(self, reader: Node, writer: Node, value: Value) -> Value:
        match reader, writer:
            case Primitive(to), Primitive(source):
                return promoted(to, source, value)
            case Array(items), Array(others):
                return [self._read((items, others), one) for one in value]
            case Map(values), Map(others):
                return {key: self._read((values, others), one) for key, one in value.items()}
            case Fixed(), Fixed():
                self._same_name(reader, writer, Kind.NAME)
                if reader.size != writer.size:
                    raise Undefined(Kind.FIXED_SIZE, f"{writer.size} bytes are read as {reader.size}")
                return value
            case Enumeration(), Enumeration():
                self._same_name(reader, writer, Kind.NAME)
                symbol = value if value in reader.symbols else self.walk.enum_default(reader)
                if symbol is None:
                    raise Undefined(Kind.ENUM_SYMBOLS, f"{reader.name} has no {value}")
                return symbol
            case Record(), Record():
                return self._record(reader, writer, value)
        raise Undefined(Kind.TYPE, f"{writer.kind} is read as {reader.kind}")

    def _same_name(self, reader: Named, writer: Named, kind: Kind) -> None:
        if kind in self.walk.dialect.breaking and not self.walk.names_match(reader, writer):
            raise Undefined(kind, f"{writer.name} is not {reader.name}")

    def _record(self, reader: Record, writer: Record, value: Value) -> Value:
        self._same_name(reader, writer, Kind.RECORD_NAME)
        return {field.name: self._field(reader, field, writer, value) for field in reader.fields}

    def _field(self, reader: Record, field: Field, writer: Record, value: Value) -> Value:
        hits = self.walk.writer_fields(field, writer)
        if len(hits) > 1:
            raise Undefined(Kind.AMBIGUOUS_FIELD, f"{field.name} is more than one of the writer's fields")
        if hits:
            if hits[0][1].name != field.name and writer.name not in (reader.name, *reader.aliases):
                self.marks.add(Mark.ALIAS)
            return self._read((field.type, hits[0][1].type), value[hits[0][1].name])
        if field.default is None or not self.walk.has_default(field):
            raise Undefined(Kind.DEFAULT, f"{field.name} was not written, and has no default")
        self.marks.add(Mark.DEFAULT)
        return default_value(self.reader, field.type, field.default.value)


def promoted(reader: str, writer: str, value: Value) -> Value:
    """A primitive as another one."""
    if reader == writer:
        return value
    if writer not in PROMOTIONS.get(reader, ()):
        raise Undefined(Kind.TYPE, f"{writer} is read as {reader}")
    match reader:
        case "float":
            return nearest_float(value)
        case "double":
            return float(value)
        case "bytes":
            return value.encode()
        case "string":
            try:
                return value.decode()
            except UnicodeDecodeError:
                raise Undefined(Kind.NOT_UTF8, f"{value!r} is no UTF-8") from None
    return value


def nearest_float(number: int) -> float:
    """The nearest single-precision number, ties to even; rounded once, where `float(n)` first would round twice."""
    excess = max(0, abs(number).bit_length() - 24)
    kept, rest = divmod(abs(number), 1 << excess)
    half = (1 << excess) >> 1
    if excess and (rest > half or (rest == half and kept & 1)):
        kept += 1
    return float(kept << excess) * (-1 if number < 0 else 1)


def default_value(schema: Schema, index: int, value: Json) -> Value:
    """What a default stands for; of a union, a value of the first branch that it fits."""
    node = schema[index]
    match node, value:
        case Union(branches), _:
            branch = next(branch for branch in branches if fits(schema, branch, value, any_branch=True))
            return default_value(schema, branch, value)
        case Array(items), list():
            return [default_value(schema, items, one) for one in value]
        case Map(values), dict():
            return {key: default_value(schema, values, one) for key, one in value.items()}
        case Record(fields=fields), dict():
            found: dict[str, Value] = {}
            for field in fields:
                if field.name in value:
                    found[field.name] = default_value(schema, field.type, value[field.name])
                else:
                    assert field.default is not None
                    found[field.name] = default_value(schema, field.type, field.default.value)
            return found
        case Primitive("float"), int() | float():
            return _floating("<f", value)
        case Primitive("double"), int() | float():
            return _floating("<d", value)
        case ((Primitive("bytes") | Fixed()), str()):
            return value.encode("latin-1")
    return value


def _floating(form: str, number: int | float) -> float:
    """As that format has it; beyond its range, infinity."""
    try:
        found: float = struct.unpack(form, struct.pack(form, float(number)))[0]
    except OverflowError:
        return float("-inf" if number < 0 else "inf")
    return found


def grade(reader: Schema, writer: Schema, dialect: Dialect = AVRO_JAVA) -> Grade:
    """The best grade that holds for every value."""
    found = all_differences(reader, writer, dialect)
    if any(difference.breaks for difference in found):
        return Grade.NONE
    limits = (LIMITS.get(Kind(difference.kind), Grade.LOSSLESS) for difference in found)
    return min(limits, default=Grade.LOSSLESS)


@dataclass(frozen=True)
class Witness:
    """A value of the writer that the reader cannot read, and why."""

    value: Value
    kind: Kind
    sentence: str


def witness(
    reader: Schema, writer: Schema, random: Random, dialect: Dialect = AVRO_JAVA, tries: int = TRIES
) -> Witness | None:
    """A value that fails, the shortest of the first few; None if none was found, or the writer's type has no value."""
    meaning = Meaning(reader, writer, dialect)
    values = Values(writer, random)
    found: list[Witness] = []
    for _ in range(tries):
        try:
            value = values.draw()
        except Uninhabited:
            return None
        try:
            meaning.read(value)
        except Undefined as undefined:
            found.append(Witness(value, undefined.kind, str(undefined)))
            if len(found) == ENOUGH:
                break
    return min(found, key=lambda one: len(repr(one.value)), default=None)
