"""G17: what administrators are shown is what members know."""

from __future__ import annotations

from nilometer.clients.group_member import OPAQUE, GroupMember, gather
from nilometer.clients.observations import named
from nilometer.requirement import requirement
from nilometer.requirements.groups._groups import GROUPS, described
from nilometer.run import Run
from nilometer_reference.wire import messages as m


@requirement(
    id="G17",
    name="groups.describe_agrees",
    level="SHOULD",
    sentence="DescribeGroups and ListGroups agree in a stable moment with what the members know: ids, metadata, "
    "assignment, protocol and state",
    profiles=("groups", "admin"),
    sources=("KIP-518", "DescribeGroups API"),
    apis={**GROUPS, "DescribeGroups": 0},
    signatures={
        "other-members": "DescribeGroups lists other members than there are",
        "other-facts": "it shows other metadata, another assignment, protocol or state",
        "not-listed": "ListGroups of the coordinator does not list the group, or with another protocol type",
        "empty-not-shown": "a group whose members have left is not shown as Empty",
    },
)
def check(run: Run) -> None:
    """A stable group of two, then without members."""
    group = run.group()
    members = [GroupMember(run.actor(), group, protocols=[("p", f"m{number}".encode())]) for number in range(2)]
    gather(members, {0: b"a0", 1: b"a1"})
    exchange, seen = described(run.session, group)
    found = {one.member_id: (bytes(one.member_metadata), bytes(one.member_assignment)) for one in seen.members}
    ids = {member.member_id for member in members}
    run.judge(set(found) == ids, "other-members", expected=sorted(ids), seen=sorted(found), evidence=exchange)
    for number, member in enumerate(members):
        wanted = f"m{number}".encode(), f"a{number}".encode()
        run.judge(
            found.get(member.member_id, wanted) == wanted, "other-facts", expected=wanted,
            seen=found.get(member.member_id), evidence=exchange,
        )  # fmt: skip
    facts = (seen.error_code, seen.group_state, seen.protocol_type, seen.protocol_data)
    run.judge(
        facts == (0, "Stable", OPAQUE, "p"), "other-facts", expected=f"0 Stable {OPAQUE} p", seen=facts,
        evidence=exchange,
    )  # fmt: skip
    if run.versions.serves("ListGroups"):
        listed = run.session.call(m.ListGroupsRequest(), node=run.session.coordinator(0, group))
        response = listed.response
        assert isinstance(response, m.ListGroupsResponse)
        types = [one.protocol_type for one in response.groups if one.group_id == group]
        run.judge(types == [OPAQUE], "not-listed", expected=[OPAQUE], seen=types, evidence=listed)
    for member in members:
        member.leave()
    exchange, seen = described(run.session, group)
    run.judge(
        (seen.error_code, seen.group_state, len(seen.members)) == (0, "Empty", 0), "empty-not-shown",
        expected="Empty, without members", seen=f"{named(seen.error_code)} {seen.group_state} {len(seen.members)}",
        evidence=exchange,
    )  # fmt: skip
