"""G4: what comes from the past, or from nobody, has no effect.

Heartbeat, SyncGroup, OffsetCommit with     answered
an older generation                         ILLEGAL_GENERATION (22)
a member id that the group does not know    UNKNOWN_MEMBER_ID (25)
an instance id that another member has      FENCED_INSTANCE_ID (82)

None of them is the answer to a member that is present, also while others join.
"""

from __future__ import annotations

from collections.abc import Callable

from nilometer.clients.group_member import STATIC, GroupMember, JoinRefused, gather
from nilometer.clients.observations import Topic, named
from nilometer.requirement import requirement
from nilometer.requirements.groups._groups import GROUPS, committed
from nilometer.run import Run
from nilometer_reference.wire.errors import ErrorCode

GOOD, BAD = 11, 99


@requirement(
    id="G4",
    name="groups.fencing",
    level="MUST",
    sentence="Requests of a group with a stale generation, an unknown member or a superseded instance get the code "
    "that says so and change nothing",
    profiles=("groups",),
    sources=("Kafka group protocol", "KIP-345"),
    apis={**GROUPS, "OffsetCommit": 2, "OffsetFetch": 1},
    signatures={
        "accepted": "a request from the past, or from nobody, was accepted",
        "wrong-error": "it was refused with another code than the one that names its fault",
        "had-an-effect": "it was refused and yet changed the group or its offsets",
        "member-refused": "a request of a present member in the present generation was refused",
    },
)
def check(run: Run) -> None:
    """A member in its second generation; two processes with one instance id; three members that join in between."""
    topic = run.topic()
    member = GroupMember(run.session, run.group())
    member.join()
    old_generation = member.generation_id
    member.sync({member.member_id: b"1"})
    member.protocols = [("range", b"changed")]
    member.send_join()
    code = member.joined().error_code
    if not run.judge(
        code == 0, "member-refused", expected="JoinGroup of a present member without an error", seen=named(code),
        evidence=member.exchanges[-3:],
    ):  # fmt: skip
        return
    run.judge(
        member.sync({member.member_id: b"2"}).error_code == 0, "member-refused", expected="SyncGroup without an error",
        seen="an error", evidence=member.exchanges[-2:],
    )  # fmt: skip
    code = member.commit(topic, GOOD)
    run.judge(
        code == 0, "member-refused", expected="no error", seen=named(code), evidence=member.exchanges[-1:]
    )  # fmt: skip
    if member.generation_id == old_generation:
        run.note("a rejoin with other metadata did not begin a new generation")
    else:
        refused(run, topic, member, ErrorCode.ILLEGAL_GENERATION, generation_id=old_generation)
    refused(run, topic, member, ErrorCode.UNKNOWN_MEMBER_ID, member_id="nobody-that-we-know")
    still(run, topic, member)
    member.leave()
    if run.versions.serves("JoinGroup", STATIC) and run.versions.serves("Heartbeat", 3):
        fenced_instance(run, topic)
    joining_at_the_same_time(run)


def fenced_instance(run: Run, topic: Topic) -> None:
    """The second process takes over; the first is a zombie from then on."""
    group = run.group()
    first = GroupMember(run.session, group, instance="instance")
    first.join()
    first.sync({first.member_id: b"1"})
    second = GroupMember(run.session, group, instance="instance")
    second.join()
    second.sync({second.member_id: b"1"})
    code = second.commit(topic, GOOD)
    run.judge(code == 0, "member-refused", expected="no error", seen=named(code), evidence=second.exchanges[-1:])
    first.generation_id = second.generation_id
    refused(run, topic, first, ErrorCode.FENCED_INSTANCE_ID)
    still(run, topic, second)
    second.leave()


def joining_at_the_same_time(run: Run) -> None:
    """Each of three members joins again whenever the next one comes: nobody becomes unknown by it."""
    group = run.group()
    members = [GroupMember(run.actor(), group) for _ in range(3)]
    try:
        gather(members, dict.fromkeys(range(3), b"x"))
    except JoinRefused as refusal:
        if not refusal.forgets_the_member:
            raise
        run.violated(
            "member-refused", expected=f"{refusal.member.member_id} is known: the broker gave it that id",
            seen=named(refusal.code), evidence=refusal.member.exchanges[-3:],
        )  # fmt: skip
        return
    run.holds(len(members))
    for member in members:
        member.leave()


def refused(run: Run, topic: Topic, member: GroupMember, expected: ErrorCode, **lie: object) -> None:
    """Each request with the lie, or of a member that is one."""
    requests: list[tuple[str, Callable[[], int]]] = [
        ("Heartbeat", lambda: member.heartbeat(**lie)),  # type: ignore[arg-type]  # the two fields of `lie`
        ("OffsetCommit", lambda: member.commit(topic, BAD, **lie)),  # type: ignore[arg-type]
    ]
    for what, send in requests:
        code = send()
        seen = f"{what}: {named(code)}"
        if run.judge(code != 0, "accepted", expected=named(expected), seen=seen, evidence=member.exchanges[-1:]):
            run.judge(
                code == expected, "wrong-error", expected=named(expected), seen=seen, evidence=member.exchanges[-1:]
            )


def still(run: Run, topic: Topic, member: GroupMember) -> None:
    """The present member is a member, and its commit stands."""
    code = member.heartbeat()
    run.judge(
        code == 0, "had-an-effect", expected="the present member's heartbeat is answered without an error",
        seen=named(code), evidence=member.exchanges[-3:],
    )  # fmt: skip
    found = committed(run.session, member.group, topic)
    run.judge(
        found.offset == GOOD, "had-an-effect", expected=f"offset {GOOD}", seen=found,
        evidence=[*member.exchanges[-3:], found.exchange],
    )  # fmt: skip
