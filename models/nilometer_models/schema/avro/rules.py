"""One walk over pairs of Avro nodes: every difference, also those that do not break.

R                  W                  compatible when
any                union              R reads every branch of W
union              no union           some branch of R reads W
long               int                always; float reads int and long; double reads int, long and float
bytes, string      string, bytes      always, both ways
array, map         array, map         items, values
fixed              fixed              names match, sizes are equal
enum               enum               names match; R has all symbols of W, or a default
record             record             names match; each field of R has a readable field in W, or a default
same primitive                        always
anything else                         never

Names match when their simple names are equal, or W's full name is an alias of R. Only the reader's aliases count. A
writer's field belongs to a reader's field of that name or alias. Source: Avro 1.12 specification, Schema Resolution;
`org.apache.avro.SchemaCompatibility`. Its places (`/fields/0/type`) and kinds are kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from nilometer_models.schema.avro.dialects import AVRO_JAVA, Dialect, Kind
from nilometer_models.schema.avro.nodes import (
    Array,
    Enumeration,
    Field,
    Fixed,
    Logical,
    Map,
    Named,
    Node,
    Primitive,
    Record,
    Schema,
    Union,
)
from nilometer_models.schema.avro.parse import DECIMAL
from nilometer_models.schema.difference import Difference, Severity
from nilometer_models.schema.fixpoint import All, Child, Either, Formula, Local, Solution, differences, greatest

Pair: TypeAlias = tuple[int, int]
"""Index of the reader's node, index of the writer's."""

PROMOTIONS = {
    "long": ("int",), "float": ("int", "long"), "double": ("int", "long", "float"), "bytes": ("string",),
    "string": ("bytes",),
}  # fmt: skip
"""Reader -> writers of another type that it reads."""
LOSSY = {("float", "int"), ("float", "long"), ("double", "long")}


class Walk:
    """The rules under a dialect, for one reader and one writer. Mutants override single methods."""

    def __init__(self, dialect: Dialect, reader: Schema, writer: Schema) -> None:
        self.dialect = dialect
        self.reader = reader
        self.writer = writer

    @property
    def root(self) -> Pair:
        """What is asked."""
        return self.reader.root, self.writer.root

    def rule(self, pair: Pair) -> Formula[Pair]:
        """The formula of one pair."""
        reader, writer = self.reader[pair[0]], self.writer[pair[1]]
        if isinstance(writer, Union):
            return self.writer_union(pair, writer)
        if isinstance(reader, Union):
            return self.reader_union(pair, reader)
        if self.dialect.decimals and same_decimal(reader, writer):
            return self.differs(Kind.DECIMAL, f"{self._words(pair)}, of the same precision and scale")
        formula = self.plain(pair, reader, writer)
        if _logical(reader) != _logical(writer):
            told = f"the reader has {_logical_name(reader)}, the writer {_logical_name(writer)}"
            return All((formula, self.differs(Kind.LOGICAL, told)))
        return formula

    def plain(self, pair: Pair, reader: Node, writer: Node) -> Formula[Pair]:
        """Neither is a union."""
        match reader, writer:
            case Primitive(to), Primitive(source):
                return self.primitive(to, source)
            case Array(items), Array(others):
                return Child((items, others), "/items", "/items")
            case Map(values), Map(others):
                return Child((values, others), "/values", "/values")
            case Fixed(), Fixed():
                return All((self.names(reader, writer), self.size(reader, writer)))
            case Enumeration(), Enumeration():
                return All((self.names(reader, writer), self.symbols(reader, writer)))
            case Record(), Record():
                return All((self.names(reader, writer), *self.fields(reader, writer)))
        return self.differs(Kind.TYPE, self._words(pair))

    def differs(self, kind: Kind, sentence: str, reader: str = "", writer: str = "") -> Local:
        """One difference; the dialect says whether it breaks."""
        severity = Severity.BREAKING if kind in self.dialect.breaking else Severity.HARMLESS
        return Local(Difference(kind, sentence, reader, writer, severity))

    def _words(self, pair: Pair) -> str:
        return f"the reader's {self.reader.name_of(pair[0])} reads the writer's {self.writer.name_of(pair[1])}"

    def writer_union(self, pair: Pair, writer: Union) -> Formula[Pair]:
        """The reader must be ready for every branch."""
        return All(tuple(Child((pair[0], branch), "", f"/{n}") for n, branch in enumerate(writer.branches)))

    def reader_union(self, pair: Pair, reader: Union) -> Formula[Pair]:
        """Some branch reads it; a decoder takes the first in the order of `preference`."""
        lacking = f"no branch of the reader's {self.reader.name_of(pair[0])} reads {self.writer.name_of(pair[1])}"
        order = sorted(enumerate(reader.branches), key=lambda both: self.preference(both[1], pair[1]))
        branches = tuple(Child((branch, pair[1]), f"/{n}", "") for n, branch in order)
        return Either(branches, Difference(Kind.UNION_BRANCH, lacking))

    def preference(self, branch: int, writer: int) -> int:
        """The same full name, then the same type, then a promotion; ties as they are written.

        The specification's text says only "the first that matches". Every decoder that we ran looks for the same type
        first, so that a long read by ["float", "long"] stays a long.
        """
        reader, written = self.reader[branch], self.writer[writer]
        if reader.kind != written.kind:
            return 2
        return int(getattr(reader, "name", "") != getattr(written, "name", ""))

    def primitive(self, reader: str, writer: str) -> Formula[Pair]:
        """The same, or promoted."""
        if reader == writer:
            return All()
        told = f"the reader's {reader} reads the writer's {writer}"
        if writer not in PROMOTIONS.get(reader, ()):
            return self.differs(Kind.TYPE, told)
        if (reader, writer) in LOSSY:
            return self.differs(Kind.LOSSY_NUMBER, f"{told}, which rounds large numbers")
        if reader == "string":
            return self.differs(Kind.NOT_UTF8, told)
        return All()

    def names_match(self, reader: Named, writer: Named) -> bool:
        """Unqualified in most dialects; the reader's aliases are full names."""
        same = reader.name == writer.name if self.dialect.namespaces else reader.name.simple == writer.name.simple
        return same or (self.dialect.aliases and writer.name in reader.aliases)

    def names(self, reader: Named, writer: Named) -> Formula[Pair]:
        """Names match."""
        if self.names_match(reader, writer):
            return All()
        kind = Kind.RECORD_NAME if isinstance(reader, Record) else Kind.NAME
        return self.differs(kind, f"{writer.name} is neither {reader.name} nor one of its aliases", "/name", "/name")

    def size(self, reader: Fixed, writer: Fixed) -> Formula[Pair]:
        """Sizes are equal."""
        if reader.size == writer.size:
            return All()
        return self.differs(Kind.FIXED_SIZE, f"{writer.size} bytes are read as {reader.size}", "/size", "/size")

    def enum_default(self, reader: Enumeration) -> str | None:
        """The symbol for unknown ones."""
        return reader.default if reader.default in reader.symbols else None

    def symbols(self, reader: Enumeration, writer: Enumeration) -> Formula[Pair]:
        """Every symbol of the writer is known, or there is a default."""
        missing = ", ".join(symbol for symbol in writer.symbols if symbol not in reader.symbols)
        if not missing:
            return All()
        default = self.enum_default(reader)
        if default is not None:
            return self.differs(Kind.ENUM_DEFAULT, f"{missing} are read as {default}", "/symbols", "/symbols")
        return self.differs(Kind.ENUM_SYMBOLS, f"{reader.name} lacks {missing}, and a default", "/symbols", "/symbols")

    def writer_fields(self, field: Field, writer: Record) -> list[tuple[int, Field]]:
        """The writer's fields of the reader field's name or aliases, with their places in the writer.

        A field that has its own name as an alias hits twice: Java throws there too.
        """
        wanted = (field.name, *(dict.fromkeys(field.aliases) if self.dialect.aliases else ()))
        place = {other.name: (n, other) for n, other in enumerate(writer.fields)}
        hits = [place[name] for name in wanted if name in place]
        return hits[:1] if self.dialect.direct_name_wins else hits

    def has_default(self, field: Field) -> bool:
        """As the dialect sees it."""
        if field.default is None:
            return False
        node = self.reader[field.type]
        return self.dialect.null_default_seen or not (isinstance(node, Primitive) and node.kind == "null")

    def fields(self, reader: Record, writer: Record) -> Iterator[Formula[Pair]]:
        """Each field of the reader, then the writer's that are skipped."""
        place = {field.name: n for n, field in enumerate(writer.fields)}
        used: set[int] = set()
        for n, field in enumerate(reader.fields):
            # Most records have no aliases: one look-up instead of a walk over the writer's fields.
            if field.aliases:
                hits = self.writer_fields(field, writer)
            else:
                hits = [(place[field.name], writer.fields[place[field.name]])] if field.name in place else []
            used.update(hit for hit, _ in hits)
            yield self.field(n, field, hits)
        for n, other in enumerate(writer.fields):
            if n not in used:
                yield self.differs(Kind.FIELD_SKIPPED, f"the reader has no {other.name}", "", f"/fields/{n}")

    def field(self, n: int, field: Field, hits: list[tuple[int, Field]]) -> Formula[Pair]:
        """One field of the reader with what it matches in the writer."""
        at = f"/fields/{n}"
        if len(hits) > 1:
            several = ", ".join(other.name for _, other in hits)
            return self.differs(Kind.AMBIGUOUS_FIELD, f"{field.name} and its aliases are {several}", at, "")
        if hits:
            return Child((field.type, hits[0][1].type), f"{at}/type", f"/fields/{hits[0][0]}/type")
        if self.has_default(field):
            return self.differs(Kind.FIELD_DEFAULTED, f"the writer has no {field.name}", at, "")
        node = self.reader[field.type]
        if isinstance(node, Enumeration) and node.default is not None:
            # An enum's default does not serve for a missing field; Java compares the enum with the record and says so.
            told = f"the writer has no {field.name}, and an enum's own default does not stand for a field's"
            return self.differs(Kind.TYPE, told, f"{at}/type", "")
        return self.differs(Kind.DEFAULT, f"the writer has no {field.name}, and it has no default", at, "")


