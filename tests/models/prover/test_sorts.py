"""Sorts and quantifiers."""

from __future__ import annotations

import z3

from nilometer_models.logic import equal, exists, for_all
from nilometer_models.prover import Theory, every, some
from nilometer_models.prover.conditions import new_solver

THEORY = Theory("sorts")
THING, NUMBER = THEORY.sort("Thing"), THEORY.ordered("Number")


def proves(claim: object) -> bool:
    solver = new_solver()
    solver.add(*NUMBER.axioms, z3.Not(claim))
    return bool(solver.check() == z3.unsat)


def test_an_order_is_total_and_has_a_least_element() -> None:
    assert proves(every(NUMBER, NUMBER, lambda a, b: z3.Or(NUMBER.below(a, b), NUMBER.below(b, a), a == b)))
    assert proves(every(NUMBER, lambda a: NUMBER.at_most(NUMBER.least, a)))
    assert proves(every(NUMBER, NUMBER, lambda a, b: NUMBER.at_most(NUMBER.smaller(a, b), b)))
    assert not proves(every(NUMBER, lambda a: NUMBER.below(NUMBER.least, a)))


def test_nothing_lies_between_an_element_and_the_next() -> None:
    a, b, c = (NUMBER.constant(name) for name in "abc")
    assert proves(z3.Implies(z3.And(NUMBER.next(a, b), NUMBER.below(a, c)), NUMBER.at_most(b, c)))
    assert proves(z3.Implies(z3.And(NUMBER.next(a, b), NUMBER.next(a, c)), b == c))


def test_nested_quantifiers_of_a_kind_become_one_and_keep_their_variables_apart() -> None:
    nested = for_all(THING, lambda _: for_all(THING, lambda x: equal(x, x)))
    assert (nested.num_vars(), proves(nested)) == (2, True)
    assert not proves(for_all(THING, lambda x: for_all(THING, lambda y: x == y)))
    mixed = for_all(THING, lambda x: exists(THING, lambda y: x == y))
    assert (mixed.num_vars(), proves(mixed)) == (1, True)
    assert proves(some(THING, lambda _: True))
