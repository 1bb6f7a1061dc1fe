"""G10: a static member that comes back in time finds everything as it was, and its former self is fenced."""

from __future__ import annotations

from nilometer.clients.group_member import STATIC, GroupMember, assemble, gather
from nilometer.clients.observations import named
from nilometer.requirement import requirement
from nilometer.requirements.groups._groups import GROUPS
from nilometer.run import Run
from nilometer_reference.wire.errors import ErrorCode


@requirement(
    id="G10",
    name="groups.static_membership",
    level="MUST",
    sentence="A static member that returns within its session time-out gets its assignment back without a rebalance, "
    "its former process is answered FENCED_INSTANCE_ID (82), and it leaves only by its instance id or by time-out",
    profiles=("groups",),
    sources=("KIP-345", "KIP-814", "KAFKA-8500", "KAFKA-9801"),
    apis={**GROUPS, "JoinGroup": STATIC, "SyncGroup": 3, "Heartbeat": 3, "LeaveGroup": 3},
    signatures={
        "rebalanced": "the return of a static member with unchanged protocols began a new generation",
        "assignment-lost": "it did not get the assignment that it had",
        "same-member-id": "it got the member id of its former process",
        "zombie-accepted": "the former process with the instance id was not refused",
        "wrong-error": "the former process was refused with another code than FENCED_INSTANCE_ID (82)",
        "not-removed": "LeaveGroup by instance id did not remove the member",
        "return-refused": "the join or the sync of the returning member was refused",
    },
)
def check(run: Run) -> None:
    """Two static members; each goes and comes back, the leader and the follower; then also between join and sync."""
    for leader_returns in (False, True):
        stable_return(run, leader_returns=leader_returns)
    return_before_the_assignment(run)


def pair(run: Run) -> tuple[GroupMember, GroupMember]:
    """Two static members in a stable group: (leader, follower)."""
    group = run.group()
    members = [GroupMember(run.actor(), group, instance=instance) for instance in ("a", "b")]
    leader = gather(members, {0: b"for a", 1: b"for b"})
    return leader, next(member for member in members if member is not leader)


def stable_return(run: Run, *, leader_returns: bool) -> None:
    leader, follower = pair(run)
    old, other = (leader, follower) if leader_returns else (follower, leader)
    back = GroupMember(run.actor(), old.group, instance=old.instance)
    back.send_join()
    answer = back.joined(run.liveness_s)
    if not run.judge(
        answer.error_code == 0, "return-refused", expected="no error", seen=named(answer.error_code),
        evidence=back.exchanges[-1:],
    ):  # fmt: skip
        return
    run.judge(
        back.member_id != old.member_id, "same-member-id", expected=f"another id than {old.member_id}",
        seen=back.member_id, evidence=back.exchanges[-1:],
    )  # fmt: skip
    code = other.heartbeat()
    run.judge(
        answer.generation_id == old.generation_id and code == 0, "rebalanced",
        expected=f"generation {old.generation_id}, and no rebalance for the other member",
        seen=f"generation {answer.generation_id}, {named(code)}", evidence=[back.exchanges[-1], other.exchanges[-1]],
    )  # fmt: skip
    if code != 0:
        return
    synced = back.sync()
    run.judge(
        synced.error_code == 0 and bytes(synced.assignment) == f"for {old.instance}".encode(), "assignment-lost",
        expected=f"for {old.instance}", seen=f"{named(synced.error_code)} {bytes(synced.assignment)!r}",
        evidence=back.exchanges[-1:],
    )  # fmt: skip
    zombie(run, old)
    removed(run, back, other)


def zombie(run: Run, old: GroupMember) -> None:
    """The former process goes on with its heartbeats."""
    code = old.heartbeat()
    if run.judge(
        code != 0, "zombie-accepted", expected="FENCED_INSTANCE_ID (82)", seen=named(code), evidence=old.exchanges[-1:]
    ):
        run.judge(
            code == ErrorCode.FENCED_INSTANCE_ID, "wrong-error", expected="FENCED_INSTANCE_ID (82)", seen=named(code),
            evidence=old.exchanges[-1:],
        )  # fmt: skip
    old.close()


def removed(run: Run, member: GroupMember, other: GroupMember) -> None:
    """An administrator removes the member by its instance id."""
    code = member.leave(by_instance=True)
    after = member.heartbeat()
    run.judge(
        code == 0 and after != 0, "not-removed", expected="removed, and its heartbeat refused",
        seen=f"LeaveGroup: {named(code)}, Heartbeat: {named(after)}", evidence=member.exchanges[-2:],
    )  # fmt: skip
    other.leave()
    for one in (member, other):
        one.close()


def return_before_the_assignment(run: Run) -> None:
    """A static member comes back while the leader has not yet assigned: it must not be left without (KAFKA-9801)."""
    group = run.group()
    members = [GroupMember(run.actor(), group, instance=instance) for instance in ("a", "b")]
    leader = assemble(members)
    old = next(member for member in members if member is not leader)
    back = GroupMember(run.actor(), group, instance=old.instance)
    back.send_join()
    leader.send_sync({leader.member_id: b"for the leader", old.member_id: b"for the old one"})
    first = leader.synced(run.liveness_s)
    # Either a rebalance began, and everybody joins again, or the group is stable and the assignment is the new id's.
    if first.error_code == ErrorCode.REBALANCE_IN_PROGRESS or leader.heartbeat() == ErrorCode.REBALANCE_IN_PROGRESS:
        leader.send_join()
        answers = [leader.joined(run.liveness_s), back.joined(run.liveness_s)]
    else:
        answers = [back.joined(run.liveness_s)]
    code = max(answer.error_code for answer in answers)
    run.judge(code == 0, "return-refused", expected="no error", seen=named(code), evidence=back.exchanges[-1:])
    if code != 0:
        return
    now_leads = leader if leader.leads else back
    for member in (leader, back):
        member.send_sync({leader.member_id: b"x", back.member_id: b"y"} if member is now_leads else None)
    leader.synced(run.liveness_s)
    synced = back.synced(run.liveness_s)
    run.judge(
        synced.error_code == 0 and bool(synced.assignment), "assignment-lost", expected="an assignment",
        seen=f"{named(synced.error_code)} {bytes(synced.assignment)!r}", evidence=back.exchanges[-2:],
    )  # fmt: skip
    zombie(run, old)
    for one in (leader, back):
        one.leave()
        one.close()
