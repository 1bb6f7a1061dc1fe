"""G9: who is silent for its session time-out is removed, and who heartbeats is not."""

from __future__ import annotations

import time

from nilometer.clients.group_member import GroupMember, gather
from nilometer.clients.observations import named
from nilometer.requirement import requirement
from nilometer.requirements.groups._groups import GROUPS
from nilometer.run import Run
from nilometer.settings import Profile
from nilometer.verdict import Reason
from nilometer_reference.wire.errors import ErrorCode

SESSION_MS = 6_000
"""The shortest that Kafka accepts by default (group.min.session.timeout.ms)."""
EARLY_S = 0.5
"""A member may be taken for silent this much before its time: our clocks begin apart."""
BEAT_S = 0.5


@requirement(
    id="G9",
    name="groups.timeouts",
    level="MUST",
    sentence="A member that heartbeats in time is never removed; one that is silent for its session time-out is "
    "removed within that time-out and T",
    profiles=("groups",),
    sources=("Kafka group protocol", "KIP-62"),
    apis=GROUPS,
    signatures={
        "removed-too-early": "a silent member was removed before its session time-out",
        "not-removed": "a silent member was not removed in time",
        "living-removed": "a member that heartbeats in time was removed",
    },
    time_limit_s=90.0,
)
def check(run: Run) -> None:
    """Two members: one falls silent, one goes on."""
    if run.settings.profile is Profile.SMOKE:
        run.not_observable(Reason.TIME, f"a session time-out takes {SESSION_MS} ms, more than the profile smoke spends")
    group = run.group()
    members = [GroupMember(run.actor(), group, session_timeout_ms=SESSION_MS) for _ in range(2)]
    lives = gather(members, {0: b"0", 1: b"1"})
    silent_since = time.monotonic()
    deadline = silent_since + SESSION_MS / 1000 + run.liveness_s
    code = 0
    while code == 0 and time.monotonic() < deadline:
        time.sleep(BEAT_S)
        code = lives.heartbeat()
    took = time.monotonic() - silent_since
    silent = next(member for member in members if member is not lives)
    if code == 0:
        run.violated(
            "not-removed", expected=f"a rebalance within {SESSION_MS} ms and {run.liveness_s} s", seen="none",
            evidence=[silent.exchanges[-1], lives.exchanges[-1]],
        )  # fmt: skip
        return
    if not run.judge(
        code == ErrorCode.REBALANCE_IN_PROGRESS, "living-removed", expected="REBALANCE_IN_PROGRESS (27)",
        seen=named(code), evidence=lives.exchanges[-3:],
    ):  # fmt: skip
        return
    run.judge(
        took >= SESSION_MS / 1000 - EARLY_S, "removed-too-early", expected=f"after {SESSION_MS} ms",
        seen=f"after {took * 1000:.0f} ms", evidence=[silent.exchanges[-1], lives.exchanges[-1]],
    )  # fmt: skip
    lives.send_join()
    answer = lives.joined()
    run.judge(
        answer.error_code == 0 and answer.member_id == lives.member_id, "living-removed",
        expected="it joins the next generation", seen=named(answer.error_code), evidence=lives.exchanges[-1:],
    )  # fmt: skip
    code = silent.heartbeat()
    run.judge(
        code == ErrorCode.UNKNOWN_MEMBER_ID, "not-removed", expected="UNKNOWN_MEMBER_ID (25)", seen=named(code),
        evidence=silent.exchanges[-1:],
    )  # fmt: skip
    lives.sync({lives.member_id: b"all"})
    lives.leave()
