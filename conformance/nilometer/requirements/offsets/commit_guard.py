"""O5: who may commit. Without group fields only while the group has no members."""

from __future__ import annotations

from nilometer.clients.group_member import GroupMember, assemble
from nilometer.clients.observations import named
from nilometer.requirement import requirement
from nilometer.requirements.groups._groups import GROUPS, committed
from nilometer.requirements.offsets._commits import OFFSETS, Commit, commit
from nilometer.run import Run
from nilometer_reference.wire.errors import ErrorCode


@requirement(
    id="O5",
    name="offsets.commit_guard",
    level="MUST",
    sentence="A commit without group fields is accepted only while the group has no members, otherwise it answers "
    "UNKNOWN_MEMBER_ID (25); while the group awaits its assignment a plain commit answers REBALANCE_IN_PROGRESS (27)",
    profiles=("groups",),
    sources=("Kafka group protocol", "ClassicGroup.java, validateOffsetCommit"),
    apis={**GROUPS, **OFFSETS},
    signatures={
        "outsider-accepted": "a commit without group fields was accepted while the group had members",
        "early-accepted": "a commit was accepted while the group awaited its assignment",
        "wrong-error": "it was refused with another code",
        "refused": "a commit that must be accepted was refused",
        "had-an-effect": "a refused commit changed what is committed",
    },
)
def check(run: Run) -> None:
    """A group without members, one that awaits its assignment, a stable one, and empty again."""
    topic, group = run.topic(), run.group()
    exchange, codes = commit(run.session, group, Commit(topic.name, 1))
    run.judge(codes == [0], "refused", expected="no error", seen=named(codes[0]), evidence=exchange)
    member = GroupMember(run.actor(), group)
    assemble([member])
    code = member.commit(topic, 2)
    early = code != 0
    run.judge(
        early, "early-accepted", expected="REBALANCE_IN_PROGRESS (27)", seen=named(code), evidence=member.exchanges[-2:]
    )
    if early:
        run.judge(
            code == ErrorCode.REBALANCE_IN_PROGRESS, "wrong-error", expected="REBALANCE_IN_PROGRESS (27)",
            seen=named(code), evidence=member.exchanges[-1:],
        )  # fmt: skip
    member.sync({member.member_id: b"all"})
    exchange, codes = commit(run.session, group, Commit(topic.name, 3))
    if run.judge(
        codes != [0], "outsider-accepted", expected="UNKNOWN_MEMBER_ID (25)", seen=named(codes[0]), evidence=exchange
    ):
        run.judge(
            codes == [ErrorCode.UNKNOWN_MEMBER_ID], "wrong-error", expected="UNKNOWN_MEMBER_ID (25)",
            seen=named(codes[0]), evidence=exchange,
        )  # fmt: skip
        if early:
            found = committed(run.session, group, topic)
            run.judge(
                found.offset == 1, "had-an-effect", expected="offset 1", seen=found,
                evidence=[exchange, found.exchange],
            )  # fmt: skip
    code = member.commit(topic, 4)
    run.judge(code == 0, "refused", expected="no error", seen=named(code), evidence=member.exchanges[-1:])
    member.leave()
    exchange, codes = commit(run.session, group, Commit(topic.name, 5))
    run.judge(codes == [0], "refused", expected="no error", seen=named(codes[0]), evidence=exchange)
