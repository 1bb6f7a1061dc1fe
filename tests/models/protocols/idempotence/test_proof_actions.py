"""The proof's actions by the rules of the model."""

from __future__ import annotations

from nilometer_models.protocols.idempotence import MACHINE
from nilometer_models.protocols.idempotence.proof import PROOF, SPARE


def test_every_action_of_the_model_has_its_cases() -> None:
    assert {action.of for action in PROOF.theory.actions.values()} == {action.name for action in MACHINE.actions}


def test_spare_guards_are_there() -> None:
    known = {f"{action}.{guard}" for action, guards in PROOF.theory.guards().items() for guard in guards}
    assert set(SPARE) <= known


def test_actions_say_what_they_keep() -> None:
    steps = {name: action.step(PROOF.theory) for name, action in PROOF.theory.actions.items()}
    assert {"end", "log_batch", "known", "window_start"} <= set(steps["RefuseGap"].keeps)
    assert {"end", "log_batch", "acked", "base_of"} <= set(steps["Evict"].keeps)
    assert "end" not in steps["DeliverNext"].keeps
