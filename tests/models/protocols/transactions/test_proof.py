"""The proof of transactions: every condition, and what it needs."""

from __future__ import annotations

from nilometer_models.protocols.transactions.model import GOALS, STEP_GOALS
from nilometer_models.protocols.transactions.proof import PROOF, RULES, SPARE, VARIANTS
from nilometer_models.protocols.transactions.state import Rules
from nilometer_models.prover import hygiene, needs


def test_version_2_is_safe_however_many_ids_partitions_and_transactions_there_are() -> None:
    run = PROOF.run()
    assert run.holds, [run.explain(answer) for answer in run.failed]
    assert set(PROOF.theory.goals) == set(GOALS)
    assert set(PROOF.theory.step_goals) == set(STEP_GOALS)
    assert not PROOF.theory.assumptions


def test_lists_of_premises_are_of_this_proof() -> None:
    assert PROOF.stale_lists() == []


def test_sorts_make_each_other_along_no_cycle() -> None:
    assert hygiene.faults(PROOF.theory) == []
    assert PROOF.theory.waivers == []


def test_each_guard_and_each_lemma_is_needed_by_the_condition_that_is_recorded() -> None:
    assert PROOF.needs_path is not None
    recorded = needs.load(PROOF.needs_path)
    assert {str(part) for part in needs.parts(PROOF)} == {str(part) for part in recorded} | set(SPARE)
    for part, name in list(recorded.items())[::12]:  # a sample: `needs.faults` takes half a minute for all
        assert needs.first_counterexample(PROOF, needs.without(PROOF, part), [name]) is not None, part


def test_variants_are_rules_of_the_model() -> None:
    assert set(RULES) <= set(Rules._fields)
    assert {name.split()[0] for name in VARIANTS} == {*RULES, "version", "init_bumps"}
