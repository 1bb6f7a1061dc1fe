"""The evaluator, held against z3: any formula over any small structure has the same value in both."""

from __future__ import annotations

from typing import Any

import pytest
import z3
from hypothesis import given, settings
from hypothesis import strategies as st

from nilometer_models.prover import State, Step, Structure, Theory, choose, every, some
from nilometer_models.prover.conditions import new_solver
from nilometer_models.prover.evaluate import (
    NotEvaluated,
    compile_change,
    compile_term,
    integer_division,
    modulus,
    symbols_of,
)
from nilometer_models.prover.scope import Scope

THEORY = Theory("evaluated")
THING, NUMBER = THEORY.sort("Thing"), THEORY.ordered("Number")
THEORY.relation("linked", THING, THING)
THEORY.relation("chosen", THING)
THEORY.relation("on")
THEORY.function("size", THING, to=NUMBER)
THEORY.function("most", to=NUMBER)
SCOPE = Scope(THEORY, {"Thing": 2, "Number": 3})
S = State(THEORY)
Environment = dict[str, list[Any]]


@st.composite
def structures(draw: st.DrawFn) -> Structure:
    pairs = st.tuples(st.integers(0, 1), st.integers(0, 1))
    number = st.integers(0, 2)
    tables = {
        "linked": draw(st.frozensets(pairs)),
        "chosen": draw(st.frozensets(st.integers(0, 1))),
        "on": draw(st.frozensets(st.just(()))),
        "size": {0: draw(number), 1: draw(number)},
        "most": {(): draw(number)},
    }
    return Structure({"Thing": (0, 1), "Number": (0, 1, 2)}, tables)


def things(draw: st.DrawFn, bound: Environment) -> Any:
    return draw(st.sampled_from([THING.constant("some_thing"), *bound["Thing"]]))


def numbers(draw: st.DrawFn, bound: Environment) -> Any:
    known = [NUMBER.least, S.most(), *bound["Number"]]
    kind = draw(st.integers(0, 2))
    if kind == 0:
        return draw(st.sampled_from(known))
    if kind == 1:
        return S.size(things(draw, bound))
    return choose(S.chosen(things(draw, bound)), draw(st.sampled_from(known)), S.size(things(draw, bound)))


def formula(draw: st.DrawFn, depth: int, bound: Environment) -> Any:
    kind = draw(st.integers(0, 12 if depth else 5))
    if kind <= 5:
        return [
            lambda: S.linked(things(draw, bound), things(draw, bound)),
            lambda: S.chosen(things(draw, bound)),
            S.on,
            lambda: NUMBER.below(numbers(draw, bound), numbers(draw, bound)),
            lambda: NUMBER.at_most(numbers(draw, bound), numbers(draw, bound)),
            lambda: things(draw, bound) == things(draw, bound),
        ][kind]()
    if kind <= 8:
        join = {6: z3.And, 7: z3.Or, 8: z3.Implies}[kind]
        return join(formula(draw, depth - 1, bound), formula(draw, depth - 1, bound))
    if kind == 9:
        return z3.Not(formula(draw, depth - 1, bound))
    if kind == 10:
        return formula(draw, depth - 1, bound) == formula(draw, depth - 1, bound)

    def one(x: Any) -> Any:
        sort = str(x.sort())
        return formula(draw, depth - 1, {**bound, sort: [*bound[sort], x]})

    def two(x: Any, y: Any) -> Any:
        with_x: Environment = {**bound, str(x.sort()): [*bound[str(x.sort())], x]}
        sort = str(y.sort())
        return formula(draw, depth - 1, {**with_x, sort: [*with_x[sort], y]})

    sorts = draw(st.lists(st.sampled_from([THING, NUMBER]), min_size=1, max_size=2))
    quantify = every if kind == 11 else some
    return quantify(*sorts, one if len(sorts) == 1 else two)


