"""Conditions: what is asked, with which premises."""

from __future__ import annotations

from nilometer_models.prover import GOAL, INITIALLY, Conditions, Name, Verdict
from tests.models.prover.lock import PROOF


def test_every_pair_is_asked_and_each_goal() -> None:
    names = list(Conditions(PROOF.theory).names())
    assert len(names) == 3 * 2 + 1
    assert names[0] == (INITIALLY, "only_one_holds_it")
    assert names[-1] == (GOAL, "one_holder")
    assert str(names[2]) == "Take / only_one_holds_it"


def test_premises_are_all_lemmas_or_the_list_or_the_lemma_itself() -> None:
    take = Name("Take", "only_one_holds_it")
    everything = Conditions(PROOF.theory)
    assert everything.premise_names(take) == ("only_one_holds_it", "free_means_free")
    assert everything.premise_names(Name(INITIALLY, "only_one_holds_it")) == ()
    listed = Conditions(PROOF.theory, {take: ("free_means_free",)})
    assert listed.premise_names(take) == ("free_means_free",)
    assert listed.premise_names(Name("Give", "free_means_free")) == ("free_means_free",)
    assert listed.premise_names(Name(GOAL, "one_holder")) == ()


def test_the_answer_depends_on_the_premises() -> None:
    conditions = Conditions(PROOF.theory)
    take = Name("Take", "only_one_holds_it")
    assert conditions.ask(take).verdict is Verdict.PROVED
    failed = conditions.ask(take, ("only_one_holds_it",))
    assert failed.verdict is Verdict.FAILED
    assert failed.model is not None
    assert failed.premises == ("only_one_holds_it",)


def test_too_little_effort_is_unknown_and_no_pass() -> None:
    answer = Conditions(PROOF.theory).ask(Name("Take", "only_one_holds_it"), effort=1)
    assert answer.verdict is Verdict.UNKNOWN
