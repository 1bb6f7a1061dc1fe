"""The proof for any number of batches, with Kafka's own numbers; what it needs, and what it does not."""

from __future__ import annotations

import pytest

from nilometer_models.protocols.idempotence.proof import PROOF, SMALL, SPARE, VARIANTS, gaps
from nilometer_models.protocols.idempotence.proof_state import Sizes
from nilometer_models.protocols.idempotence.properties import GOALS
from nilometer_models.protocols.idempotence.state import Rules
from nilometer_models.prover import hygiene, needs

assert SMALL.needs_path is not None
NEEDS = needs.load(SMALL.needs_path)
SLOW = {"DeliverNext.delay_bounded", "DeliverDuplicate.delay_bounded"}
"""Counterexamples that go round a whole cycle: `needs.faults(SMALL, …)` finds them, too, in a minute."""


@pytest.mark.parametrize("proof", [PROOF, SMALL], ids=["Kafka's numbers", "small numbers"])
def test_everything_is_proved(proof) -> None:  # type: ignore[no-untyped-def]
    run = proof.run()
    assert run.holds, [str(answer.name) for answer in run.failed]
    assert set(proof.theory.goals) == set(GOALS)
    assert run.proved == len(proof.theory.lemmas) * (len(proof.theory.actions) + 1) + len(GOALS)


def test_the_numbers_are_those_of_kafka() -> None:
    assert Sizes() == Sizes(modulus=2**31, window=5, in_flight=5)


def test_lists_of_premises_are_of_this_proof() -> None:
    assert PROOF.stale_lists() == []


def test_sorts_make_each_other_along_no_cycle_but_where_it_is_waived() -> None:
    assert hygiene.faults(PROOF.theory) == []
    assert {(waiver.source, waiver.target) for waiver in PROOF.theory.waivers} == {("Int", "Int")}


def test_something_is_said_about_every_guard_lemma_and_rule() -> None:
    parts = {str(part) for part in needs.parts(SMALL)}
    assert {str(part) for part in NEEDS} | set(SPARE) == parts
    assert all(SPARE.values())


@pytest.mark.parametrize("guard", ["Send.counts_span", "TakeOther.queued", "RefuseGap.deduplicates", "Replicate.more"])
def test_a_guard_is_needed_by_the_condition_that_is_recorded(guard: str) -> None:
    (part,) = (part for part in NEEDS if str(part) == guard)
    pair = needs.first_counterexample(SMALL, needs.without(SMALL, part), [NEEDS[part]])
    assert pair is not None
    assert pair.name == NEEDS[part]


def test_every_rule_is_a_guard_or_has_a_variant_or_is_no_rule_of_safety() -> None:
    guards = {guard for names in PROOF.theory.guards().values() for guard in names}
    unsaid = set(Rules._fields) - guards - set(VARIANTS)
    assert unsaid == {"sequence_wraps", "snapshot_outlives_records", "last_acked_wraps"}


def test_what_the_campaign_runs_beside_the_model_has_no_gap() -> None:
    assert gaps() == []
