"""What holds of a classic group, and what must be reachable."""

from __future__ import annotations

from nilometer_models.machine import Fair
from nilometer_models.protocols.classic_group.model import MACHINE
from nilometer_models.protocols.classic_group.state import (
    COMPLETING,
    EMPTY,
    FENCED,
    JOINING,
    PREPARING,
    REVOKING,
    STABLE,
    UNJOINED,
    Config,
    State,
    View,
    instance_of,
    is_current,
    is_member,
    member,
    partitions,
    present,
    process_ids,
    refusal,
    to_record,
)


def owners(c: Config, s: State, partition: int) -> list[int]:
    """The processes that own a partition as members of the current generation."""
    return [p for p in process_ids(c) if partition in s.processes[p - 1].owned and is_current(c, s, p)]


@MACHINE.invariant("G1", "G3")
def single_owner(view: View) -> bool:
    """No partition is owned by two members of the current generation."""
    return all(len(owners(view.config, view.state, x)) <= 1 for x in partitions(view.config))


@MACHINE.invariant("G2")
def all_assigned_when_stable(view: View) -> bool:
    """While the group is stable, its members together are assigned every partition, each once."""
    g = view.state.group
    assigned = [x for m in present(g.members) for x in member(g, m).assignment]
    return g.state != STABLE or sorted(assigned) == list(partitions(view.config))


@MACHINE.invariant("G10")
def instance_maps_one_member(view: View) -> bool:
    """An instance id has at most one member."""
    instances = [m.instance for m in view.state.group.members if m is not None and m.instance]
    return len(instances) == len(set(instances))


@MACHINE.invariant("G10", "G3")
def member_has_one_process(view: View) -> bool:
    """A member id is known to one process only."""
    ids = [p.member_id for p in view.state.processes if p.member_id]
    return len(ids) == len(set(ids))


@MACHINE.invariant("G6")
def no_phantom_members(view: View) -> bool:
    """There are no more members than processes, unless a new coordinator has brought back members that had left."""
    s = view.state
    return s.reloaded > 0 or len(present(s.group.members)) <= len(s.processes)


@MACHINE.invariant("O6", "G10")
def state_is_fold_of_log(view: View) -> bool:
    """A group that is stable or empty is what a new coordinator would read from the log."""
    s = view.state
    return s.group.state not in (STABLE, EMPTY) or to_record(s.group) == s.log


@MACHINE.step_property("G4", "O5")
def stale_commit_has_no_effect(before: View, after: View) -> bool:
    """A committed offset changes only by a commit in the generation of the group."""
    return all(
        old == new or new.generation == before.state.group.generation
        for old, new in zip(before.state.committed, after.state.committed, strict=True)
    )


@MACHINE.step_property("O10", "O2")
def revoked_means_committed(before: View, after: View) -> bool:
    """A member that gives a partition up to join again has committed everything that it has delivered."""
    c, s, t = before.config, before.state, after.state
    return all(
        old.position[x - 1] == s.committed[x - 1].offset
        for p, (old, new) in enumerate(zip(s.processes, t.processes, strict=True), start=1)
        if new.phase == JOINING and is_current(c, s, p)
        for x in old.owned
    )


@MACHINE.step_property("G3")
def generations_grow(before: View, after: View) -> bool:
    """The generation never falls, but that a new coordinator starts from the last one that was written."""
    s, t = before.state, after.state
    return s.log.generation <= t.log.generation and (
        s.group.generation <= t.group.generation or s.reloaded < t.reloaded
    )


@MACHINE.step_property("G5")
def transitions_are_legal(before: View, after: View) -> bool:
    """Only a completed rebalance becomes Stable, and each completed rebalance is a generation of its own."""
    s, t = before.state, after.state
    if s.group.state == t.group.state or s.reloaded < t.reloaded:
        return True
    same = s.group.generation == t.group.generation
    if t.group.state == STABLE:
        return s.group.state == COMPLETING and same
    return not same if t.group.state in (COMPLETING, EMPTY) else same


@MACHINE.step_property("G4", "G19")
def joining_keeps_membership(before: View, after: View) -> bool:
    """A member that joins again, as it must, remains a member."""
    c, s, t = before.config, before.state, after.state
    return all(
        is_member(t.group, old.member_id)
        for p, (old, new) in enumerate(zip(s.processes, t.processes, strict=True), start=1)
        if old.phase in (UNJOINED, REVOKING) and new.phase != REVOKING and old != new
        and refusal(c, s.group, p, old.member_id) is None
    )  # fmt: skip


STEADY = ("Join", "LearnMemberId", "Sync", "Assign", "Heartbeat", "StopAndCommit", "EndRebalance")
"""What goes on as long as anything can: processes do what they have to, and time passes."""


@MACHINE.leads_to("G19", "G2", fair=[Fair(action, each=[]) for action in STEADY])
def group_becomes_stable(view: View) -> tuple[bool, bool]:
    """The group becomes stable, and its members come to own every partition, unless the bounds are used up."""
    c, s = view.config, view.state
    used_up = s.group.generation >= c.generations or s.issued >= c.member_ids
    return not used_up, used_up or (s.group.state == STABLE and all(owners(c, s, x) for x in partitions(c)))


@MACHINE.witness("G4")
def a_paused_member_still_processes(view: View) -> bool:
    """A process that was removed still processes a partition that another one owns: only its commits are fenced."""
    s = view.state
    return any(
        x in p.owned and not is_current(view.config, s, index) and owners(view.config, s, x)
        for index, p in enumerate(s.processes, start=1)
        for x in p.owned
    )


@MACHINE.witness("G2")
def two_members_share(view: View) -> bool:
    """Two members of a stable group own partitions."""
    s = view.state
    return (
        s.group.state == STABLE
        and sum(bool(p.owned) and is_current(view.config, s, i) for i, p in enumerate(s.processes, start=1)) > 1
    )


@MACHINE.witness("G6")
def a_pending_id_is_forgotten(view: View) -> bool:
    """An id was given out, nobody has learned it, and it is not waited for any more."""
    s = view.state
    known = {p.member_id for p in s.processes} | {p.answer.member_id for p in s.processes if p.answer}
    return (
        s.expired > 0
        and not view.config.static
        and not view.config.static
        and any(
            m not in known and not is_member(s.group, m) and m not in s.group.pending for m in range(1, s.issued + 1)
        )
    )


@MACHINE.witness("G10")
def a_static_member_returns_without_rebalance(view: View) -> bool:
    """A second process of an instance owns in the same generation what the first one still processes."""
    c, s = view.config, view.state
    return any(
        instance_of(c, i)
        and instance_of(c, i) == instance_of(c, j)
        and p.owned & q.owned
        and p.generation == q.generation
        for i, p in enumerate(s.processes, start=1)
        for j, q in enumerate(s.processes[: i - 1], start=1)
    )


@MACHINE.witness("G10")
def a_process_is_fenced(view: View) -> bool:
    """The former process of an instance id has heard that it is superseded."""
    return any(p.phase == FENCED for p in view.state.processes)


@MACHINE.witness("G3", "R12")
def a_generation_is_undone(view: View) -> bool:
    """A new coordinator has gone back to the last generation that was written, while a process is in a later one."""
    s = view.state
    return s.reloaded > 0 and s.group.state == STABLE and any(p.generation > s.group.generation for p in s.processes)


@MACHINE.witness("G19")
def a_static_group_waits_on(view: View) -> bool:
    """A rebalance of static members only cannot end until one of them comes."""
    g = view.state.group
    found = [m for m in g.members if m is not None]
    return g.state == PREPARING and bool(found) and all(m.instance and not m.joining for m in found)
