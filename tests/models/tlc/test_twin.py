"""Twins: equal graphs are found equal, and every kind of difference is shown."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from nilometer_models.machine import Action, Instance, Machine
from nilometer_models.tlc.twin import compare
from tests.models import crossing, toy

pytestmark = [pytest.mark.java, pytest.mark.xdist_group("jvm")]
MODULE = Path(__file__).parents[1] / "Jugs.tla"
CROSSING = Path(__file__).parents[1] / "Crossing.tla"


def test_two_readings_of_one_puzzle_are_one_graph() -> None:
    twin = compare(toy.instance(), MODULE)
    assert twin.equal, twin
    assert twin.python_states == 16
    assert str(twin).startswith("equal: 16 states")


def changed(*actions: Action) -> Instance[toy.Config, toy.State, toy.State]:
    machine = Machine(
        toy.JUGS.name, toy.initial, toy.view, list(actions), dict(toy.JUGS.invariants), dict(toy.JUGS.step_properties)
    )
    return Instance(machine, toy.Config())


def test_an_edge_that_only_one_has_is_shown() -> None:
    fill, empty, pour = toy.JUGS.actions

    def spill(c: toy.Config, s: toy.State, jug: str) -> toy.State:
        return toy.State(0, 0) if s == toy.State(3, 5) else empty.apply(c, s, jug)

    twin = compare(
        changed(fill, Action("Empty", "people", empty.domains, empty.why_not, spill, empty.doc), pour), MODULE
    )
    assert not twin.equal
    assert any("only Python takes Empty(jug=" in line for line in twin.differences)
    assert any("only TLA+ takes Empty(jug=" in line for line in twin.differences)


def test_states_that_only_one_reaches_are_shown() -> None:
    fill, empty, _ = toy.JUGS.actions
    twin = compare(changed(fill, empty), MODULE)
    assert any(line.startswith("only TLA+ reaches [big=") for line in twin.differences)


def test_states_that_only_python_reaches_are_shown() -> None:
    fill, empty, pour = toy.JUGS.actions

    def overfill(c: toy.Config, s: toy.State, jug: str) -> toy.State:
        return toy.State(7, 7) if s == toy.State(3, 5) else empty.apply(c, s, jug)

    wrong = Action("Empty", "people", empty.domains, empty.why_not, overfill, empty.doc)
    twin = compare(changed(fill, wrong, pour), MODULE)
    assert any(line == "only Python reaches [big=7, small=7]" for line in twin.differences)
    assert str(twin).startswith("different (python ")


def test_of_a_large_graph_whole_levels_are_compared() -> None:
    whole = compare(crossing.crossing(2), CROSSING)
    assert (whole.equal, whole.whole, whole.levels, whole.python_states) == (True, True, 9, 40)
    part = compare(crossing.crossing(2), CROSSING, states_max=20)
    assert part.equal, part
    assert not part.whole
    assert 2 < part.levels < 9
    assert 1 < part.python_states == part.tla_states < 40
    assert 1 < part.python_edges == part.tla_edges < 72
    assert str(part).endswith(f"in the first {part.levels} levels")


@pytest.mark.parametrize("states_max", [2, 7, 13, 30, 39, 40])
def test_wherever_a_graph_is_cut_both_are_cut_at_the_same_place(states_max: int) -> None:
    twin = compare(crossing.crossing(2), CROSSING, states_max=states_max)
    assert twin.equal, twin


def test_a_difference_below_the_cut_is_found_and_beyond_it_is_not() -> None:
    instance = crossing.crossing(2)

    def never(c: crossing.Config, s: crossing.State, light: int) -> str | None:
        return "never" if s.arrived == 2 and s.waiting == (0, 0) else arrive.why_not(c, s, light)

    actions = {action.name: action for action in crossing.MACHINE.actions}
    arrive = actions["TurnGreen"]
    late = replace(actions["TurnGreen"], why_not=never)
    machine = replace(
        crossing.MACHINE, actions=[late if a.name == "TurnGreen" else a for a in crossing.MACHINE.actions]
    )
    changed_late = Instance(machine, instance.config)
    assert not compare(changed_late, CROSSING).equal
    assert compare(changed_late, CROSSING, states_max=8).equal


def test_invariants_that_mean_something_else_are_found_in_states_that_both_reach() -> None:
    machine = replace(toy.JUGS, invariants={**toy.JUGS.invariants})
    never_four = toy.JUGS.invariants["never_four"]
    machine.invariants["never_four"] = replace(never_four, claim=lambda s: s.big != 3)
    twin = compare(Instance(machine, toy.Config()), MODULE)
    assert not twin.equal
    assert "only Python says that never_four holds in [big=4, small=3]" in twin.differences
    assert any(line.startswith("only TLA+ says that never_four holds in [big=3") for line in twin.differences)


def test_where_a_promise_is_broken_first_is_told() -> None:
    twin = compare(toy.instance(), MODULE)
    assert twin.broken == {"never_four": 7}
    assert compare(crossing.crossing(1, takes_turns=False), CROSSING).broken == {"never_both_green": 3}
