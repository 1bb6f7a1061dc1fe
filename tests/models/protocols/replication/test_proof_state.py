"""The symbols of the proof, read by the evaluator on a state of the model."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nilometer_models.explore import explore
from nilometer_models.invariants import replication as goals
from nilometer_models.protocols.replication import model
from nilometer_models.protocols.replication.model import GOALS, MACHINE, STEP_GOALS
from nilometer_models.protocols.replication.proof import PROOF
from nilometer_models.protocols.replication.proof_lockstep import structure
from nilometer_models.protocols.replication.state import View
from nilometer_models.prover.plain import PlainTheory

PLAIN = PlainTheory(PROOF.theory)
WRONG = model(2, 2, 2, 2, truncation="high_watermark", truncation_fenced=False, fetch_fenced=False)
SEEN = explore(WRONG, states_max=3_000)


ALL = {**GOALS, "replicas_agree_below_high_watermark": goals.replicas_agree_below_high_watermark}


def test_goals_of_the_proof_are_those_of_the_model_and_that_replicas_agree() -> None:
    assert set(GOALS) == set(MACHINE.invariants)
    assert set(PROOF.theory.goals) == set(ALL)
    assert set(STEP_GOALS) == set(MACHINE.step_properties)
    assert set(PROOF.theory.step_goals) == {*STEP_GOALS, "committed_is_committed"}


def test_replicas_agree_where_the_rules_are_right_and_not_where_they_are_wrong() -> None:
    def agree(rules: dict[str, object]) -> bool:
        run = explore(model(2, 1, 2, 1, **rules))
        views = (run.instance.view(run.state(number)) for number in range(run.states))
        return all(map(goals.replicas_agree_below_high_watermark, views))

    assert agree({})
    assert not agree({"clean_election": False})


@given(st.integers(0, SEEN.states - 1))
def test_a_goal_is_true_of_the_proofs_state_where_it_is_true_of_the_models(number: int) -> None:
    state = SEEN.state(number)
    view = View(WRONG.config, state)
    tables = structure(WRONG.config, state)
    for name, goal in ALL.items():
        assert PLAIN.goals[name](tables, {}) == bool(goal(view)), name
