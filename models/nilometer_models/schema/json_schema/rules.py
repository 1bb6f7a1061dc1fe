"""One walk over pairs of JSON Schema nodes: every difference, also those that do not break.

`new` reads, `old` wrote: the direction BACKWARD, in which registries state these rules.

at a pair                                     compatible when
new combined, old not                         new has one branch: as that; anyOf, oneOf: some branch reads old
old combined, new not                         old has one branch: as that; allOf: new reads some branch
otherwise, classes differ                     old is false, new is empty, or both have connect.type = bytes
same class: string, number, enum, const       nothing is tightened, removed or changed; integer may become number
not                                           the inner schemas, roles swapped
boolean, null, conditional, empty, false      always: registries do not look inside
object, array                                 containers.py
combined, both                                criterion equal or extended; no branch lost (sum) or gained (product);
                                              a matching of branches that read each other covers the smaller side

A difference says both fragments from writer to reader ("maxLength 10 became 5"); inside `not` the other way round.
Sources: schema.md 5.2 and 5.3. JSON Schema itself says nothing about compatibility: what data do is in `semantic.py`.
"""

from __future__ import annotations

from decimal import Decimal, DecimalException

from nilometer_models.schema.difference import Difference
from nilometer_models.schema.fixpoint import All, Child, Covering, Either, Formula, Solution, differences, greatest
from nilometer_models.schema.json_schema.containers import Containers
from nilometer_models.schema.json_schema.dialects import CONFLUENT, Dialect, Kind
from nilometer_models.schema.json_schema.nodes import (
    Array,
    Combined,
    Const,
    Criterion,
    Empty,
    Enum,
    Never,
    Node,
    Not,
    Number,
    Numeric,
    Object,
    Schema,
    String,
)
from nilometer_models.schema.json_schema.walk import Pair, told

BYTES = "bytes"
"""connect.type of what Connect's converter writes as bytes; its decimals are of class number, too."""


def is_multiple(value: Numeric, of: Numeric) -> bool:
    """By decimals: 0.5 of 0.50. Where the quotient has more digits than we can count: no."""
    if isinstance(value, int) and isinstance(of, int):
        return value % of == 0
    try:
        return Decimal(value) % Decimal(of) == 0
    except DecimalException:
        return False


