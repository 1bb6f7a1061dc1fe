"""The goals of the proof, read by the evaluator on states of the model, right and wrong."""

from __future__ import annotations

import pytest

from nilometer_models.explore import explore
from nilometer_models.protocols.transactions import model
from nilometer_models.protocols.transactions.model import GOALS
from nilometer_models.protocols.transactions.proof import PROOF
from nilometer_models.protocols.transactions.proof_lockstep import ID, NONE, structure
from nilometer_models.prover.plain import PlainTheory
from nilometer_models.prover.structures import Structure

PLAIN = PlainTheory(PROOF.theory)
NEEDS_NO_GHOST = sorted(set(GOALS) - {"committed_visible", "atomic"})
"""The other two ask who was acknowledged, and in which epoch a transaction was begun."""


@pytest.mark.parametrize("rules", [{}, {"verification": False}, {"completed_once": False}])
def test_a_goal_is_true_of_the_proofs_state_where_it_is_true_of_the_models(rules: dict[str, bool]) -> None:
    run = explore(model(1, 1, 2, **rules))
    for number in range(run.states):
        state = run.state(number)
        view, tables = run.instance.view(state), _with_ghosts(structure(run.instance.config, state))
        for name in NEEDS_NO_GHOST:
            assert PLAIN.goals[name](tables, {}) == bool(GOALS[name](view)), (name, state)


def _with_ghosts(made: Structure) -> Structure:
    clients = dict.fromkeys(made.universes["Client"], ID)
    authors = dict.fromkeys(made.universes["Transaction"], 1)
    owners = dict.fromkeys(made.universes["Transaction"], ID)
    epochs = dict.fromkeys(made.universes["Transaction"], NONE)
    return made.with_tables(
        {"owner": owners, "epoch_of": epochs, "acknowledged": frozenset(), "id_of": clients, "author": authors}
    )
