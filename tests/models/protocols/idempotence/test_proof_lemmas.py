"""The lemmas: each with its sentence, all true of some state, some false where a rule is missing."""

from __future__ import annotations

import pytest

from nilometer_models.machine import Instance
from nilometer_models.protocols.idempotence import MACHINE, Config, Rules
from nilometer_models.protocols.idempotence.proof import SMALL
from nilometer_models.protocols.idempotence.proof_lockstep import lockstep
from nilometer_models.prover.conditions import new_solver
from nilometer_models.prover.theory import State

GROUPS = ["goal", "order", "sequences", "epochs", "state", "under way", "answers"]


def test_lemmas_come_in_groups_that_the_module_explains() -> None:
    assert list(dict.fromkeys(lemma.group for lemma in SMALL.theory.lemmas.values())) == GROUPS
    assert all(lemma.doc.endswith(".") for lemma in SMALL.theory.lemmas.values())


def test_lemmas_have_a_state_in_which_all_are_true() -> None:
    scope = [*SMALL.scopes.growing()][3]
    before, solver = State(SMALL.theory), new_solver()
    solver.add(*scope.facts({}), *(scope.expand(lemma.claim(before)) for lemma in SMALL.theory.lemmas.values()))
    assert str(solver.check()) == "sat"


@pytest.mark.parametrize(
    ("rules", "bounds"),
    [
        ({"unknown_starts_at_zero": False}, {"failures": 1, "breaks": 0}),
        ({"truncation_rewinds_state": False}, {"failovers": 1, "breaks": 0}),
        ({"state_follows_append": False}, {"failures": 1, "breaks": 0}),
    ],
    ids=["unknown_starts_at_zero", "truncation_rewinds_state", "state_follows_append"],
)
def test_a_wrong_rule_leaves_the_proof(rules: dict[str, bool], bounds: dict[str, int]) -> None:
    config = Config(batches=2, modulus=4, rules=Rules(**rules), **bounds)
    assert lockstep(SMALL.theory).run(Instance(MACHINE, config), gaps_max=1).gaps