class Walk(Containers):
    """The rules under a dialect, for one reader and one writer."""

    def rule(self, pair: Pair) -> Formula[Pair]:
        """The formula of one pair. Kept: to tell all differences, the engine asks again."""
        if pair not in self.formulas:
            self.formulas[pair] = self.formula(pair)
        return self.formulas[pair]

    def formula(self, pair: Pair) -> Formula[Pair]:
        """By the classes of both nodes."""
        new, old = self.node(pair[0]), self.node(pair[1])
        noted = self.annotations(pair, new, old)
        if isinstance(new, Combined) and isinstance(old, Combined):
            return All((noted, *self.combined(pair, new, old)))
        if self.other_class_is_fine(new, old):
            return noted
        if isinstance(new, Combined):
            return All((noted, self.sum_of(pair, new)))
        if isinstance(old, Combined):
            return All((noted, self.product_of(pair, old)))
        return All((noted, *self.same_class(pair, new, old)))

    def annotations(self, pair: Pair, new: Node, old: Node) -> Formula[Pair]:
        """Never break."""
        if new.notes is old.notes:
            return All()
        words = ("identifier", "title", "description", "default")
        changed = [word for word in words if getattr(new.notes, word) != getattr(old.notes, word)]
        if not changed:
            return All()
        return self.differs(pair, Kind.ANNOTATION, f"{', '.join(changed)} changed")

    def other_class_is_fine(self, new: Node, old: Node) -> bool:
        """Nothing was written, everything is read, or both are bytes to Connect."""
        if new.kind == old.kind:
            return False
        both_bytes = new.notes.connect_type == old.notes.connect_type == BYTES
        return isinstance(old, Never) or isinstance(new, Empty) or both_bytes

    def sum_of(self, pair: Pair, new: Combined) -> Formula[Pair]:
        """What was one schema is now one of several."""
        if new.single is None and new.criterion is Criterion.ALL:
            return self.type_changed(pair)
        return self.some_branch(pair, [
            self.towards(pair, (self.below(pair[0], branch), pair[1]), step, "")
            for branch, step in zip(new.branches, new.steps, strict=True)
        ], Kind.SUM_EXTENDED)  # fmt: skip

    def product_of(self, pair: Pair, old: Combined) -> Formula[Pair]:
        """What was several at once is now one of them."""
        if old.single is None and old.criterion is not Criterion.ALL:
            return self.type_changed(pair)
        return self.some_branch(pair, [
            self.towards(pair, (pair[0], self.below(pair[1], branch)), "", step)
            for branch, step in zip(old.branches, old.steps, strict=True)
        ], Kind.PRODUCT_NARROWED)  # fmt: skip

    def some_branch(self, pair: Pair, branches: list[Child[Pair]], kind: Kind) -> Formula[Pair]:
        """A single branch is compared directly; of several, one must do."""
        if len(branches) == 1:
            return branches[0]
        noted = self.differs(pair, kind, f"one of {len(branches)} branches is compatible")
        lacking = self.difference(pair, Kind.TYPE_CHANGED, f"none of {len(branches)} branches is compatible")
        return Either(tuple(All((branch, noted)) for branch in branches), lacking)

    def type_changed(self, pair: Pair) -> Formula[Pair]:
        """Classes differ."""
        new, old = (self.node(index) for index in pair)
        return self.differs(pair, Kind.TYPE_CHANGED, f"{_class(old)} became {_class(new)}")

    def same_class(self, pair: Pair, new: Node, old: Node) -> tuple[Formula[Pair], ...]:
        """Neither is combined."""
        match new, old:
            case String(), String():
                return self.string(pair, new, old)
            case Number(), Number():
                return self.number(pair, new, old)
            case Enum(), Enum():
                return (self.enum(pair, new, old),)
            case Const(), Const():
                return () if new.value == old.value else (self.constant(pair),)
            case Not(), Not():
                return (self.negation(pair, new, old),)
            case Object(), Object():
                return (self.object(pair, new, old),)
            case Array(), Array():
                return (self.array(pair, new, old),)
        return () if new.kind == old.kind else (self.type_changed(pair),)

    def string(self, pair: Pair, new: String, old: String) -> tuple[Formula[Pair], ...]:
        """Lengths and pattern; format is not looked at."""
        return (
            self.lower(pair, "minLength", new.min_length, old.min_length),
            self.upper(pair, "maxLength", new.max_length, old.max_length),
            self.pattern(pair, new, old),
        )

    def pattern(self, pair: Pair, new: String, old: String) -> Formula[Pair]:
        """Compared as text."""
        if new.pattern == old.pattern:
            return All()
        kind = Kind.PATTERN_REMOVED if new.pattern is None else Kind.PATTERN_CHANGED
        return self.differs(pair, kind, f"pattern {told(old.pattern)} became {told(new.pattern)}", "/pattern")

    def number(self, pair: Pair, new: Number, old: Number) -> tuple[Formula[Pair], ...]:
        """Bounds, steps, and whether a fraction may stand there."""
        return (
            self.upper(pair, "maximum", new.maximum, old.maximum),
            self.lower(pair, "minimum", new.minimum, old.minimum),
            self.upper(pair, "exclusiveMaximum", new.exclusive_maximum, old.exclusive_maximum),
            self.lower(pair, "exclusiveMinimum", new.exclusive_minimum, old.exclusive_minimum),
            self.multiple(pair, new.multiple_of, old.multiple_of),
            self.integer(pair, new, old),
        )

    def multiple(self, pair: Pair, new: Numeric | None, old: Numeric | None) -> Formula[Pair]:
        """Every multiple of the old one is one of the new one."""
        if new == old:
            return All()
        relaxed = new is None or (old is not None and is_multiple(old, new))
        kind = Kind.MULTIPLE_RELAXED if relaxed else Kind.MULTIPLE_CHANGED
        return self.differs(pair, kind, f"multipleOf {told(old)} became {told(new)}", "/multipleOf")

    def integer(self, pair: Pair, new: Number, old: Number) -> Formula[Pair]:
        """Integers are numbers."""
        if new.integer == old.integer:
            return All()
        kind = Kind.TYPE_NARROWED if new.integer else Kind.TYPE_EXTENDED
        return self.differs(pair, kind, f"{_class(old)} became {_class(new)}", "/type")

    def enum(self, pair: Pair, new: Enum, old: Enum) -> Formula[Pair]:
        """No value is lost."""
        if new.values == old.values:
            return All()
        lost = len(old.values - new.values)
        kind = Kind.ENUM_NARROWED if lost else Kind.ENUM_EXTENDED
        told_ = f"{lost} of {len(old.values)} values are gone" if lost else f"{len(new.values - old.values)} are new"
        return self.differs(pair, kind, told_, "/enum")

    def constant(self, pair: Pair) -> Formula[Pair]:
        """Another value."""
        return self.differs(pair, Kind.CONST_CHANGED, "the constant is another", "/const")

    def inner_of_not(self, pair: Pair, new: Not, old: Not) -> Pair:
        """Roles are swapped: what is forbidden now must have been forbidden before."""
        return self.below(pair[1], old.inner), self.below(pair[0], new.inner)

    def negation(self, pair: Pair, new: Not, old: Not) -> Formula[Pair]:
        """not."""
        child = Child(self.inner_of_not(pair, new, old), "/not", "/not")
        words = "what is forbidden now was not forbidden before"
        return self.unless(child, self.difference(pair, Kind.NOT_EXTENDED, words, "/not"))

    def combined(self, pair: Pair, new: Combined, old: Combined) -> list[Formula[Pair]]:
        """Criterion, number of branches, and a matching of them."""
        parts: list[Formula[Pair]] = []
        if new.criterion != old.criterion:
            changed = f"{old.criterion} of {len(old.branches)} became {new.criterion} of {len(new.branches)}"
            if not criterion_extended(new, old):
                return [self.differs(pair, Kind.CRITERION_CHANGED, changed)]
            parts.append(self.differs(pair, Kind.CRITERION_EXTENDED, changed))
        more, counts = len(new.distinct) - len(old.distinct), f"{len(old.distinct)} branches became {len(new.distinct)}"
        if more > 0:
            kind = Kind.PRODUCT_EXTENDED if new.criterion is Criterion.ALL else Kind.SUM_EXTENDED
            parts.append(self.differs(pair, kind, counts))
        if more < 0:
            kind = Kind.PRODUCT_NARROWED if old.criterion is Criterion.ALL else Kind.SUM_NARROWED
            parts.append(self.differs(pair, kind, counts))
        return [*parts, self.counterparts(pair, new, old)]

    def counterparts(self, pair: Pair, new: Combined, old: Combined) -> Formula[Pair]:
        """Each branch of the smaller side has a compatible one of its own on the other."""
        grid = tuple(
            tuple(self.child(pair, branch, other, new.step(branch), old.step(other)) for branch in new.distinct)
            for other in old.distinct
        )
        needed = min(len(new.distinct), len(old.distinct))
        words = f"fewer than {needed} branches find a compatible counterpart of their own"
        return Covering(grid, needed, self.difference(pair, Kind.BRANCHES_DIFFER, words))


