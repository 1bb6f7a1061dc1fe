"""G20: what a group does not take has its own error."""

from __future__ import annotations

from nilometer.clients.group_member import GroupMember
from nilometer.clients.observations import named
from nilometer.requirement import requirement
from nilometer.requirements.groups._groups import GROUPS
from nilometer.run import Run
from nilometer_reference.wire.errors import ErrorCode


@requirement(
    id="G20",
    name="groups.limits",
    level="SHOULD",
    sentence="Session time-outs outside the bounds answer INVALID_SESSION_TIMEOUT (26), empty group ids "
    "INVALID_GROUP_ID (24)",
    profiles=("groups",),
    sources=("KIP-389", "Kafka group protocol"),
    apis=GROUPS,
    signatures={"accepted": "the request was accepted", "wrong-error": "it was refused with another code"},
)
def check(run: Run) -> None:
    """Each limit, on both sides where there are two."""
    for what, member, wanted in (
        ("1 ms", GroupMember(run.session, run.group(), session_timeout_ms=1), ErrorCode.INVALID_SESSION_TIMEOUT),
        ("0 ms", GroupMember(run.session, run.group(), session_timeout_ms=0), ErrorCode.INVALID_SESSION_TIMEOUT),
        (
            "2147483647 ms",
            GroupMember(run.session, run.group(), session_timeout_ms=2**31 - 1),
            ErrorCode.INVALID_SESSION_TIMEOUT,
        ),
        ("an empty group id", GroupMember(run.session, ""), ErrorCode.INVALID_GROUP_ID),
    ):
        member.send_join()
        code = member.joined(run.settings.timeout_s).error_code
        seen = f"{what}: {named(code)}"
        if run.judge(code != 0, "accepted", expected=named(wanted), seen=seen, evidence=member.exchanges[-1:]):
            run.judge(code == wanted, "wrong-error", expected=named(wanted), seen=seen, evidence=member.exchanges[-1:])
        member.close()
