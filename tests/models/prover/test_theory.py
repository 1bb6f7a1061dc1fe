"""Theories and steps."""

from __future__ import annotations

import pytest
import z3

from nilometer_models.prover import ANYTHING, State, Step, Theory, choose
from tests.models.prover.lock import PROOF

THEORY = Theory("pairs")
THING, NUMBER = THEORY.sort("Thing"), THEORY.ordered("Number")
THEORY.relation("linked", THING, THING)
THEORY.function("size", THING, to=NUMBER)
THEORY.function("most", to=NUMBER)


@THEORY.define
def linked_both_ways(s: State, a: object, b: object) -> object:
    return z3.And(s.linked(a, b), s.linked(b, a))


a, b, c = (THING.constant(name) for name in "abc")
n = NUMBER.constant("n")


def same(one: object, other: object) -> bool:
    solver = z3.Solver()
    solver.add(one != other)
    return bool(solver.check() == z3.unsat)


def test_a_symbol_is_applied_to_its_sorts_only() -> None:
    s = State(THEORY)
    with pytest.raises(TypeError, match=r"linked takes \(Thing, Thing\): n is a Number"):
        s.linked(a, n)
    with pytest.raises(TypeError, match="not 1 arguments"):
        s.linked(a)
    with pytest.raises(AttributeError, match="has no symbol nothing; it has linked, size, most"):
        s.nothing(a)
    with pytest.raises(AttributeError, match="has no symbol nothing"):
        Step(s).set("nothing", to=True)
    with pytest.raises(TypeError):
        Step(s).set("size", n, to=n)


def test_after_a_step_symbols_are_what_it_wrote_and_else_what_they_were() -> None:
    s = State(THEORY)
    after = Step(s).set("size", a, to=n).set("most", to=n).after
    assert same(after.size(b), choose(b == a, n, s.size(b)))
    assert same(after.most(), n)
    assert same(after.linked(a, b), s.linked(a, b))


def test_a_row_a_column_and_a_place_are_written() -> None:
    s = State(THEORY)
    row = Step(s).set("linked", a, to=lambda y: y == c).after
    assert same(row.linked(a, b), b == c)
    assert same(row.linked(b, a), z3.If(b == a, a == c, s.linked(b, a)))
    column = Step(s).set("linked", ANYTHING, a, to=lambda x: x == c).after
    assert same(column.linked(b, a), b == c)
    place = Step(s).set("linked", a, b, to=False).after
    assert same(place.linked(a, b), z3.BoolVal(False))


def test_updates_are_simultaneous_and_a_later_one_wins() -> None:
    s = State(THEORY)
    swapped = Step(s).set("size", a, to=s.size(b)).set("size", b, to=s.size(a)).after
    solver = z3.Solver()
    solver.add(a != b, z3.Not(z3.And(swapped.size(a) == s.size(b), swapped.size(b) == s.size(a))))
    assert solver.check() == z3.unsat


def test_definitions_are_read_in_their_state() -> None:
    s = State(THEORY)
    after = Step(s).set("linked", a, b, to=True).after
    solver = z3.Solver()
    solver.add(s.linked(b, a), z3.Not(after.linked_both_ways(a, b)))
    assert solver.check() == z3.unsat


def test_a_step_says_what_it_keeps() -> None:
    assert Step(State(THEORY)).set("most", to=n).keeps == ["linked", "size"]


def test_a_theory_without_a_guard_or_a_lemma_is_another_one() -> None:
    theory = PROOF.theory
    assert theory.guards() == {"Take": ["free"], "Give": ["holder"]}
    assert theory.without_guard("free").guards()["Take"] == []
    assert theory.without_guard("free", "Take").guards()["Give"] == ["holder"]
    assert list(theory.without_lemma("free_means_free").lemmas) == ["only_one_holds_it"]
    assert theory.guards()["Take"] == ["free"]
    with pytest.raises(AssertionError):
        theory.without_guard("no such guard")


def test_what_is_registered_says_what_it_is() -> None:
    theory = Theory("silent")

    def silent(s: State) -> object:
        return s

    with pytest.raises(AssertionError):
        theory.lemma("group")(silent)


def test_a_parameter_may_not_have_the_name_of_a_symbol() -> None:
    """To z3 both would be one constant, and the step one about that element only."""
    named = Theory("named")
    thing = named.sort("Thing")
    named.function("first", to=thing)
    with pytest.raises(AssertionError, match="parameter first for the symbol"):

        @named.action("Step", first=thing)
        def step(s: State, first: object) -> Step:  # noqa: ARG001
            """Nothing happens."""
            return Step(s)
