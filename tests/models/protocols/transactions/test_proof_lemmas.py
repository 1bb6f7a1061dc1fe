"""The lemmas: possible together, each with its sentence, and false somewhere where the rules are wrong."""

from __future__ import annotations

import pytest

from nilometer_models.protocols.transactions import model
from nilometer_models.protocols.transactions.proof import PROOF
from nilometer_models.protocols.transactions.proof_lockstep import lockstep
from nilometer_models.prover import State
from nilometer_models.prover.conditions import new_solver

GROUPS = ["clients", "epochs", "coordinator", "partitions", "requests"]


def test_lemmas_come_in_groups_that_the_module_explains() -> None:
    assert list(dict.fromkeys(lemma.group for lemma in PROOF.theory.lemmas.values())) == GROUPS
    assert all(lemma.doc.endswith(".") for lemma in PROOF.theory.lemmas.values())


def test_lemmas_have_a_state_in_which_all_are_true() -> None:
    state = State(PROOF.theory)
    (scope, *_) = PROOF.scopes.growing()
    solver = new_solver()
    solver.add(*scope.facts({}), *(scope.expand(lemma.claim(state)) for lemma in PROOF.theory.lemmas.values()))
    assert str(solver.check()) == "sat"


@pytest.mark.parametrize(
    ("guard", "rules"),
    [
        ("verification", {"verification": False}),
        ("marker_epoch_checked", {"marker_epoch_checked": False, "coordinator_fenced": False}),
    ],
)
def test_some_lemma_is_false_where_a_rule_is_missing(guard: str, rules: dict[str, bool]) -> None:
    walk = lockstep(PROOF.theory.without_guard(guard)).run(model(1, 1, 2, reloads=1).with_rules(**rules), gaps_max=1)
    assert "is false" in walk.gaps[0]
