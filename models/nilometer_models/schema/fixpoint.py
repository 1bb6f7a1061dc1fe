"""The greatest fixpoint over pairs of nodes: a pair is compatible unless it is *shown* not to be.

Schemas are graphs (recursion by name, `$ref`, message types). Of every pair (reader node, writer node) a language gives
one monotone formula over other pairs:

    All(parts)                       record fields; branches of a writer's union
    Either(parts, difference)        branches of a reader's union; `difference` is what to say when none holds
    Covering(grid, needed, ...)      a bipartite matching of size `needed` exists among the cells that hold
    Child(pair, reader, writer)      another pair, one step further down
    Local(difference)                holds unless the difference breaks; harmless ones are only noted

**Why the greatest one, and why it is right.** Let F map a set X of pairs to those whose formula holds when exactly the
children in X hold. F is monotone, so it has a greatest fixpoint (Knaster-Tarski), and on finitely many pairs that is
what remains of "all pairs" after applying F until nothing changes (Kleene). Data are finite: whether a datum of depth n
can be read asks the rules n times, that is, it needs the pair to be in F^n(all pairs). The greatest fixpoint lies in
every F^n(all pairs), so a pair in it reads data of every depth: *sound*. A pair that falls in round n fails on a datum
of depth n, if the types on the way have one: *complete up to inhabitation*. The least fixpoint would call every
recursive schema incompatible with itself.

**How it is computed.** All pairs are assumed to hold; a pair whose formula is false falls, and its parents are looked
at again. Each pair falls once at most. There is no memo that could outlive an assumption: recursive descent which
remembers "compatible" for a pair that leaned on a pair in progress is wrong, and `naive` in the tests is the judge.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from typing import Generic, TypeAlias, TypeVar

from nilometer_models.schema.difference import Difference

Pair = TypeVar("Pair", bound=Hashable)
DEEPEST_DETAILS = 8
"""Reasons of reasons of ... of a union are cut here: nobody reads them, and a chain may be thousands long."""


@dataclass(frozen=True)
class Child(Generic[Pair]):
    """Another pair must hold. The steps lead to it from the pair that asks, as JSON pointers."""

    pair: Pair
    reader: str = ""
    writer: str = ""


@dataclass(frozen=True)
class Local:
    """What is seen at this pair alone; false when it breaks."""

    difference: Difference


@dataclass(frozen=True)
class All(Generic[Pair]):
    """Every part holds; of none, true."""

    parts: tuple[Formula[Pair], ...] = ()


@dataclass(frozen=True)
class Either(Generic[Pair]):
    """Some part holds; of none, false. Then `difference` is reported, with the parts' reasons as its details."""

    parts: tuple[Formula[Pair], ...]
    difference: Difference


@dataclass(frozen=True)
class Covering(Generic[Pair]):
    """`needed` rows can be given a column each, all different, through cells that hold."""

    grid: tuple[tuple[Formula[Pair], ...], ...]
    needed: int
    difference: Difference


Formula: TypeAlias = Child[Pair] | Local | All[Pair] | Either[Pair] | Covering[Pair]
Rule: TypeAlias = Callable[[Pair], Formula[Pair]]
TRUE: All[Hashable] = All()


def evaluate(formula: Formula[Pair], holds: Callable[[Pair], bool]) -> bool:
    """The formula's value when exactly the pairs of `holds` do."""
    # Not `match`: this is the inner loop, and class patterns are slower.
    if isinstance(formula, Child):
        return holds(formula.pair)
    if isinstance(formula, Local):
        return not formula.difference.breaks
    if isinstance(formula, All):
        return all(evaluate(part, holds) for part in formula.parts)
    if isinstance(formula, Either):
        return any(evaluate(part, holds) for part in formula.parts)
    grid = [[evaluate(cell, holds) for cell in row] for row in formula.grid]
    return maximum_matching(grid) >= formula.needed


def children(formula: Formula[Pair]) -> list[Pair]:
    """Every pair that the formula asks about, each once."""
    found: dict[Pair, None] = {}
    waiting = [formula]
    while waiting:
        one = waiting.pop()
        if isinstance(one, Child):
            found[one.pair] = None
        elif isinstance(one, All | Either):
            waiting.extend(reversed(one.parts))
        elif isinstance(one, Covering):
            waiting.extend(cell for row in reversed(one.grid) for cell in reversed(row))
    return list(found)


def maximum_matching(grid: list[list[bool]]) -> int:
    """Rows that can have a column of their own (augmenting paths; greedy pairing would answer too little)."""
    row_of: dict[int, int] = {}
    return sum(_augment(grid, row_of, row) for row in range(len(grid)))


def _augment(grid: list[list[bool]], row_of: dict[int, int], start: int) -> bool:
    """Give one more row a column, moving others where that helps; breadth first, as a path may be long."""
    column_of = {row: column for column, row in row_of.items()}
    came_from: dict[int, int] = {}
    waiting = deque([start])
    while waiting:
        row = waiting.popleft()
        for column, allowed in enumerate(grid[row]):
            if not allowed or column in came_from:
                continue
            came_from[column] = row
            if column in row_of:
                waiting.append(row_of[column])
                continue
            free: int | None = column
            while free is not None:
                taker = came_from[free]
                row_of[free], free = taker, column_of.get(taker)
            return True
    return False


