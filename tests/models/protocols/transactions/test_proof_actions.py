"""The proof's actions are those of version 2 of the model."""

from __future__ import annotations

from nilometer_models.protocols.transactions import MACHINE
from nilometer_models.protocols.transactions.proof import PROOF
from nilometer_models.protocols.transactions.proof_actions import UNSEEN

VERSION_1 = {"SendAdd", "AnswerAdd"}


def test_every_action_of_version_2_has_its_cases() -> None:
    model = {action.name for action in MACHINE.actions}
    assert {action.of for action in PROOF.theory.actions.values()} == model - VERSION_1


def test_what_the_proof_does_not_see_changes_nothing() -> None:
    for name in UNSEEN:
        assert not PROOF.theory.actions[name].step(PROOF.theory).changes


def test_each_end_of_a_transaction_is_in_a_later_epoch() -> None:
    guards = PROOF.theory.guards()
    for action in ("EndCommit", "EndAbort", "EndNothing", "EndNothingUnheard", "FenceByInit", "AnswerInit"):
        assert "a_later_epoch" in guards[action]
    assert "timeout_fences" in guards["AbortTimedOut"]
