"""The classic group, by what its coordinator knows after each request and each timer that changed it.

    event             action
    Group             Join, Sync, Leave, EndRebalance, ExpireSession or ExpireSync: whichever makes this of the group
    Group, loaded     Reload

observed: state, generation, leader, and each member with its instance. Processes are silent, and so is whatever leaves
that as it is. Member ids get the model's numbers in the order in which they appear: the ids that were given out to
members that never joined are not told of.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from nilometer_models.machine import Instance
from nilometer_models.protocols.classic_group import MACHINE, Config
from nilometer_models.protocols.classic_group.state import Group, State
from nilometer_models.validation.events import Event
from nilometer_models.validation.reading import Reading, Step
from nilometer_models.validation.readings import Part

CHANGES: Final = ("Join", "Sync", "Leave", "EndRebalance", "ExpireSession", "ExpireSync")
SILENT: Final = ("Join", "LearnMemberId", "Sync", "Assign", "Heartbeat", "StopAndCommit", "LoseAnswer", "ExpireSession")
BORN: Final = {"state": "Empty", "generation": 0, "leader": 0, "members": frozenset()}
"""A group of which nothing has been told."""
FAULTS_MAX: Final = 2
"""Time-outs and lost answers that may stand between what is told; each makes the frontier several times wider."""


def parts(events: Sequence[Event]) -> Iterator[Part]:
    """Every group."""
    for group in {event.args["group"]: None for event in events if event.name == "Group"}:
        projected = list(project(events, group))
        yield Part(f"group {group}", reading(projected), projected)


def project(events: Sequence[Event], group: str) -> Iterator[Event]:
    """The events of one group, in the model's numbers."""
    numbers: dict[str, int] = {}
    instances: dict[str, int] = {}
    clock = 0
    for event in events:
        if event.name != "Group" or event.args["group"] != group:
            continue
        members = {
            numbers.setdefault(member, len(numbers) + 1): 0
            if instance is None
            else instances.setdefault(instance, len(instances) + 1)
            for member, instance in event.observed["members"].items()
        }
        observed: dict[str, Any] = {
            "state": event.observed["state"],
            "generation": event.observed["generation"],
            "leader": numbers.get(event.observed["leader"], 0),
            "members": frozenset(members.items()),
        }
        if event.args["is_loaded"]:
            yield Event(event.source, "Loaded", clock := clock + 1, {}, observed)
        elif clock or observed != BORN:
            yield Event(event.source, "Group", clock := clock + 1, {}, {**observed, "is_changed": True})


def reading(events: Sequence[Event]) -> Reading[Any, Any, Any]:
    """The model, with bounds in which these events have room."""
    members = {member for event in events for member in event.observed["members"]}
    instances = {instance for _, instance in members if instance}
    static = sum(1 for _, instance in members if instance)
    config = Config(
        dynamic=len(members) - static,
        static=_processes(static, len(instances)),
        instances=len(instances),
        generations=max((event.observed["generation"] for event in events), default=0) + 1,
        member_ids=len(members),
        expiries=FAULTS_MAX,
        lost=0,
        reloads=sum(event.name == "Loaded" for event in events),
    )
    return Reading(Instance(MACHINE, config), translate, observe, SILENT, hidden)


def _processes(member_ids: int, instances: int) -> int:
    """Processes of static members: the model deals instance ids out to them in turn."""
    return -(-member_ids // instances) * instances if instances else 0


def translate(event: Event) -> Step:
    """The actions of a projected event."""
    return Step(("Reload",) if event.name == "Loaded" else CHANGES)


def _told(g: Group) -> dict[str, Any]:
    members = frozenset((number, m.instance) for number, m in enumerate(g.members, start=1) if m is not None)
    return {"state": g.state, "generation": g.generation, "leader": g.leader, "members": members}


def observe(before: State, after: State, event: Event) -> Mapping[str, Any]:
    """The group as its coordinator has it."""
    assert event.name in ("Group", "Loaded")
    return {**_told(after.group), "is_changed": not hidden(before, after)}


def hidden(before: State, after: State) -> bool:
    """Nothing that an event tells of has changed."""
    return _told(before.group) == _told(after.group)
