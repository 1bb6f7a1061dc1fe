"""The proof's actions by the rules of the model."""

from __future__ import annotations

from nilometer_models.protocols.replication import MACHINE
from nilometer_models.protocols.replication.proof import PROOF, SPARE, theory
from nilometer_models.protocols.replication.state import Rules


def test_every_action_of_the_model_has_its_cases() -> None:
    assert {action.of for action in PROOF.theory.actions.values()} == {action.name for action in MACHINE.actions}


def test_a_rule_that_is_off_takes_its_guards_away() -> None:
    loose = theory(Rules(fetch_fenced=False)).guards()
    for action, guards in PROOF.theory.guards().items():
        assert [guard for guard in guards if guard != "fetch_fenced"] == loose[action]
    assert sum("fetch_fenced" in guards for guards in PROOF.theory.guards().values()) == 3


def test_spare_guards_are_there() -> None:
    known = {f"{action}.{guard}" for action, guards in PROOF.theory.guards().items() for guard in guards}
    assert set(SPARE) <= known


def test_actions_say_what_they_keep() -> None:
    steps = {name: action.step(PROOF.theory) for name, action in PROOF.theory.actions.items()}
    assert {"log_end", "entry_epoch", "elected", "current_epoch"} <= set(steps["ShrinkIsr"].keeps)
    assert "in_isr" in steps["Fetch"].keeps
    assert "log_end" not in steps["Fetch"].keeps
