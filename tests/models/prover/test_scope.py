"""Quantifiers spelt out over a few elements."""

from __future__ import annotations

import z3

from nilometer_models.logic import equal
from nilometer_models.prover import State, Theory, every, some
from nilometer_models.prover.conditions import new_solver
from nilometer_models.prover.scope import Scope, Scopes, integer_window

THEORY = Theory("scoped")
THING, NUMBER = THEORY.sort("Thing"), THEORY.ordered("Number")
COUNT = THEORY.integers("Count")
THEORY.relation("chosen", THING)
THEORY.function("rank", THING, to=NUMBER)
THEORY.function("weight", THING, to=COUNT)
S = State(THEORY)


def model_of(scope: Scope, *claims: object) -> object:
    solver = new_solver()
    solver.add(*scope.facts({}), *(scope.expand(claim) for claim in claims))
    return solver.model() if solver.check() == z3.sat else None


def test_for_all_and_exists_speak_of_the_elements_of_the_scope() -> None:
    two = Scope(THEORY, {"Thing": 2, "Number": 2})
    a_third = some(THING, THING, THING, lambda a, b, c: z3.And(a != b, b != c, a != c))
    assert model_of(two, a_third) is None
    assert model_of(Scope(THEORY, {"Thing": 3, "Number": 2}), a_third) is not None
    assert "ForAll" not in str(two.expand(every(THING, S.chosen)))


def test_a_model_becomes_a_structure_that_counts_from_the_least() -> None:
    scope = Scope(THEORY, {"Thing": 2, "Number": 2})
    one, other = scope.elements["Thing"]
    claims = [
        every(THING, S.chosen),
        S.rank(one) == NUMBER.least,
        NUMBER.below(S.rank(one), S.rank(other)),
        S.weight(one) == 7,
        S.weight(other) == -3,
    ]
    model = model_of(scope, *claims)
    found = scope.structure(model)
    assert found.tables == {"chosen": {0, 1}, "rank": {0: 0, 1: 1}, "weight": {0: 7, 1: -3}}
    assert {6, 7, 8, -4, -3, -2} <= set(found.universes["Int"])
    assert scope.values(model, {"x": other, "p": z3.BoolVal(True)}) == {"x": 1, "p": True}


def test_integers_stay_unbounded() -> None:
    scope = Scope(THEORY, {"Thing": 1, "Number": 1})
    mixed = every(THING, COUNT, lambda thing, count: z3.Or(count > 0, equal(S.weight(thing), S.weight(thing))))
    assert "ForAll" in str(scope.expand(mixed))
    assert model_of(scope, some(COUNT, lambda count: count > 1_000_000)) is not None
    assert integer_window(Theory("none"), None) == ()


def test_integers_may_be_spelt_out_too() -> None:
    scope = Scope(THEORY, {"Thing": 1, "Number": 1, "Count": 6})
    assert "ForAll" not in str(scope.expand(every(COUNT, lambda count: count > -3)))
    assert model_of(scope, some(COUNT, lambda count: count > 5)) is None
    model = model_of(scope, every(THING, lambda thing: S.weight(thing) > 0))
    assert scope.structure(model).tables["weight"][0] in (1, 2, 3)
    assert model_of(scope, every(THING, lambda thing: S.weight(thing) > 2)) is None  # values keep away from the edge
    assert Scopes(THEORY, {"Count": 4}).most == {"Thing": 3, "Number": 3, "Count": 4}


def test_scopes_grow_and_are_kept() -> None:
    scopes = Scopes(THEORY, {"Thing": 4, "Number": 2})
    grown = [{name: len(elements) for name, elements in scope.elements.items()} for scope in scopes.growing()]
    assert grown == [{"Thing": 2, "Number": 2}, {"Thing": 3, "Number": 2}, {"Thing": 4, "Number": 2}]
    assert [*scopes.growing()] == [*scopes.growing()]
    assert str(scopes) == "4 Thing, 2 Number"
