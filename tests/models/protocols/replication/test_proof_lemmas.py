"""The lemmas: true where the model goes, and each with its sentence."""

from __future__ import annotations

import pytest

from nilometer_models.protocols.replication import model
from nilometer_models.protocols.replication.proof import PROOF
from nilometer_models.protocols.replication.proof_lockstep import lockstep
from nilometer_models.prover.conditions import new_solver

GROUPS = ["goal", "order", "epoch logs", "records", "leaders", "commit", "stale leaders"]


def test_lemmas_come_in_groups_that_the_module_explains() -> None:
    assert list(dict.fromkeys(lemma.group for lemma in PROOF.theory.lemmas.values())) == GROUPS
    assert all(lemma.doc.endswith(".") for lemma in PROOF.theory.lemmas.values())


def test_lemmas_have_a_state_in_which_all_are_true() -> None:
    (scope, *_) = PROOF.scopes.growing()
    solver = new_solver()
    solver.add(*scope.facts({}), *(scope.expand(PROOF.theory.lemma_formula(name)) for name in PROOF.theory.lemmas))
    assert str(solver.check()) == "sat"


@pytest.mark.parametrize("rules", [{"truncation": "none"}, {"clean_election": False}, {"isr_change_fenced": False}])
def test_some_lemma_is_false_where_the_rules_are_wrong(rules: dict[str, object]) -> None:
    walk = lockstep(PROOF.theory.without_guard("clean_election")).run(model(2, 1, 2, 2, **rules), gaps_max=1)
    assert walk.gaps
