"""G19: after everybody has joined the group is stable, and stays so; a member is never dropped while it joins."""

from __future__ import annotations

from nilometer.clients.group_member import GroupMember, JoinRefused, gather
from nilometer.clients.observations import named
from nilometer.requirement import requirement
from nilometer.requirements.groups._groups import GROUPS
from nilometer.run import Run

ROUNDS = 4
BEATS = 5


@requirement(
    id="G19",
    name="groups.stabilises",
    level="MUST",
    sentence="Within T after the last join or leave the group is stable and stays so, and a member that joins in time "
    "is never dropped",
    profiles=("groups",),
    sources=("Kafka group protocol", "KIP-62"),
    apis=GROUPS,
    signatures={
        "member-dropped": "a member that joined in time was answered UNKNOWN_MEMBER_ID",
        "not-stable": "a heartbeat in a group that nobody joined or left was answered with an error",
    },
)
def check(run: Run) -> None:
    """Rebalance after rebalance, with the same members and a new one each time."""
    group = run.group()
    members = [GroupMember(run.actor(), group)]
    if not rebalanced(run, members):
        return
    for number in range(ROUNDS):
        members.append(GroupMember(run.actor(), group))
        for member in members:
            member.protocols = [("range", f"round {number}".encode())]
        if not rebalanced(run, members):
            return
        for _ in range(BEATS):
            codes = [member.heartbeat() for member in members]
            run.judge(
                not any(codes), "not-stable", expected="no error", seen=[named(code) for code in codes],
                evidence=[member.exchanges[-1] for member in members],
            )  # fmt: skip
    for member in members:
        member.leave()


def rebalanced(run: Run, members: list[GroupMember]) -> bool:
    """Everybody joins and syncs; false if somebody was dropped: who was in the group, or had its id from the broker."""
    known = {member.member_id for member in members if member.generation_id >= 0}
    try:
        gather(members, dict.fromkeys(range(len(members)), b"x"))
    except JoinRefused as refused:
        if refused.member.member_id not in known and not refused.forgets_the_member:
            raise
        run.violated(
            "member-dropped", expected=f"{refused.member.member_id} takes part", seen=named(refused.code),
            evidence=refused.member.exchanges[-3:],
        )  # fmt: skip
        return False
    run.holds(len(members))
    return True
