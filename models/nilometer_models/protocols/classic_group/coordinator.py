"""What the coordinator does with JoinGroup, SyncGroup, time-outs and its log.

    Empty               --JoinGroup of a new member-->                  PreparingRebalance
    PreparingRebalance  --all have joined, or the time is over-->       CompletingRebalance   (Empty, if nobody is left)
    CompletingRebalance --SyncGroup of the leader-->                    Stable
    Stable, Completing  --members join, leave, are not heard of-->      PreparingRebalance

Sources: KIP-345, KIP-394; `GroupMetadataManager.java` (classicGroup…), `ClassicGroup.java`.
"""

from __future__ import annotations

from nilometer_models.protocols.classic_group.state import (
    COMPLETING,
    EMPTY,
    FENCED_INSTANCE_ID,
    GONE,
    JOINING,
    NOTHING,
    PREPARING,
    REBALANCE_IN_PROGRESS,
    STABLE,
    SYNCING,
    UNJOINED,
    UNKNOWN_MEMBER_ID,
    Answer,
    Config,
    Member,
    State,
    all_joined,
    from_record,
    holder_of,
    instance_of,
    member,
    present,
    put,
    refusal,
    refusal_in_generation,
    refused,
    shares,
    to_record,
    with_group,
    with_member,
    with_process,
    without_member,
)


def written(s: State) -> State:
    """The group is written to the log."""
    return s._replace(log=to_record(s.group))


def answered(s: State, process: int, member_id: int, roster: frozenset[int] = NOTHING) -> State:
    """JoinGroup is answered with the current generation."""
    if process <= 0:
        return s
    return with_process(s, process, answer=Answer(member_id, s.group.generation, roster, NOTHING))


# --------------------------------------------------------------------------------------------------- the rebalance


def rebalance_or_complete(c: Config, s: State) -> State:
    """Members have changed: a rebalance begins, or the one under way may be complete."""
    if s.group.state != PREPARING:
        return prepare(c, s)
    return maybe_complete(c, s)


def maybe_complete(c: Config, s: State) -> State:
    """The rebalance is complete if nobody is waited for; the first one of a group waits for its time-out."""
    g = s.group
    return complete(c, s) if g.state == PREPARING and not g.initial and all_joined(g) else s


def prepare(c: Config, s: State) -> State:
    """A rebalance begins. Members that wait for their assignment are told to join again."""
    g = s.group
    if g.state == COMPLETING:
        for m in present(g.members):
            waiting = member(g, m).syncing
            s = with_member(s, m, syncing=0, assignment=NOTHING)
            if waiting > 0:
                s = refused(s, waiting, REBALANCE_IN_PROGRESS)
    s = with_group(s, state=PREPARING, initial=g.state == EMPTY, unsynced=NOTHING)
    return maybe_complete(c, s)


def complete(c: Config, s: State) -> State:
    """The next generation consists of who has joined, and of static members that have not."""
    for m in present(s.group.members):
        if not member(s.group, m).joining and not member(s.group, m).instance:
            s = without_member(s, m)
    ids = present(s.group.members)
    joined = [m for m in ids if member(s.group, m).joining]
    if ids and not joined:
        return s  # a group of static members only waits on
    if not ids:
        generation = s.group.generation + 1 if c.rules.generation_survives_empty else 0
        s = with_group(s, state=EMPTY, initial=False, generation=generation, unsynced=NOTHING)
        return written(s)
    leader = s.group.leader if s.group.leader in joined else joined[0]
    s = with_group(
        s, state=COMPLETING, initial=False, generation=s.group.generation + 1, leader=leader, unsynced=frozenset(ids)
    )
    for m in joined:
        s = answered(s, member(s.group, m).joining, m, frozenset(ids) if m == leader else NOTHING)
    for m in ids:
        s = with_member(s, m, joining=0, is_new=False)
    return s


# ------------------------------------------------------------------------------------------------------- JoinGroup


def join(c: Config, s: State, process: int) -> State:
    """A JoinGroup request is handled."""
    member_id, instance = s.processes[process - 1].member_id, instance_of(c, process)
    s = with_process(s, process, phase=JOINING, owned=NOTHING, position=(0,) * c.partitions)
    if member_id:
        return join_again(c, s, process, member_id)
    holder = holder_of(s.group, instance) if instance else 0
    if holder:
        if s.group.state == STABLE or c.rules.replaces_static_in_every_state:
            return take_over(c, s, process, holder)
        return join_again(c, s, process, holder)
    member_id = s.issued + 1
    s = s._replace(issued=member_id)
    if instance or not c.rules.requires_known_member_id:
        return add(c, s, process, member_id)
    s = with_group(s, pending=s.group.pending | {member_id})
    return with_process(s, process, answer=Answer(member_id, 0, NOTHING, NOTHING))


def add(c: Config, s: State, process: int, member_id: int) -> State:
    """A new member."""
    g = s.group
    made = Member(instance_of(c, process), NOTHING, process, 0, True)
    s = with_group(
        s, members=put(g.members, member_id, made), leader=g.leader or member_id, pending=g.pending - {member_id}
    )
    return rebalance_or_complete(c, s)


