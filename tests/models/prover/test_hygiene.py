"""The graph of sorts that make each other."""

from __future__ import annotations

from typing import Any

from nilometer_models.logic import equal, implies, negate
from nilometer_models.prover import State, Step, Theory, every, some
from nilometer_models.prover.hygiene import cycle, edges, edges_of_term, faults
from tests.models.prover.lock import PROOF


def two_sorts(*, back: bool = False) -> Theory:
    theory = Theory("two sorts")
    a, b = theory.sort("A"), theory.sort("B")
    theory.relation("near", a, b)
    theory.function("home", a, to=b)
    if back:
        theory.function("guest", b, to=a)

    @theory.action("Move", one=a, to=b)
    def move(s: State, one: Any, to: Any) -> Step:
        """It moves."""
        return Step(s).set("home", one, to=to)

    return theory


def test_functions_and_witnesses_are_edges() -> None:
    theory = two_sorts()
    a, b = theory.sorts["A"], theory.sorts["B"]
    s = State(theory)
    assert edges(theory) == {("A", "B"): ["function home"]}
    each_has_one = every(a, lambda x: some(b, lambda y: s.near(x, y)))
    assert edges_of_term(each_has_one) == {("A", "B")}
    assert edges_of_term(each_has_one, holds=False) == set()
    assert edges_of_term(negate(some(a, lambda x: every(b, lambda y: s.near(x, y))))) == {("A", "B")}
    premise = every(a, lambda x: implies(every(b, lambda y: s.near(x, y)), s.near(x, s.home(x))))
    assert edges_of_term(premise) == {("A", "B")}
    assert edges_of_term(every(a, lambda x: equal(every(b, lambda y: s.near(x, y)), True))) == {("A", "B")}


def test_a_cycle_is_found_with_its_sorts() -> None:
    assert cycle({("A", "B"), ("B", "C")}) is None
    assert cycle({("A", "B"), ("B", "C"), ("C", "A")}) == ["A", "B", "C", "A"]
    assert cycle({("A", "B"), ("B", "B")}) == ["B", "B"]


def test_a_cycle_is_a_fault_until_it_is_waived() -> None:
    assert faults(two_sorts()) == []
    theory = two_sorts(back=True)
    (fault,) = faults(theory)
    assert fault == "sorts make each other: A -> B (function home), B -> A (function guest)"
    theory.waive(theory.sorts["B"], theory.sorts["A"], "guests have no homes in the lemmas")
    assert faults(theory) == []


def test_a_lemma_that_makes_a_cycle_after_a_step_is_found() -> None:
    theory = two_sorts()
    a, b = theory.sorts["A"], theory.sorts["B"]

    @theory.lemma("back")
    def everybody_is_near_somebody(s: State) -> Any:
        """Each place has somebody near."""
        return every(b, lambda y: some(a, lambda x: s.near(x, y)))

    (fault,) = faults(theory)
    assert "B -> A (lemma everybody_is_near_somebody)" in fault


def test_goals_about_steps_count() -> None:
    theory = two_sorts()
    a, b = theory.sorts["A"], theory.sorts["B"]

    def nobody_was_near(before: State, after: State) -> Any:
        """Somewhere, nobody is near who was not."""
        return some(b, lambda y: every(a, lambda x: implies(after.near(x, y), before.near(x, y))))

    theory.step_goal(nobody_was_near, lambda s: s)
    assert "B -> A (goal nobody_was_near of Move, negated)" in faults(theory)[0]


def test_a_waiver_that_nothing_needs_is_a_fault() -> None:
    theory = two_sorts()
    theory.waive(theory.sorts["A"], theory.sorts["B"], "no reason")
    assert faults(theory) == ["the waiver for A -> B is not needed"]


def test_the_lock_is_clean() -> None:
    assert faults(PROOF.theory) == []
