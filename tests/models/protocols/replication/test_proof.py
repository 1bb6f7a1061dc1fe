"""The proof of replication: every condition, what it needs, and the rules that it rests on."""

from __future__ import annotations

import pytest

from nilometer_models.protocols.replication.model import GOALS, STEP_GOALS
from nilometer_models.protocols.replication.proof import PROOF, SPARE, UNSAID
from nilometer_models.protocols.replication.state import Rules
from nilometer_models.prover import hygiene, needs
from nilometer_models.prover.needs import Part


def test_nothing_acknowledged_is_lost_however_many_replicas_there_are() -> None:
    run = PROOF.run()
    assert run.holds, [run.explain(answer) for answer in run.failed]
    actions, lemmas = len(PROOF.theory.actions), len(PROOF.theory.lemmas)
    assert run.proved == lemmas * (actions + 1) + (len(STEP_GOALS) + 1) * actions + len(GOALS) + 1


def test_lists_of_premises_are_of_this_proof() -> None:
    assert PROOF.stale_lists() == []


def test_sorts_make_each_other_along_no_cycle_but_where_it_is_waived() -> None:
    assert hygiene.faults(PROOF.theory) == []
    assert {(waiver.source, waiver.target) for waiver in PROOF.theory.waivers} == {
        ("Replica", "Replica"),
        ("Epoch", "Replica"),
    }


def test_of_each_guard_lemma_and_rule_it_is_said_what_fails_without_it() -> None:
    assert PROOF.needs_path is not None
    assert needs.unsaid(PROOF, needs.load(PROOF.needs_path)) == []


@pytest.mark.parametrize(
    ("rule", "action"),
    [
        ("truncation = high_watermark", "BecomeFollower"),
        ("fetch_fenced = False", "Fetch"),
        ("high_watermark_fenced = False", "IncreaseHighWatermark"),
        ("isr_change_fenced = False", "ShrinkIsr"),
        ("expand_waits_for_epoch_start = False", "ExpandIsr"),
        ("clean_election = False", "ElectLeader"),
    ],
)
def test_without_a_rule_the_proof_fails_with_a_pair_of_states(rule: str, action: str) -> None:
    assert PROOF.needs_path is not None
    part = Part(rule, "rules")
    name = needs.load(PROOF.needs_path)[part]
    assert name.action == action
    pair = needs.first_counterexample(PROOF, needs.without(PROOF, part), [name])
    assert pair is not None
    assert str(pair).startswith(f"{action}(")
    assert f"makes {name.claim} false" in str(pair)


def test_rules_and_guards_that_the_proof_does_not_need_are_named_with_a_reason() -> None:
    assert set(UNSAID) <= set(Rules._fields)
    assert all(UNSAID.values())
    assert all(SPARE.values())