@dataclass(frozen=True)
class Solution(Generic[Pair]):
    """The greatest fixpoint, as the pairs that are not in it."""

    formulas: dict[Pair, Formula[Pair]]
    fallen: frozenset[Pair]
    rule: Rule[Pair]

    def holds(self, pair: Pair) -> bool:
        """The pair was reached, and nothing shows it to be incompatible."""
        return pair in self.formulas and pair not in self.fallen

    def true(self, formula: Formula[Pair]) -> bool:
        """A formula over reached pairs."""
        return evaluate(formula, self.holds)


@dataclass(frozen=True)
class Reached(Generic[Pair]):
    """A pair on the way from the root."""

    formula: Formula[Pair]
    children: tuple[Pair, ...]
    """None for a pair that is false whatever they are (a record of another name), unless everything is to be told."""
    open: bool
    """The formula holds if every child does."""


def reach(rule: Rule[Pair], root: Pair, *, everything: bool = False) -> dict[Pair, Reached[Pair]]:
    """Every pair that the root depends on, nearest first; with `everything` also what only false pairs ask about."""
    reached: dict[Pair, Reached[Pair]] = {}
    waiting = deque([root])
    while waiting:
        pair = waiting.popleft()
        if pair not in reached:
            formula = rule(pair)
            is_open = evaluate(formula, lambda _: True)
            asked = tuple(children(formula)) if everything or is_open else ()
            reached[pair] = Reached(formula, asked, is_open)
            waiting.extend(child for child in asked if child not in reached)
    return reached


def greatest(rule: Rule[Pair], root: Pair, *, everything: bool = False) -> Solution[Pair]:
    """The greatest fixpoint on all pairs reachable from the root, by worklist: what is false at once falls first."""
    reached = reach(rule, root, everything=everything)
    parents: dict[Pair, list[Pair]] = {pair: [] for pair in reached}
    for pair, one in reached.items():
        for child in one.children:
            parents[child].append(pair)
    fallen: set[Pair] = set()
    work = deque(pair for pair, one in reached.items() if not one.open)
    while work:
        pair = work.popleft()
        if pair not in fallen and not evaluate(reached[pair].formula, lambda child: child not in fallen):
            fallen.add(pair)
            work.extend(parent for parent in parents[pair] if parent not in fallen)
    return Solution({pair: one.formula for pair, one in reached.items()}, frozenset(fallen), rule)


def differences(solution: Solution[Pair], root: Pair, *, harmless: bool = False) -> list[Difference]:
    """Why the root fell, nearest first: a pair that depends on others once, a leaf wherever it is met.

    With `harmless` also what differs without breaking, under a disjunction that holds in its first part that does: the
    one that a decoder takes.
    """
    if not solution.holds(root):
        solution = greatest(solution.rule, root, everything=True)
    return _collect(solution, (Child(root),), set(), set(), harmless=harmless, depth=0)


def _collect(
    solution: Solution[Pair],
    start: tuple[Formula[Pair], ...],
    seen: set[Pair],
    detailed: set[Pair],
    *,
    harmless: bool,
    depth: int,
) -> list[Difference]:
    """`seen` are told here already, `detailed` as a reason below some union: a pair may be both."""
    found: list[Difference] = []
    waiting: deque[tuple[Formula[Pair], str, str]] = deque((formula, "", "") for formula in start)
    while waiting:
        formula, reader, writer = waiting.popleft()
        false = not solution.true(formula)
        if not false and not harmless:
            continue
        match formula:
            case Local(difference):
                found.append(difference.below(reader, writer))
            case Child(pair, reader_step, writer_step):
                asked = solution.formulas[pair]
                if pair not in seen or not children(asked):
                    seen.add(pair)
                    waiting.append((asked, reader + reader_step, writer + writer_step))
            case All(parts):
                waiting.extend((part, reader, writer) for part in parts)
            case Either() | Covering():
                if false:
                    found.append(_disjunction(solution, formula, detailed, depth).below(reader, writer))
                elif isinstance(formula, Either):
                    first = next(part for part in formula.parts if solution.true(part))
                    waiting.append((first, reader, writer))
    return found


def _disjunction(
    solution: Solution[Pair], formula: Either[Pair] | Covering[Pair], detailed: set[Pair], depth: int
) -> Difference:
    """The difference at the union; the reasons of its branches as details, relative to the union."""
    if depth >= DEEPEST_DETAILS:
        return formula.difference
    cells = formula.parts if isinstance(formula, Either) else tuple(cell for row in formula.grid for cell in row)
    details = _collect(solution, cells, detailed, detailed, harmless=False, depth=depth + 1)
    return replace(formula.difference, details=(*formula.difference.details, *details))
