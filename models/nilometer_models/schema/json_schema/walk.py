"""What every rule of the walk uses: one graph of both schemas, roles, places, differences.

The nodes of reader and writer stand in one table, the reader's first, so that a pair is two indexes into it and `not`
simply swaps them. In a swapped pair what reads belongs to the writer's document: places are swapped back, so that a
`Difference` always says where it is in the reader's document first.
"""

from __future__ import annotations

from typing import TypeAlias

from nilometer_models.schema.difference import Difference, Severity
from nilometer_models.schema.fixpoint import All, Child, Either, Formula, Local
from nilometer_models.schema.json_schema.dialects import Dialect, Kind
from nilometer_models.schema.json_schema.nodes import Node, Numeric, Schema

Pair: TypeAlias = tuple[int, int]
"""Index of the node that reads, index of the node that wrote."""


class Shared:
    """Reader and writer under a dialect."""

    def __init__(self, dialect: Dialect, reader: Schema, writer: Schema) -> None:
        self.dialect = dialect
        self.reader = reader
        self.writer = writer
        self.offset = len(reader.nodes)
        self.formulas: dict[Pair, Formula[Pair]] = {}

    @property
    def root(self) -> Pair:
        """What is asked."""
        return self.reader.root, self.offset + self.writer.root

    def node(self, index: int) -> Node:
        """Of either schema."""
        return self.reader[index] if index < self.offset else self.writer[index - self.offset]

    def below(self, index: int, inner: int) -> int:
        """What a node calls `inner`, as an index into the common table."""
        return inner if index < self.offset else inner + self.offset

    def child(self, pair: Pair, reads: int, wrote: int, reads_at: str, wrote_at: str | None = None) -> Child[Pair]:
        """A pair one step further down; both are as the nodes of `pair` call them."""
        other = reads_at if wrote_at is None else wrote_at
        return self.towards(pair, (self.below(pair[0], reads), self.below(pair[1], wrote)), reads_at, other)

    def towards(self, pair: Pair, asked: Pair, reads_at: str, wrote_at: str) -> Child[Pair]:
        """A pair of the common table; the places are those of the roles in `pair`."""
        return Child(asked, *((reads_at, wrote_at) if pair[0] < self.offset else (wrote_at, reads_at)))

    def difference(
        self, pair: Pair, kind: Kind, sentence: str, reads_at: str = "", wrote_at: str | None = None
    ) -> Difference:
        """The dialect says whether it breaks."""
        other = reads_at if wrote_at is None else wrote_at
        places = (reads_at, other) if pair[0] < self.offset else (other, reads_at)
        severity = Severity.BREAKING if kind in self.dialect.breaking else Severity.HARMLESS
        return Difference(kind, sentence, *places, severity)

    def differs(
        self, pair: Pair, kind: Kind, sentence: str, reads_at: str = "", wrote_at: str | None = None
    ) -> Formula[Pair]:
        """One difference."""
        return Local(self.difference(pair, kind, sentence, reads_at, wrote_at))

    def unless(self, child: Formula[Pair], difference: Difference) -> Formula[Pair]:
        """The child holds; else the difference is told, which breaks only where the dialect says so."""
        parts: tuple[Formula[Pair], ...] = (child,) if difference.breaks else (child, Local(difference))
        return Either(parts, difference)

    def upper(self, pair: Pair, word: str, new: Numeric | None, old: Numeric | None) -> Formula[Pair]:
        """A bound from above: lower is tighter."""
        return self._bound(pair, word, new, old, tighter=new is not None and (old is None or new < old))

    def lower(self, pair: Pair, word: str, new: Numeric | None, old: Numeric | None) -> Formula[Pair]:
        """A bound from below: higher is tighter."""
        return self._bound(pair, word, new, old, tighter=new is not None and (old is None or new > old))

    def _bound(
        self, pair: Pair, word: str, new: Numeric | None, old: Numeric | None, *, tighter: bool
    ) -> Formula[Pair]:
        if new == old:
            return All()
        kind = Kind.BOUND_TIGHTENED if tighter else Kind.BOUND_RELAXED
        return self.differs(pair, kind, f"{word} {told(old)} became {told(new)}", f"/{word}")


def told(value: object) -> str:
    """In a sentence."""
    return "(none)" if value is None else str(value)
