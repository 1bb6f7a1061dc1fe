"""The symbols of the proof."""

from __future__ import annotations

from nilometer_models.protocols.idempotence.proof import PROOF


def test_ghosts_are_what_the_model_does_not_have() -> None:
    ghosts = {name for name, symbol in PROOF.theory.symbols.items() if symbol.ghost}
    assert ghosts == {"under_way", "base_of", "answer_end"}


def test_no_parameter_has_the_name_of_a_symbol() -> None:
    """To z3 both would be one constant."""
    for action in PROOF.theory.actions.values():
        assert not set(action.parameters) & set(PROOF.theory.symbols), action.name


def test_what_a_request_says_never_changes() -> None:
    for action in PROOF.theory.actions.values():
        assert {"batch_of", "epoch_of", "sequence_of"} <= set(action.step(PROOF.theory).keeps), action.name