def criterion_extended(new: Combined, old: Combined) -> bool:
    """Whatever the branches are: no fewer values than before."""
    return (
        new.criterion is Criterion.ANY
        or (new.single is not None and old.single is not None)
        or (old.single is not None and new.criterion is Criterion.ONE)
        or (old.criterion is Criterion.ALL and new.single is not None)
    )


def _class(node: Node) -> str:
    if isinstance(node, Number) and node.integer:
        return "integer"
    return node.criterion if isinstance(node, Combined) else node.kind


def solve(dialect: Dialect, reader: Schema, writer: Schema, walk: type[Walk] = Walk) -> Solution[Pair]:
    """Every pair that the question depends on, and which of them hold."""
    asked = walk(dialect, reader, writer)
    return greatest(asked.rule, asked.root)


def can_read(dialect: Dialect, reader: Schema, writer: Schema, walk: type[Walk] = Walk) -> list[Difference]:
    """What breaks; empty: all that the writer may write, the reader can read, if the dialect is right."""
    asked = walk(dialect, reader, writer)
    return differences(greatest(asked.rule, asked.root), asked.root)


def all_differences(reader: Schema, writer: Schema, dialect: Dialect = CONFLUENT) -> list[Difference]:
    """What breaks, and what differs without breaking."""
    asked = Walk(dialect, reader, writer)
    return differences(greatest(asked.rule, asked.root), asked.root, harmless=True)