def _logical(node: Node) -> Logical | None:
    return node.logical if isinstance(node, Primitive | Fixed) else None


def _logical_name(node: Node) -> str:
    logical = _logical(node)
    if logical is None:
        return "no logical type"
    return f"decimal({logical.precision}, {logical.scale})" if logical.name == DECIMAL else logical.name


def same_decimal(reader: Node, writer: Node) -> bool:
    """Two decimals of one precision and one scale."""
    logical = _logical(reader)
    return logical is not None and logical.name == DECIMAL and logical == _logical(writer)


def solve(dialect: Dialect, reader: Schema, writer: Schema, walk: type[Walk] = Walk) -> Solution[Pair]:
    """Every pair that the question depends on, and which of them hold."""
    asked = walk(dialect, reader, writer)
    return greatest(asked.rule, asked.root)


def can_read(dialect: Dialect, reader: Schema, writer: Schema) -> list[Difference]:
    """What breaks; empty: all that the writer may write, the reader can read."""
    return differences(solve(dialect, reader, writer), (reader.root, writer.root))


def all_differences(reader: Schema, writer: Schema, dialect: Dialect = AVRO_JAVA) -> list[Difference]:
    """What breaks, and what differs without breaking."""
    return differences(solve(dialect, reader, writer), (reader.root, writer.root), harmless=True)
