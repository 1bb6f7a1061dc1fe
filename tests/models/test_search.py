"""The loop of the explorer, beside one that is as plain as can be."""

from __future__ import annotations

import gc
from collections import deque
from typing import Any

import pytest

from nilometer_models import protocols
from nilometer_models.explore import Progress, explore
from nilometer_models.machine import Instance, Machine
from tests.models import toy
from tests.models.crossing import crossing

SMALL = [
    (name, bounds.name)
    for name in protocols.names()
    for bounds in protocols.machine(name).bounds.values()
    if bounds.edges and not bounds.nightly
]


def plainly(instance: Instance[Any, Any, Any]) -> tuple[list[Any], int, int]:
    """States in the order in which they are found, edges, and levels."""
    level = dict.fromkeys(instance.initial(), 1)
    queue, edges = deque(level), 0
    while queue:
        state = queue.popleft()
        for _, _, after in instance.steps(state):
            edges += 1
            if after not in level:
                level[after] = level[state] + 1
                queue.append(after)
    return list(level), edges, max(level.values())


@pytest.mark.parametrize("instance", [toy.instance(), toy.instance(small=0, leaks=True), crossing(2)])
def test_it_finds_what_a_plain_search_finds_in_the_same_order(instance: Instance[Any, Any, Any]) -> None:
    run = explore(instance, keep_graph=True)
    assert ([run.state(number) for number in range(run.states)], run.edges, run.depth) == plainly(instance)
    assert run.edges == sum(len(run.successors(number)) for number in range(run.states))
    for number in range(run.states):
        steps = [(action.label(args), after) for action, args, after in instance.steps(run.state(number))]
        assert [(run.label(step), run.state(to)) for step, to in run.successors(number)] == steps


@pytest.mark.parametrize(("name", "bounds"), SMALL)
def test_of_every_protocol_it_finds_what_a_plain_search_finds(name: str, bounds: str) -> None:
    machine = protocols.machine(name)
    instance = Instance(machine, machine.bounds[bounds].config)
    run = explore(instance, states_max=3_000)
    if run.exhausted:
        assert ([run.state(number) for number in range(run.states)], run.edges, run.depth) == plainly(instance)


def test_actions_of_any_number_of_parameters_are_taken() -> None:
    machine: Machine[None, int, int] = Machine("parameters", lambda _: [0], lambda _, s: s)

    def action(**domains: Any) -> None:
        class Add:
            """Add the arguments and one."""

            @staticmethod
            def why_not(_: None, s: int, *numbers: int) -> str | None:
                return "too much" if s + sum(numbers) + 1 > 20 else None

            @staticmethod
            def apply(_: None, s: int, *numbers: int) -> int:
                return s + sum(numbers) + 1

        Add.__name__ = f"Add{len(domains)}"
        machine.action("any", **domains)(Add)

    for count in range(5):
        action(**{f"p{at}": lambda _: (1, 2) for at in range(count)})
    instance = Instance(machine, None)
    run = explore(instance)
    assert ([run.state(number) for number in range(run.states)], run.edges, run.depth) == plainly(instance)
    assert all(run.fired.values())


def test_an_interrupted_search_has_counted_what_it_saw() -> None:
    def interrupt(_: Progress) -> None:
        raise KeyboardInterrupt

    machine: Machine[None, int, int] = Machine("endless", lambda _: [0], lambda _, s: s)

    @machine.action("any")
    class Count:
        """One more."""

        @staticmethod
        def why_not(_c: None, _s: int) -> str | None:
            return None

        @staticmethod
        def apply(_: None, s: int) -> int:
            return s + 1

    with pytest.raises(KeyboardInterrupt):
        explore(Instance(machine, None), report=interrupt)
    assert gc.isenabled()


def test_the_collector_is_left_as_it_was() -> None:
    gc.disable()
    try:
        explore(toy.instance())
        assert not gc.isenabled()
    finally:
        gc.enable()
    explore(toy.instance())
    assert gc.isenabled()


def test_progress_counts_up() -> None:
    heard: list[Progress] = []
    explore(toy.instance(), report=heard.append)
    assert heard == []  # too small to be worth a word
