"""G8: the broker carries metadata and assignments, and changes no byte of them."""

from __future__ import annotations

from typing import NamedTuple

from hypothesis import strategies as st

from nilometer.clients.group_member import GroupMember, gather
from nilometer.requirement import requirement
from nilometer.requirements.groups._groups import GROUPS
from nilometer.run import Run

contents = st.binary(max_size=40) | st.integers(1, 3).map(lambda n: bytes(range(256)) * (40 * n))


class Group(NamedTuple):
    """Metadata of each member, and what the leader assigns to each; None leaves it out."""

    metadata: list[bytes]
    assignments: list[bytes | None]


@st.composite
def groups(draw: st.DrawFn) -> Group:
    count = draw(st.integers(1, 3))
    return Group(
        [draw(contents) for _ in range(count)], [draw(st.none() | contents) for _ in range(count)]
    )  # fmt: skip


@requirement(
    id="G8",
    name="groups.assignment_verbatim",
    level="MUST",
    sentence="The bytes that the leader assigns in SyncGroup reach each member unchanged, members that it left out get "
    "empty ones, and the leader gets every member's metadata unchanged",
    profiles=("groups",),
    sources=("Kafka group protocol",),
    apis=GROUPS,
    signatures={
        "assignment-changed": "a member got other bytes than the leader assigned to it",
        "metadata-changed": "the leader was told other metadata than a member sent",
        "members-missing": "the leader was not told of every member of the generation",
        "follower-told": "a member that does not lead was told of the members",
    },
)
def check(run: Run) -> None:
    """Groups of one to three members with bytes at random."""
    run.explore(groups(), lambda made: carry(run, made), examples=run.cases(2))


def carry(run: Run, made: Group) -> None:
    """One generation."""
    group = run.group()
    members = [GroupMember(run.actor(), group, protocols=[("p", metadata)]) for metadata in made.metadata]
    given = {index: data for index, data in enumerate(made.assignments) if data is not None}
    leader = gather(members, given)
    assert leader.answer is not None
    told = {one.member_id: bytes(one.metadata) for one in leader.answer.members}
    ids = {member.member_id for member in members}
    run.judge(
        set(told) == ids, "members-missing", expected=sorted(ids), seen=sorted(told), evidence=leader.exchanges[-2:-1]
    )
    for index, member in enumerate(members):
        run.judge(
            told.get(member.member_id, made.metadata[index]) == made.metadata[index], "metadata-changed",
            expected=made.metadata[index][:40], seen=told.get(member.member_id, b"")[:40],
            evidence=[member.exchanges[-2], leader.exchanges[-2]],
        )  # fmt: skip
        answer = member.exchanges[-1].response
        seen = bytes(answer.assignment) if answer is not None and hasattr(answer, "assignment") else None
        wanted = given.get(index, b"")
        run.judge(
            seen == wanted, "assignment-changed", expected=wanted[:40], seen=None if seen is None else seen[:40],
            evidence=[leader.exchanges[-1], member.exchanges[-1]],
        )  # fmt: skip
        if member is not leader and member.answer is not None:
            run.judge(
                not member.answer.members, "follower-told", expected="no members", seen=len(member.answer.members),
                evidence=member.exchanges[-2:-1],
            )  # fmt: skip
    for member in members:
        member.leave()
        member.close()
