"""The rules of Avro equal the meaning of values, step by step, by z3.

statement       says                                                                      for
promotions      can_read on primitives is reflexive and transitive                        the table of `rules.py`
exact           int to double and float to double lose nothing                            all 2^32 values
enum            the enum rule holds exactly when every symbol has a meaning               symbol sets of any size
record          the record rule holds exactly when every record has a meaning             any number of fields
items           the array and the map rule likewise                                       any length
writer union    every branch is read, exactly when every value has a meaning              any number of branches
reader union    some branch reads it, exactly when every value has a meaning              any number of branches
modes           FULL is both directions; a transitive mode implies the plain one          histories of any length

The four steps over composite types assume that rule and meaning agree on the types inside (the induction hypothesis, an
uninterpreted predicate) and that those types have values. The depth of the induction is that of the datum, which is
finite; why recursion of *schemas* needs the greatest fixpoint stands in `fixpoint.py`. That the engine computes it is
not proved here but tested against the naive iteration.

Each statement has a wrong neighbour which must be refuted by a model: a prover that proves everything would fail there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import z3

from nilometer_models.schema.avro.nodes import PRIMITIVES
from nilometer_models.schema.avro.rules import PROMOTIONS

TIMEOUT_MS = 10_000
TRIES = 8
Formula = Any


class NotDecided(Exception):
    """z3 answered `unknown`: that is no proof."""


@dataclass(frozen=True)
class Statement:
    """What is proved, under which premises, and what must not be provable from the same premises."""

    name: str
    claim: Formula
    premises: tuple[Formula, ...] = ()
    wrong: Formula | None = None
    scope: tuple[Formula, ...] = ()
    """Bounds that make a model against the wrong one small."""


def holds(claim: Formula, premises: tuple[Formula, ...] = ()) -> bool:
    """The claim follows from the premises; False when a model contradicts it; `NotDecided` when z3 cannot say.

    How long quantifiers take is chance: most often milliseconds, one time in ten for ever; without z3's tactics, which
    floating point needs, one time in a hundred. So both are asked in turn, from other seeds, and each time in a context
    of its own, in which nothing of what was asked before is left.
    """
    for seed in range(TRIES):
        context = z3.Context()
        solver = z3.SimpleSolver(ctx=context) if seed % 2 else z3.Solver(ctx=context)
        solver.set("timeout", TIMEOUT_MS)
        solver.set("random_seed", seed)
        solver.add(*(one.translate(context) for one in (*premises, z3.Not(claim))))
        answer = solver.check()
        if answer != z3.unknown:
            return bool(answer == z3.unsat)
    raise NotDecided(solver.reason_unknown())


@cache
def _primitives() -> tuple[Any, list[Any]]:
    """z3 takes the name of a finite sort only once."""
    kind, kinds = z3.EnumSort("Primitive", list(PRIMITIVES))
    return kind, kinds


def promotions() -> Statement:
    """Transitive and reflexive on the eight primitives; hence non-transitivity in Avro comes from composite types."""
    kind, kinds = _primitives()
    of = dict(zip(PRIMITIVES, kinds, strict=True))

    def reads(reader: Formula, writer: Formula) -> Formula:
        pairs = [(to, source) for to, sources in PROMOTIONS.items() for source in sources]
        promoted = [z3.And(reader == of[to], writer == of[source]) for to, source in pairs]
        return z3.Or(reader == writer, *promoted)

    a, b, c = z3.Consts("a b c", kind)
    claim = z3.And(reads(a, a), z3.Implies(z3.And(reads(a, b), reads(b, c)), reads(a, c)))
    return Statement("promotions", claim, wrong=z3.Implies(reads(a, b), reads(b, a)))


def _survives(bits: int, sort: Formula) -> Formula:
    """Every integer of that many bits comes back from the floating-point sort."""
    number = z3.BitVec(f"n{bits}", bits)
    there = z3.fpSignedToFP(z3.RNE(), number, sort)
    return z3.fpToSBV(z3.RTZ(), there, z3.BitVecSort(bits)) == number


def exact() -> Statement:
    """int to double, float to double; int to float is the wrong neighbour."""
    single = z3.FP("x", z3.Float32())
    widened = z3.fpFPToFP(z3.RNE(), single, z3.Float64())
    back = z3.fpFPToFP(z3.RNE(), widened, z3.Float32())
    float_to_double = z3.Or(z3.fpIsNaN(single), back == single)
    return Statement("exact", z3.And(_survives(32, z3.Float64()), float_to_double), wrong=_survives(32, z3.Float32()))


def rounded() -> dict[str, bool]:
    """Promotion -> exact for every value; what `LOSSY` of the rules says."""
    return {
        "int to double": holds(_survives(32, z3.Float64())),
        "int to float": holds(_survives(32, z3.Float32())),
        "long to double": holds(_survives(64, z3.Float64())),
        "long to float": holds(_survives(64, z3.Float32())),
    }


def enumeration() -> Statement:
    """All symbols of the writer are known, or there is a default: exactly when every symbol has a meaning."""
    symbol = z3.DeclareSort("Symbol")
    reader, writer = z3.Consts("reader writer", z3.SetSort(symbol))
    default = z3.Bool("has_default")
    one = z3.Const("s", symbol)
    rule = z3.Or(z3.IsSubset(writer, reader), default)
    meaning = z3.ForAll(one, z3.Implies(z3.IsMember(one, writer), z3.Or(z3.IsMember(one, reader), default)))
    return Statement("enum", rule == meaning, wrong=z3.IsSubset(writer, reader) == meaning)


class Step:
    """The induction hypothesis: for types inside, the rule holds exactly when every value has a meaning."""

    def __init__(self) -> None:
        self.type, self.value = z3.DeclareSort("Type"), z3.DeclareSort("Value")
        pair = (self.type, self.type)
        self.rule = z3.Function("rule", *pair, z3.BoolSort())
        self.defined = z3.Function("defined", *pair, self.value, z3.BoolSort())
        self.of = z3.Function("of", self.type, self.value, z3.BoolSort())
        """(type, value): a value of the type."""
        self.failing = z3.Function("failing", *pair, self.value)
        """A value that has no meaning, where the rule does not hold."""
        self.some = z3.Function("some", self.type, self.value)
        """Every type inside has a value."""
        r, w = z3.Consts("r w", self.type)
        v = z3.Const("v", self.value)
        fails = z3.And(self.of(w, self.failing(r, w)), z3.Not(self.defined(r, w, self.failing(r, w))))
        self.hypothesis = (
            z3.ForAll([r, w, v], z3.Implies(z3.And(self.rule(r, w), self.of(w, v)), self.defined(r, w, v))),
            z3.ForAll([r, w], z3.Implies(z3.Not(self.rule(r, w)), fails)),
            z3.ForAll([w], self.of(w, self.some(w))),
        )


def record() -> Statement:
    """Each field of the reader has a readable field in the writer, or a default."""
    step = Step()
    field, datum = z3.DeclareSort("Field"), z3.DeclareSort("Datum")
    present, matched, default = (z3.Function(name, field, z3.BoolSort()) for name in ("present", "matched", "default"))
    match = z3.Function("match", field, field)
    inner, written = z3.Function("inner", field, step.type), z3.Function("written", field, step.type)
    get = z3.Function("get", datum, field, step.value)
    # A record is any choice of values for the writer's fields: change one field of it to any value of its type.
    change = z3.Function("change", field, step.value, datum)
    f, g = z3.Consts("f g", field)
    d = z3.Const("d", datum)
    v = z3.Const("x", step.value)
    changed = z3.And(get(change(f, v), f) == v, step.of(written(g), get(change(f, v), g)))
    records = (
        z3.ForAll([d, f], step.of(written(f), get(d, f))),
        z3.ForAll([f, g, v], z3.Implies(step.of(written(f), v), changed)),
    )

    def of_field(matching: Formula) -> Formula:
        return z3.If(matched(f), matching, default(f))

    rule = z3.ForAll([f], z3.Implies(present(f), of_field(step.rule(inner(f), written(match(f))))))
    read = step.defined(inner(f), written(match(f)), get(d, match(f)))
    meaning = z3.ForAll([d, f], z3.Implies(present(f), of_field(read)))
    careless = z3.ForAll([f], z3.Implies(z3.And(present(f), matched(f)), step.rule(inner(f), written(match(f)))))
    one = (z3.ForAll([f, g], f == g), z3.ForAll([v], v == step.some(inner(f))), z3.ForAll([d], d == change(f, v)))
    return Statement("record", rule == meaning, (*step.hypothesis, *records), wrong=careless == meaning, scope=one)


def items() -> Statement:
    """Arrays and maps: the rule of the items. One item is enough to show that it does not hold."""
    step = Step()
    datum = z3.DeclareSort("Datum")
    length = z3.Function("length", datum, z3.IntSort())
    get = z3.Function("get", datum, z3.IntSort(), step.value)
    single = z3.Function("single", step.value, datum)
    r, w = z3.Consts("reader_items writer_items", step.type)
    d, v, n = z3.Const("d", datum), z3.Const("x", step.value), z3.Int("n")
    inside = z3.And(n >= 0, n < length(d))
    arrays = (z3.ForAll([v], z3.And(length(single(v)) == 1, get(single(v), 0) == v)),)
    typed = z3.ForAll([n], z3.Implies(inside, step.of(w, get(d, n))))
    read = z3.ForAll([n], z3.Implies(inside, step.defined(r, w, get(d, n))))
    meaning = z3.ForAll([d], z3.Implies(typed, read))
    return Statement("items", step.rule(r, w) == meaning, (*step.hypothesis, *arrays), wrong=step.rule(w, r) == meaning)


def writer_union() -> Statement:
    """Every branch of the writer is read."""
    step = Step()
    r = z3.Const("reader", step.type)
    branch = z3.Function("branch", step.type, z3.BoolSort())
    b = z3.Const("b", step.type)
    v = z3.Const("x", step.value)
    rule = z3.ForAll([b], z3.Implies(branch(b), step.rule(r, b)))
    meaning = z3.ForAll([b, v], z3.Implies(z3.And(branch(b), step.of(b, v)), step.defined(r, b, v)))
    some = z3.Exists([b], z3.And(branch(b), step.rule(r, b)))
    return Statement("writer union", rule == meaning, step.hypothesis, wrong=some == meaning)


def reader_union() -> Statement:
    """Some branch reads the writer; a decoder takes the first such branch, and fails where there is none."""
    step = Step()
    w, first = z3.Consts("writer first", step.type)
    branch = z3.Function("branch", step.type, z3.BoolSort())
    b = z3.Const("b", step.type)
    v = z3.Const("x", step.value)
    rule = z3.Exists([b], z3.And(branch(b), step.rule(b, w)))
    chosen = z3.Implies(rule, z3.And(branch(first), step.rule(first, w)))
    meaning = z3.ForAll([v], z3.Implies(step.of(w, v), z3.And(rule, step.defined(first, w, v))))
    every = z3.ForAll([b], z3.Implies(branch(b), step.rule(b, w)))
    return Statement("reader union", rule == meaning, (*step.hypothesis, chosen), wrong=every == meaning)


def modes() -> Statement:
    """Over histories 0 .. length-1, the last being the newest."""
    schema = z3.DeclareSort("Schema")
    reads = z3.Function("reads", schema, schema, z3.BoolSort())
    at = z3.Function("at", z3.IntSort(), schema)
    new, length, n = z3.Const("new", schema), z3.Int("length"), z3.Int("n")

    def every(asked: Callable[[Formula], Formula]) -> Formula:
        return z3.ForAll([n], z3.Implies(z3.And(n >= 0, n < length), asked(at(n))))

    def last(asked: Callable[[Formula], Formula]) -> Formula:
        return z3.Implies(length > 0, asked(at(length - 1)))

    def backward(old: Formula) -> Formula:
        return reads(new, old)

    def forward(old: Formula) -> Formula:
        return reads(old, new)

    def full(old: Formula) -> Formula:
        return z3.And(backward(old), forward(old))

    both = [quantified(full) == z3.And(quantified(backward), quantified(forward)) for quantified in (every, last)]
    implied = [z3.Implies(every(asked), last(asked)) for asked in (backward, forward, full)]
    return Statement("modes", z3.And(*both, *implied), wrong=z3.Implies(last(backward), every(backward)))


STATEMENTS = (promotions, exact, enumeration, record, items, writer_union, reader_union, modes)
