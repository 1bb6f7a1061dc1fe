"""Counterexamples to induction: found by z3, confirmed without it."""

from __future__ import annotations

from typing import Any

import pytest

from nilometer_models.logic import implies
from nilometer_models.prover import GOAL, INITIALLY, Conditions, Name, Proof, State, Step, Theory, every
from nilometer_models.prover.counterexamples import EvaluatorsDisagree, confirmed, find, smallest
from nilometer_models.prover.structures import Structure
from tests.models.prover.lock import PROOF

TAKE = Name("Take", "only_one_holds_it")
WEAK = PROOF.theory.without_lemma("free_means_free")


def test_the_smallest_pair_has_as_few_elements_as_possible_and_shows_what_changes() -> None:
    pair = smallest(Conditions(WEAK), TAKE, PROOF.scopes)
    assert pair is not None
    assert pair.before.universes["Client"] == (0, 1)
    text = str(pair)
    assert text.startswith("Take(client=c")
    assert "makes only_one_holds_it false" in text
    assert "->  c0, c1" in text


def test_what_is_proved_has_none() -> None:
    assert smallest(Conditions(PROOF.theory), TAKE, PROOF.scopes) is None
    assert smallest(Conditions(PROOF.theory), TAKE, PROOF.scopes, ["only_one_holds_it"]) is not None


def test_goals_and_initial_states_have_one_state() -> None:
    weak = Conditions(WEAK.without_lemma("only_one_holds_it"))
    (scope, *_) = PROOF.scopes.growing()
    pair = find(weak, Name(GOAL, "one_holder"), scope)
    assert pair is not None
    assert pair.before is pair.after
    assert str(pair).startswith("one_holder is false in this state")
    assert find(Conditions(PROOF.theory), Name(INITIALLY, "only_one_holds_it"), scope) is None


def test_integers_are_confirmed_within_a_window() -> None:
    theory = Theory("counting")
    number = theory.integers("Number")
    theory.function("top", to=number)
    theory.function("price", number, to=number)
    theory.relation("sold", number)

    @theory.action("Sell", at=number)
    def sell(s: State, at: Any) -> Step:
        """Something later is sold."""
        return Step(s).require("later", at > s.top()).set("top", to=at).set("sold", at, to=True)

    @theory.lemma("prices")
    def prices_grow(s: State) -> Any:
        """What comes next costs more."""
        return every(number, lambda n: implies(s.sold(n), s.price(n) < s.price(n + 1)))

    @theory.lemma("prices")
    def sold_up_to_the_top(s: State) -> Any:
        """Nothing beyond the top was sold."""
        return every(number, lambda n: implies(s.sold(n), n <= s.top()))

    run = Proof(theory).run(only=lambda name: name.action == "Sell")
    (failed,) = run.failed
    assert failed.name == ("Sell", "prices_grow")
    pair = run.counterexample(failed)
    assert pair is not None
    at = pair.parameters["at"]
    assert at in pair.after.tables["sold"]
    assert pair.after.tables["price"][at] >= pair.after.tables["price"][at + 1]


def test_what_plain_python_does_not_find_true_is_not_shown() -> None:
    conditions = Conditions(WEAK)
    fine = Structure({"Client": (0, 1)}, {"free": frozenset({()}), "holds": frozenset(), "held_before": frozenset()})
    with pytest.raises(EvaluatorsDisagree, match="only_one_holds_it is true after it"):
        confirmed(conditions, TAKE, ["only_one_holds_it"], fine, {"client": 0})
    taken = fine.with_tables({"free": frozenset(), "holds": frozenset({0, 1})})
    with pytest.raises(EvaluatorsDisagree, match="premise only_one_holds_it; guard free"):
        confirmed(conditions, TAKE, ["only_one_holds_it"], taken, {"client": 0})