@st.composite
def formulas(draw: st.DrawFn) -> Any:
    return formula(draw, 3, {"Thing": [], "Number": []})


def as_facts(structure: Structure) -> list[Any]:
    """The tables, said to z3."""
    made = []
    for symbol in THEORY.symbols.values():
        for key in structure.keys(symbol):
            places = key if len(symbol.arguments) != 1 else (key,)
            args = [SCOPE.elements[sort.name][at] for sort, at in zip(symbol.arguments, places, strict=True)]
            value = structure.value(symbol, key)
            wanted = value if symbol.is_relation else SCOPE.elements[symbol.result.name][value]
            made.append(symbol.declaration(*args) == wanted)
    return made


@settings(max_examples=100, deadline=None)
@given(formulas(), structures(), st.integers(0, 1))
def test_every_formula_has_the_value_that_z3_gives_it(term: Any, structure: Structure, thing: int) -> None:
    constants = {"some_thing": THING.constant("some_thing")}
    solver = new_solver()
    solver.add(*SCOPE.facts(constants), *as_facts(structure), constants["some_thing"] == SCOPE.elements["Thing"][thing])
    solver.add(SCOPE.expand(term))
    wanted = solver.check() == z3.sat
    assert compile_term(THEORY, term)(structure, {"some_thing": thing}) == wanted


def test_a_change_is_the_table_after_a_step() -> None:
    thing, number = THING.constant("thing"), NUMBER.constant("number")
    step = Step(S).set("size", thing, to=number).set("linked", thing, to=S.chosen).set("on", to=True)
    before = Structure(
        {"Thing": (0, 1), "Number": (0, 1)},
        {
            "linked": frozenset({(1, 1)}), "chosen": frozenset({0}), "on": frozenset(),
            "size": {0: 0, 1: 0}, "most": {(): 0},
        },
    )  # fmt: skip
    values = {"thing": 1, "number": 1}
    after = {name: compile_change(THEORY, THEORY.symbols[name], step)(before, values) for name in step.changes}
    assert after == {"size": {0: 0, 1: 1}, "linked": frozenset({(1, 0)}), "on": frozenset({()})}


def test_symbols_that_are_read_are_known() -> None:
    assert symbols_of(THEORY, every(THING, lambda t: z3.Implies(S.chosen(t), S.size(t) == S.most()))) == {
        "chosen",
        "size",
        "most",
    }


def test_an_operator_that_is_not_known_is_refused() -> None:
    with pytest.raises(NotEvaluated):
        compile_term(THEORY, z3.BitVec("x", 8) + 1 == 3)
    with pytest.raises(NotEvaluated):
        compile_term(THEORY, z3.Lambda([z3.Int("x")], z3.Int("x"))[2] == 2)


@given(st.integers(-50, 50), st.integers(-7, 7).filter(bool))
def test_division_is_z3s(dividend: int, divisor: int) -> None:
    a, b = z3.IntVal(dividend), z3.IntVal(divisor)
    assert integer_division(dividend, divisor) == z3.simplify(a / b).as_long()
    assert modulus(dividend, divisor) == z3.simplify(a % b).as_long()
    assert integer_division(dividend, 0) == 0


@settings(max_examples=20, deadline=None)
@given(st.integers(-9, 9), st.integers(-9, 9))
def test_arithmetic_is_z3s(x: int, y: int) -> None:
    counting = Theory("counting")
    counting.integers("Count")
    p, q = z3.Ints("p q")
    terms = [
        p + q,
        p - q,
        p * q,
        -p,
        p < q,
        p <= q,
        p > q,
        p >= q,
        p != q,
        z3.Distinct(p, q, p + 1),
        z3.Xor(p < q, q < 3),
    ]
    for term in terms:
        found = compile_term(counting, term)(Structure({}, {}), {"p": x, "q": y})
        wanted = z3.simplify(z3.substitute(term, (p, z3.IntVal(x)), (q, z3.IntVal(y))))
        assert str(found) == str(wanted)
