"""G16: a group with members cannot be deleted; one without is gone with its offsets."""

from __future__ import annotations

from nilometer.clients.exchange import Exchange
from nilometer.clients.group_member import GroupMember
from nilometer.clients.observations import named
from nilometer.clients.session import GROUP
from nilometer.requirement import requirement
from nilometer.requirements.groups._groups import GROUPS, committed
from nilometer.run import Run
from nilometer_reference.wire import messages as m
from nilometer_reference.wire.errors import ErrorCode


@requirement(
    id="G16",
    name="groups.delete",
    level="MUST",
    sentence="DeleteGroups answers NON_EMPTY_GROUP (68) for a group with members and GROUP_ID_NOT_FOUND (69) for an "
    "unknown one; on success its offsets are gone",
    profiles=("groups", "admin"),
    sources=("KIP-229",),
    apis={**GROUPS, "DeleteGroups": 0, "OffsetCommit": 2, "OffsetFetch": 1},
    signatures={
        "wrong-answer": "DeleteGroups was answered otherwise than the state of the group demands",
        "deleted-all-the-same": "a refused DeleteGroups took the group or its offsets away",
        "offsets-remain": "the offsets of a deleted group are still there",
    },
)
def check(run: Run) -> None:
    """One group through its life."""
    topic, group = run.topic(), run.group()
    expect(run, run.name("unknown-group"), ErrorCode.GROUP_ID_NOT_FOUND)
    member = GroupMember(run.session, group)
    member.join()
    member.sync({member.member_id: b"all"})
    if (code := member.commit(topic, 5)) != 0:
        run.note(f"the commit of the member was answered {named(code)} (O5)")
    deleting = expect(run, group, ErrorCode.NON_EMPTY_GROUP)
    code, found = member.heartbeat(), committed(run.session, group, topic)
    run.judge(
        code == 0 and found.offset == 5, "deleted-all-the-same", expected="the member and offset 5 are still there",
        seen=f"Heartbeat: {named(code)}, {found}", evidence=[deleting, member.exchanges[-1], found.exchange],
    )  # fmt: skip
    member.leave()
    deleting = expect(run, group, ErrorCode.NONE)
    found = committed(run.session, group, topic)
    run.judge(
        found.offset == -1, "offsets-remain", expected="offset -1", seen=found, evidence=[deleting, found.exchange]
    )
    expect(run, group, ErrorCode.GROUP_ID_NOT_FOUND)


def expect(run: Run, group: str, wanted: ErrorCode) -> Exchange:
    """One DeleteGroups."""

    def ask() -> Exchange | None:
        exchange = run.session.call_coordinator(GROUP, group, m.DeleteGroupsRequest(groups_names=[group]))
        response = exchange.response
        assert isinstance(response, m.DeleteGroupsResponse)
        return exchange if response.results and response.results[0].error_code not in (14, 15, 16) else None

    exchange = run.session.until(ask, f"the coordinator of {group} answers DeleteGroups")
    response = exchange.response
    assert isinstance(response, m.DeleteGroupsResponse)
    code = response.results[0].error_code
    run.judge(code == wanted, "wrong-answer", expected=named(wanted), seen=named(code), evidence=exchange)
    return exchange