def join_again(c: Config, s: State, process: int, member_id: int) -> State:
    """JoinGroup with a member id."""
    g = s.group
    if member_id in g.pending:
        return add(c, s, process, member_id)
    error = refusal(c, g, process, member_id)
    if error is not None:
        return refused(s, process, error)
    if g.state == PREPARING:
        if member(g, member_id).joining == 0 or c.rules.retry_replaces_parked_join:
            s = with_member(s, member_id, joining=process)
        if not c.rules.completion_keeps_last_joiner and not s.group.initial and all_joined(s.group):
            s = refused(without_member(s, member_id), process, UNKNOWN_MEMBER_ID)
        return maybe_complete(c, s)
    if g.state == STABLE and g.leader == member_id:
        return prepare(c, with_member(s, member_id, joining=process))
    roster = frozenset(present(g.members)) if g.leader == member_id else NOTHING
    return answered(s, process, member_id, roster)


def take_over(c: Config, s: State, process: int, holder: int) -> State:
    """A static member returns without its member id: it gets a new one, and its assignment (KIP-345)."""
    g, member_id = s.group, s.issued + 1
    old = member(g, holder)
    for waiting in (old.joining, old.syncing):
        if waiting > 0:
            s = refused(s, waiting, FENCED_INSTANCE_ID)
    members = put(g.members, member_id, Member(old.instance, old.assignment, process, 0, False))
    if c.rules.replacement_retires_old_id:
        members = put(members, holder, None)
    s = with_group(s, members=members, leader=member_id if g.leader == holder else g.leader)
    s = s._replace(issued=member_id)
    if g.state == PREPARING:
        return maybe_complete(c, s)
    if g.state == COMPLETING and c.rules.static_return_rebalances_while_completing:
        return prepare(c, s)
    # A leader is told to skip the assignment (KIP-814): it is answered with an empty roster.
    s = answered(with_member(s, member_id, joining=0), process, member_id)
    return written(s) if g.state == STABLE and c.rules.replacement_is_written else s


# ------------------------------------------------------------------------------------------------------- SyncGroup


def sync(c: Config, s: State, process: int) -> State:
    """The process has heard that its rebalance is complete; its SyncGroup is handled."""
    answer = s.processes[process - 1].answer
    assert answer is not None
    member_id = answer.member_id
    s = with_process(s, process, phase=SYNCING, member_id=member_id, generation=answer.generation, answer=None)
    error = refusal_in_generation(c, s.group, process, member_id, answer.generation)
    if error is not None:
        return refused(s, process, error)
    if s.group.state == PREPARING and c.rules.sync_only_while_completing:
        return refused(s, process, REBALANCE_IN_PROGRESS)
    s = with_group(s, unsynced=s.group.unsynced - {member_id})
    if s.group.state == STABLE:
        return assigned(s, process, member(s.group, member_id).assignment)
    s = with_member(s, member_id, syncing=process)
    return assign_all(c, s, answer.roster) if s.group.leader == member_id else s


def assigned(s: State, process: int, assignment: frozenset[int]) -> State:
    """SyncGroup is answered."""
    p = s.processes[process - 1]
    return with_process(s, process, answer=Answer(p.member_id, p.generation, NOTHING, assignment))


def assign_all(c: Config, s: State, roster: frozenset[int]) -> State:
    """The leader's assignment is written, and sent to all that wait for it. Who is not on its roster gets nothing."""
    share = shares(roster, c)
    for m in present(s.group.members):
        waiting = member(s.group, m).syncing
        assignment = share.get(m, NOTHING)
        s = with_member(s, m, assignment=assignment, syncing=0)
        if waiting > 0:
            s = assigned(s, waiting, assignment)
    return written(with_group(s, state=STABLE))


# ----------------------------------------------------------------------------------- members go, coordinators come


def leave(c: Config, s: State, member_id: int) -> State:
    """A member leaves."""
    return rebalance_or_complete(c, without_member(s, member_id))


def expire(c: Config, s: State, member_id: int) -> State:
    """The session of a member has timed out, or nobody has come with an id that was given out."""
    g = s.group
    was_pending = member_id in g.pending
    if not was_pending and member(g, member_id).joining > 0:
        s = refused(s, member(g, member_id).joining, UNKNOWN_MEMBER_ID)
    s = without_member(s, member_id)
    if g.state in (STABLE, COMPLETING) and not was_pending:
        return prepare(c, s)
    return complete(c, s) if g.state == PREPARING and all_joined(s.group) else s


def expire_unsynced(c: Config, s: State) -> State:
    """Members whose SyncGroup has not come in time are removed."""
    for m in sorted(s.group.unsynced):
        s = without_member(s, m)
    return prepare(c, s)


def _or_gone(waiting: int, lost: int) -> int:
    return GONE if waiting == lost else waiting


def connection_lost(s: State, process: int) -> State:
    """The process gives up waiting for its answer; a request that is parked stays so, for nobody."""
    g = s.group
    for m in present(g.members):
        found = member(g, m)
        s = with_member(s, m, joining=_or_gone(found.joining, process), syncing=_or_gone(found.syncing, process))
    return with_process(s, process, phase=UNJOINED, answer=None)


def reload(s: State) -> State:
    """Another broker reads the log. Requests that were parked are answered NOT_COORDINATOR: their processes retry."""
    for m in present(s.group.members):
        for waiting in (member(s.group, m).joining, member(s.group, m).syncing):
            if waiting > 0:
                s = with_process(s, waiting, phase=UNJOINED)
    return s._replace(group=from_record(s.log))
