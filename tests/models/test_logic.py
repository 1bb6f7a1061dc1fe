"""Goals: one text, two readings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nilometer_models.logic import all_of, any_of, equal, exists, for_all, goal_words, implies, negate


@given(st.booleans(), st.booleans())
def test_on_values_the_words_are_pythons_own(a: bool, b: bool) -> None:
    assert all_of(a, b) == (a and b)
    assert any_of(a, b) == (a or b)
    assert implies(a, b) == (not a or b)
    assert negate(a) == (not a)
    assert equal(a, b) == (a == b)


@given(st.lists(st.integers()))
def test_quantifiers_over_values_are_all_and_any(values: list[int]) -> None:
    assert for_all(values, lambda v: v > 0) == all(v > 0 for v in values)
    assert exists(values, lambda v: v > 0) == any(v > 0 for v in values)


@given(st.booleans(), st.booleans())
def test_on_terms_the_same_words_build_formulas_that_z3_decides_alike(a: bool, b: bool) -> None:
    z3 = pytest.importorskip("z3")
    p, q = z3.Bools("p q")
    solver = z3.Solver()
    solver.add(p == a, q == b)
    formulas = [all_of(p, q), any_of(p, q), implies(p, q), negate(p), equal(p, q)]
    values = [all_of(a, b), any_of(a, b), implies(a, b), negate(a), equal(a, b)]
    for formula, value in zip(formulas, values, strict=True):
        assert solver.check(formula) == (z3.sat if value else z3.unsat)


def careful(x: int) -> object:
    return implies(x > 0, any_of(equal(x, 1), x > 1))


def careless(x: int) -> object:
    return x > 0 or not x == 1  # noqa: SIM201


def test_words_that_terms_would_misread_are_found() -> None:
    assert goal_words(careful) == []
    assert {word.split()[0] for word in goal_words(careless)} == {"BoolOp", "Not", "Eq"}
