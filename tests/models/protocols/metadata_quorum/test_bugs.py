"""Today's rules hold in small bounds and on random walks beyond them; bugs are found; both readings are one graph."""

from __future__ import annotations

import random

import pytest

from nilometer_models.explore import explore, shortest
from nilometer_models.machine import Instance
from nilometer_models.protocols.metadata_quorum import MACHINE
from nilometer_models.protocols.metadata_quorum.state import Config, State, View
from nilometer_models.tlc.twin import compare


def walk(instance: Instance[Config, State, View], seed: int, steps_max: int) -> set[str]:
    """What a random walk breaks, and the actions that it took.

    Every property of states and steps is checked along it. It can only find something: that it finds nothing does not
    show that a property holds.
    """
    chance, machine = random.Random(seed), instance.machine
    state, seen = next(instance.initial()), set()
    for _ in range(steps_max):
        steps = list(instance.steps(state))
        if not steps:
            break
        action, _arguments, after = chance.choice(steps)
        seen.add(action.name)
        before, view = instance.view(state), instance.view(after)
        broken = {claim.name for claim in machine.invariants.values() if not claim.claim(view)}
        broken |= {claim.name for claim in machine.step_properties.values() if not claim.claim(before, view)}
        if broken:
            return broken
        state = after
    return seen


THREE_FOUR_THREE = Config(
    replicas=4, max_epoch=4, records=2, changes=2, crashes=1, snapshots=2, begun=True,
    campaigners=frozenset({1, 2, 3, 4}),
)  # fmt: skip
"""Three voters, then four, then three: too many states to see all."""


def test_random_walks_through_growing_and_shrinking_voter_sets_break_nothing() -> None:
    instance, taken = Instance(MACHINE, THREE_FOUR_THREE), set[str]()
    for seed in range(40):
        taken |= walk(instance, seed, steps_max=60)
    assert not taken & MACHINE.properties.keys()
    assert taken == {action.name for action in MACHINE.actions} - {"Cut"}


def test_a_random_walk_finds_a_bug() -> None:
    wrong = Instance(MACHINE, THREE_FOUR_THREE).with_rules(divergence_truncates=False)
    found = set.union(*(walk(wrong, seed, steps_max=60) for seed in range(40)))
    assert found & MACHINE.properties.keys()


def test_the_smallest_bounds_are_whole_and_hold() -> None:
    run = explore(Instance(MACHINE, MACHINE.bounds["one voter becomes two"].config))
    assert run.holds, run.violations
    assert (run.states, run.edges, run.depth) == (2_528, 4_229, 23)
    assert set(run.witnesses) == {
        "a_leader_outside_the_voter_set", "a_snapshot_was_fetched", "an_observer_became_a_voter",
    }  # fmt: skip


@pytest.mark.parametrize(("bug", "length"), [("B021", 5), ("B022", 10), ("B025", 6), ("commits_old_epochs", 14)])
def test_a_bug_breaks_its_property(bug: str, length: int) -> None:
    known = MACHINE.bugs[bug]
    trace = shortest(Instance(MACHINE, known.config).with_bug(bug), known.breaks)
    assert trace is not None
    assert len(trace) == length


@pytest.mark.java
@pytest.mark.xdist_group("jvm")
def test_both_readings_are_one_labelled_graph() -> None:
    assert MACHINE.module is not None
    twin = compare(Instance(MACHINE, MACHINE.bounds["first election"].config), MACHINE.module)
    assert twin.equal, twin
