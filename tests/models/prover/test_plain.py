"""A theory in plain Python."""

from __future__ import annotations

from nilometer_models.prover import Structure, Theory
from nilometer_models.prover.plain import PlainTheory
from nilometer_models.prover.structures import show_table
from tests.models.prover.lock import PROOF

PLAIN = PlainTheory(PROOF.theory)


def lock(*holders: int, free: bool) -> Structure:
    tables = {"free": frozenset({()} if free else ()), "holds": frozenset(holders), "held_before": frozenset()}
    return Structure({"Client": (1, 2, 3)}, tables)


def test_lemmas_and_goals_are_true_or_false_of_a_structure() -> None:
    assert PLAIN.broken_lemmas(lock(1, free=False)) == []
    assert PLAIN.broken_lemmas(lock(1, 2, free=False)) == ["only_one_holds_it"]
    assert PLAIN.broken_lemmas(lock(1, free=True)) == ["free_means_free"]
    assert not PLAIN.goals["one_holder"](lock(1, 2, free=False), {})


def test_lemmas_that_read_nothing_that_changed_are_passed_over() -> None:
    assert PLAIN.read_by == {"only_one_holds_it": {"holds"}, "free_means_free": {"free", "holds"}}
    assert PLAIN.broken_lemmas(lock(1, 2, free=True), {"free"}) == ["free_means_free"]
    assert PLAIN.broken_lemmas(lock(1, 2, free=True), {"held_before"}) == []


def test_an_action_names_its_closed_guards_and_makes_the_next_structure() -> None:
    take, give = PLAIN.actions["Take"], PLAIN.actions["Give"]
    assert take.closed_guards(lock(1, free=False), {"client": 2}) == ["free"]
    assert take.after(lock(free=True), {"client": 2}) == lock(2, free=False)
    assert give.closed_guards(lock(1, free=False), {"client": 2}) == ["holder"]
    assert give.after(lock(2, free=False), {"client": 2}).tables["held_before"] == {2}
    assert take.keeps == ["held_before"]


def test_initial_claims_and_assumptions() -> None:
    assert PLAIN.initial["nobody_holds_it"](lock(free=True), {})
    assert not PLAIN.initial["nobody_holds_it"](lock(1, free=True), {})
    assert PLAIN.assumptions == {}


def test_values_that_mean_nothing_are_left_out() -> None:
    theory = Theory("partial")
    thing = theory.sort("Thing")
    theory.relation("used", thing)
    theory.function("user", thing, to=thing, where=lambda s, t: s.used(t))
    made = Structure({"Thing": (0, 1)}, {"used": frozenset({1}), "user": {0: 1, 1: 1}})
    found = PlainTheory(theory).meaningful(made)
    assert found.tables["user"] == {1: 1}
    assert show_table(theory, found, "user") == "t1: t1"
    assert show_table(theory, found.with_tables({"user": {}}), "user") == "nothing"
