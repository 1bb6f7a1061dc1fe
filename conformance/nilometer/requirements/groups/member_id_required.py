"""G6: a member without an id is given one, and joins with it.

JoinGroup 4+, no member id, no instance id    MEMBER_ID_REQUIRED (79) and an id, at once; nobody has joined
the same with that id                         joins under it
"""

from __future__ import annotations

from nilometer.clients.group_member import MEMBER_ID_ROUND, GroupMember
from nilometer.clients.observations import named
from nilometer.requirement import requirement
from nilometer.requirements.groups._groups import GROUPS, described
from nilometer.run import Run
from nilometer_reference.wire import messages as m
from nilometer_reference.wire.errors import ErrorCode


@requirement(
    id="G6",
    name="groups.member_id_required",
    level="MUST",
    sentence="JoinGroup v4 and later of a dynamic member without an id answers MEMBER_ID_REQUIRED (79) and an id; "
    "a second one with that id joins; an id that is not used is no member",
    profiles=("groups",),
    sources=("KIP-394",),
    apis={**GROUPS, "JoinGroup": MEMBER_ID_ROUND},
    signatures={
        "joined-at-once": "a dynamic member without a member id joined at once",
        "no-id": "MEMBER_ID_REQUIRED came without an id, or with one that was given before",
        "id-refused": "a join with the id that was handed out was refused, or joined under another one",
        "counts-as-member": "an id that was only handed out is listed as a member",
    },
)
def check(run: Run) -> None:
    """One group with a member, and ids that are never used."""
    group = run.group()
    member = GroupMember(run.session, group)
    given: set[str] = set()
    for number in range(3):
        stranger = GroupMember(run.session, group)
        exchange = stranger.send_join()
        response = stranger._receive(run.settings.timeout_s)
        assert isinstance(response, m.JoinGroupResponse)
        refused = response.error_code == ErrorCode.MEMBER_ID_REQUIRED
        run.judge(
            refused, "joined-at-once", expected="MEMBER_ID_REQUIRED (79)", seen=named(response.error_code),
            evidence=exchange,
        )  # fmt: skip
        if not refused:
            return
        run.judge(
            bool(response.member_id) and response.member_id not in given, "no-id", expected="a new member id",
            seen=repr(response.member_id), evidence=exchange,
        )  # fmt: skip
        given.add(response.member_id)
        if number == 0:
            member = stranger
            member.member_id = response.member_id
        else:
            stranger.close()
    wanted = member.member_id
    member.send_join()
    answer = member.joined()
    run.judge(
        answer.error_code == 0 and answer.member_id == wanted, "id-refused", expected=f"joined as {wanted}",
        seen=f"{named(answer.error_code)} {answer.member_id}", evidence=member.exchanges[-1:],
    )  # fmt: skip
    if answer.error_code != 0:
        return
    member.sync({wanted: b"all"})
    if run.versions.serves("DescribeGroups"):
        exchange, seen = described(run.session, group)
        ids = [one.member_id for one in seen.members]
        run.judge(ids == [wanted], "counts-as-member", expected=[wanted], seen=ids, evidence=exchange)
    member.leave()
