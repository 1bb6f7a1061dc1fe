"""Machines and their instances: what is possible, what is not, and why."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from nilometer_models.machine import Bounds, Fair, Label, Machine
from tests.models import crossing
from tests.models.toy import JUGS, State, instance


def test_a_step_that_is_not_possible_says_why() -> None:
    jugs = instance()
    assert jugs.why_not(State(3, 0), "Fill", jug="small") == "small is full"
    assert jugs.why_not(State(3, 0), "Fill", jug="big") is None
    with pytest.raises(ValueError, match=r"Fill\(jug=small\) is not possible: small is full"):
        jugs.take(State(3, 0), "Fill", jug="small")


def test_enabled_and_disabled_steps_are_all_steps() -> None:
    jugs = instance()
    state = State(3, 0)
    every = [action.label(arguments) for action, arguments in jugs.candidates]
    assert sorted(map(str, every)) == sorted(
        [*map(str, jugs.enabled(state)), *(str(one.label) for one in jugs.disabled(state))]
    )
    assert "Empty(jug=big): big is empty" in map(str, jugs.disabled(state))


def test_an_unknown_action_is_named_with_those_that_there_are() -> None:
    with pytest.raises(KeyError, match="Fill, Empty, Pour"):
        JUGS.action_named("Drink")


def test_a_property_has_its_name_in_both_languages() -> None:
    assert JUGS.invariants["within_the_brim"].tla_name == "WithinTheBrim"
    assert str(Label("Fill", (("jug", "big"),))) == "Fill(jug=big)"


def test_a_property_or_action_without_words_is_refused() -> None:
    machine: Machine[None, int, int] = Machine("m", lambda _: [0], lambda _, s: s)

    def silent(_: int) -> bool:
        return True

    with pytest.raises(AssertionError):
        machine.invariant()(silent)


def test_bounds_and_bugs_have_names_of_their_own() -> None:
    machine: Machine[crossing.Config, crossing.State, crossing.State] = replace(crossing.MACHINE, bounds={}, bugs={})
    machine.bounded("one", crossing.Config(1), edges=True)
    assert machine.bounds["one"] == Bounds("one", crossing.Config(1), edges=True, nightly=False)
    with pytest.raises(AssertionError):
        machine.bounded("one", crossing.Config(2))
    machine.bug(
        "edit", "An edit", breaks="nobody_need_wait", config=crossing.Config(1), source="KIP-1", hands_over=False
    )
    assert machine.bugs["edit"].rules == {"hands_over": False}
    with pytest.raises(AssertionError):
        machine.bug("edit", "Again", breaks="nobody_need_wait", config=crossing.Config(1))
    with pytest.raises(AssertionError, match="crossing promises no tea"):
        machine.bug("other", "Another", breaks="tea", config=crossing.Config(1))


def test_rules_and_bugs_change_the_rules_and_not_the_bounds() -> None:
    right = crossing.crossing(3)
    assert right.with_rules(hands_over=False).config == crossing.Config(3, crossing.Rules(hands_over=False))
    assert right.with_bug("turn_kept") == right.with_rules(hands_over=False)
    assert right == crossing.crossing(3)
    with pytest.raises(KeyError, match="has no bug tea; it has green_at_once, red_runner, turn_kept, impatient"):
        right.with_bug("tea")
    with pytest.raises(ValueError, match="unexpected"):
        right.with_rules(tea=True)


def test_every_kind_of_promise_is_a_property() -> None:
    assert list(crossing.MACHINE.properties) == [
        "never_both_green", "cars_leave_on_green", "nobody_need_wait", "everybody_gets_through",
    ]  # fmt: skip
    assert crossing.MACHINE.needs_graph
    assert not replace(crossing.MACHINE, can_always={}, leading_to={}).needs_graph


def test_what_must_come_keeps_who_is_fair() -> None:
    fair = crossing.MACHINE.leading_to["everybody_gets_through"].fair
    assert fair == (Fair("Pass"), Fair("TurnGreen"), Fair("TurnRed", each=[]))


def test_a_module_is_found_beside_the_machine_if_it_is_there(tmp_path: Path) -> None:
    assert crossing.MACHINE.module == Path(crossing.__file__).parent / "Crossing.tla"
    assert replace(crossing.MACHINE, home=tmp_path).module is None
    assert replace(crossing.MACHINE, home=None).module is None
