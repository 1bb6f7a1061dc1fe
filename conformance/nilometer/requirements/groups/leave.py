"""G11: who leaves is gone at once, and the others are told."""

from __future__ import annotations

from nilometer.clients.group_member import GroupMember, gather
from nilometer.clients.observations import named
from nilometer.requirement import requirement
from nilometer.requirements.groups._groups import GROUPS, within
from nilometer.run import Run
from nilometer_reference.wire.errors import ErrorCode


@requirement(
    id="G11",
    name="groups.leave",
    level="MUST",
    sentence="LeaveGroup starts a rebalance at once: the others are told by their next heartbeat, and who left is no "
    "member any more",
    profiles=("groups",),
    sources=("Kafka group protocol", "KIP-345"),
    apis=GROUPS,
    signatures={
        "refused": "LeaveGroup of a member was refused",
        "no-rebalance": "the other member was not told to rebalance",
        "still-a-member": "a member that has left is not answered UNKNOWN_MEMBER_ID (25)",
        "others-lost": "the other member could not go on after it",
    },
)
def check(run: Run) -> None:
    """Two members; one leaves."""
    group = run.group()
    members = [GroupMember(run.actor(), group) for _ in range(2)]
    leader = gather(members, {0: b"0", 1: b"1"})
    stays = leader
    goes = next(member for member in members if member is not leader)
    code = goes.leave()
    run.judge(code == 0, "refused", expected="no error", seen=named(code), evidence=goes.exchanges[-1:])
    code = goes.heartbeat()
    run.judge(
        code == ErrorCode.UNKNOWN_MEMBER_ID, "still-a-member", expected="UNKNOWN_MEMBER_ID (25)", seen=named(code),
        evidence=goes.exchanges[-2:],
    )  # fmt: skip
    told = within(run.liveness_s, lambda: stays.heartbeat() == ErrorCode.REBALANCE_IN_PROGRESS)
    run.judge(
        told, "no-rebalance", expected="REBALANCE_IN_PROGRESS (27)", seen="no such answer",
        evidence=[goes.exchanges[-2], stays.exchanges[-1]],
    )  # fmt: skip
    if not told:
        return
    stays.send_join()
    answer = stays.joined(run.liveness_s)
    synced = stays.sync({stays.member_id: b"all"}) if answer.error_code == 0 else None
    run.judge(
        synced is not None and synced.error_code == 0 and bytes(synced.assignment) == b"all", "others-lost",
        expected="a new generation with everything assigned to who stayed", seen=synced or named(answer.error_code),
        evidence=stays.exchanges[-2:],
    )  # fmt: skip
    stays.leave()
