"""T17: a consumer that its group has removed cannot commit through a transaction.

TxnOffsetCommit 3 and later with              answered
an older generation                           ILLEGAL_GENERATION (22)
a member id that the group does not know      UNKNOWN_MEMBER_ID (25)
an instance id that another member has taken  FENCED_INSTANCE_ID (82)
the member and its generation                 0
neither (an older client)                     0
"""

from __future__ import annotations

from typing import NamedTuple

from nilometer.clients.observations import named
from nilometer.clients.session import Session
from nilometer.clients.transactional import Protocol
from nilometer.requirement import requirement
from nilometer.requirements.transactions._member import STATIC, Member, join, leave
from nilometer.requirements.transactions._offsets import STABLE, await_group_offset, group_offset
from nilometer.requirements.transactions._world import TRANSACTIONS, World, served_protocols
from nilometer.run import Run
from nilometer.verdict import NotObservable, Reason
from nilometer_reference.wire.errors import ErrorCode

GOOD, BAD = 33, 66


class Zombie(NamedTuple):
    """Who commits, and what must be answered."""

    what: str
    member: Member
    code: ErrorCode


@requirement(
    id="T17",
    name="transactions.zombie_consumer",
    level="MUST",
    sentence="TxnOffsetCommit with a stale generation, an unknown member or a fenced instance is refused and stages "
    "nothing; without these fields it is not fenced",
    profiles=("eos", "groups"),
    sources=("KIP-447", "KAFKA-9365", "KAFKA-9346"),
    apis={**TRANSACTIONS, "TxnOffsetCommit": 3, "OffsetFetch": 1, "JoinGroup": 1, "SyncGroup": 0},
    signatures={
        "zombie-accepted": "TxnOffsetCommit of a zombie was accepted",
        "wrong-error": "TxnOffsetCommit of a zombie was refused with another error than the one that names its fault",
        "zombie-staged": "after TxnOffsetCommit of a zombie an offset is pending, or committed by the transaction",
        "member-refused": "TxnOffsetCommit of the present member was refused",
        "unfenced-refused": "TxnOffsetCommit without member id and generation was refused",
    },
)  # fmt: skip
def check(run: Run) -> None:
    """Every kind of zombie in each protocol; the present member is the control."""
    for protocol in served_protocols(run):
        try:
            zombies(run, protocol)
        except NotObservable as missing:
            run.skip(missing.reason, missing.detail)


def zombies(run: Run, protocol: Protocol) -> None:
    """One group whose only member has been through two generations."""
    world = World(run, producers=1, partitions=1, protocol=protocol)
    group, session = world.groups[0], world.reader
    first = join(session, group, metadata=b"1")
    present = join(session, group, member_id=first.member_id, metadata=b"2")
    if present.generation_id == first.generation_id:
        run.not_observable(Reason.REFUSED, "a rejoin with other metadata did not begin a new generation")
    answered = commit(world, present, GOOD)
    world.end(0, True)
    run.judge(
        answered == 0, "member-refused", expected=f"no error for {present}", seen=named(answered),
        evidence=world.actors[0].exchanges,
    )  # fmt: skip
    found = await_group_offset(session, group, world.topic, wanted=GOOD, within_s=run.liveness_s)
    if found.offset != GOOD:
        run.not_observable(Reason.REFUSED, f"the present member's commit leads to {found} (T15)")
    stale = Member(present.member_id, first.generation_id)
    stranger = Member("nobody-that-we-know", present.generation_id)
    for zombie in (
        Zombie("an older generation", stale, ErrorCode.ILLEGAL_GENERATION),
        Zombie("an unknown member id", stranger, ErrorCode.UNKNOWN_MEMBER_ID),
    ):
        judge(run, world, zombie)
    older = commit(world, Member("", -1), GOOD)
    world.end(0, False)
    run.judge(
        older == 0, "unfenced-refused", expected="no error without member id and generation", seen=named(older),
        evidence=world.actors[0].exchanges[-3:],
    )  # fmt: skip
    leave(session, group, present)
    if run.versions.serves("JoinGroup", STATIC):
        fenced_instance(run, world, session)


def fenced_instance(run: Run, world: World, session: Session) -> None:
    """A second process takes over the group instance id of the first."""
    group = world.groups[0]
    try:
        first = join(session, group, group_instance_id="instance", metadata=b"1")
        second = join(session, group, group_instance_id="instance", metadata=b"2")
    except NotObservable as missing:
        run.skip(missing.reason, missing.detail)
        return
    if first.member_id == second.member_id:
        run.skip(Reason.REFUSED, "a second join with one group instance id got the same member id")
        return
    old = Member(first.member_id, second.generation_id, "instance")
    judge(run, world, Zombie("a group instance id that another member has taken", old, ErrorCode.FENCED_INSTANCE_ID))
    leave(session, group, second)


def judge(run: Run, world: World, zombie: Zombie) -> None:
    """One TxnOffsetCommit of a zombie inside a transaction that then commits."""
    producer, group = world.actors[0], world.groups[0]
    before = len(producer.exchanges)
    code = commit(world, zombie.member, BAD)
    sent = producer.exchanges[before:]
    expected = f"{named(zombie.code)} for {zombie.what}: {zombie.member}"
    accepted = not run.judge(code != 0, "zombie-accepted", expected=expected, seen="no error", evidence=sent)
    if not accepted:
        run.judge(code == zombie.code, "wrong-error", expected=expected, seen=named(code), evidence=sent)
        if run.versions.serves("OffsetFetch", STABLE):
            found = group_offset(world.reader, group, world.topic, require_stable=True)
            run.judge(
                found.error_code == 0 and found.offset == GOOD, "zombie-staged",
                expected=f"offset {GOOD} and nothing pending after {zombie.what}", seen=found,
                evidence=[*sent, found.exchange],
            )  # fmt: skip
    world.end(0, True)
    if accepted:
        return
    found = await_group_offset(world.reader, group, world.topic, wanted=GOOD, within_s=0.5)
    run.judge(
        found.offset != BAD, "zombie-staged", expected=f"offset {GOOD} after the transaction", seen=found,
        evidence=[*producer.exchanges[before:], found.exchange],
    )  # fmt: skip


def commit(world: World, member: Member, offset: int) -> int:
    """TxnOffsetCommit within the producer's transaction; its error code."""
    world.begin(0)
    if world.actors[0].protocol is Protocol.TV2:
        # a refused TxnOffsetCommit alone may leave nothing to end; a record makes the transaction real
        world.write(0)
    answered = world.actors[0].commit_offsets(
        world.groups[0], {(world.topic.name, 0): offset}, generation_id=member.generation_id,
        member_id=member.member_id, group_instance_id=member.group_instance_id,
    )  # fmt: skip
    return answered.error_code
