"""Requests of one transaction that arrive when it is over, and what they have done.

    first transaction        writes, perhaps offsets; a request of it is held back; EndTxn
    released                 after its end, inside the next transaction, or after that
    next transaction         writes elsewhere or in the same place; EndTxn
    afterwards               nothing of the late request may have taken effect, and no partition may hang

Under transaction version 2 each transaction has its own epoch, by which a late request is recognised (KIP-890). Under
version 1 it cannot be told from one of the next transaction: a documented weakness.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from nilometer.clients.exchange import Exchange
from nilometer.clients.held import HeldRequest
from nilometer.clients.observations import Fetched, Scan, named
from nilometer.clients.raw import NoAnswer
from nilometer.clients.session import GROUP, TRANSACTION
from nilometer.clients.transactional import LAST_OF_TV1, Protocol, worst_error
from nilometer.requirements.transactions._offsets import GroupOffset, await_group_offset
from nilometer.requirements.transactions._world import Committed, Outcome, World
from nilometer.run import Run
from nilometer.verdict import NotObservable, Reason
from nilometer_reference.wire.codec import Message


class Late(StrEnum):
    """Which request is late; the text is for sentences."""

    PRODUCE = "a Produce to a partition of the transaction"
    PRODUCE_ELSEWHERE = "a Produce to a partition that was not yet part of the transaction"
    ADD_PARTITIONS = "an AddPartitionsToTxn"
    ADD_OFFSETS = "an AddOffsetsToTxn"
    OFFSETS = "a TxnOffsetCommit"
    END = "a repetition of EndTxn"


class When(StrEnum):
    """When it arrives."""

    BETWEEN = "after the end of its transaction"
    INSIDE = "inside the next transaction"
    AFTERWARDS = "after the next transaction"


class Case(NamedTuple):
    """One history."""

    late: Late
    when: When
    first_commits: bool
    next_commits: bool
    same_partition: bool
    """Whether the next transaction writes to the partition that the late request names."""


LATE_OFFSET, FIRST_OFFSET, NEXT_OFFSET = 555, 11, 22
HOME, ELSEWHERE, NEUTRAL = 0, 1, 2
"""Partitions: of the first transaction, of none but the late request, of the next transaction."""


@dataclass
class Story:
    """What came of a case."""

    case: Case
    world: World
    late: Exchange | None = None
    late_values: set[bytes] = field(default_factory=set)
    trouble: str = ""
    """What the next transaction, which did everything right, was answered where that was not success."""
    early: dict[int, bytes] = field(default_factory=dict)
    """Records of the next transaction that were visible before its end, by offset."""
    reads: list[Committed] = field(default_factory=list)
    scans: list[Scan] = field(default_factory=list)
    stuck: Fetched | None = None
    offset: GroupOffset | None = None

    @property
    def wanted_offset(self) -> int:
        """What the group must have at the end; -1 for none."""
        wanted = -1
        for transaction in self.world.history:
            if transaction.outcome is Outcome.COMMITTED:
                wanted = transaction.offsets.get(HOME, wanted)
        return wanted

    @property
    def evidence(self) -> list[Exchange]:
        """Everything that the two transactions sent, the late request, and the reads."""
        reads = [one for read in self.reads for one in read.exchanges]
        others = [one.exchange for one in (self.stuck, self.offset) if one is not None]
        return self.world.evidence([self.late] if self.late else [], reads, others)

    def __str__(self) -> str:
        first, following = ("committed" if commits else "aborted" for commits in self.case[2:4])
        answer = "no answer"
        if self.late is not None and self.late.response is not None:
            answer = named(worst_error(self.late))
        return (
            f"{self.case.late} of a transaction that was {first} arrived {self.case.when}, which was {following}; "
            f"it was answered with {answer}"
        )


def tell(run: Run, case: Case, protocol: Protocol, within_s: float) -> Story:
    """Run one history. NotObservable where the first transaction does not even work without a late request."""
    world = World(run, producers=1, partitions=3, protocol=protocol)
    story = Story(case, world)
    world.write(0, HOME)
    with_offsets = case.late in (Late.OFFSETS, Late.ADD_OFFSETS)
    if with_offsets:
        world.send_offsets(0, HOME, FIRST_OFFSET)
    session = world.actors[0].session
    request, version, node = late_request(story)
    with HeldRequest(session, request, version, node) as held:
        story.late = held.exchange
        world.end(0, case.first_commits)
        if world.history[0].why:
            raise NotObservable(Reason.REFUSED, world.history[0].why)
        if world.unsettled() is not None:
            # a coordinator may answer before its markers are written; until then the request is not late
            raise NotObservable(Reason.INCOMPLETE_READ, "the first transaction does not come to rest (T1)")
        if case.when is When.BETWEEN:
            _release(held)
        try:
            next_transaction(story, held, with_offsets)
        except NotObservable as refused:
            if refused.reason is not Reason.REFUSED:
                raise
            story.trouble = refused.detail
            world.end_all()
        if case.when is When.AFTERWARDS:
            _release(held)
    look(story, with_offsets, within_s)
    return story


def next_transaction(story: Story, held: HeldRequest, with_offsets: bool) -> None:
    """The next transaction of the same producer; the late request may arrive in the middle."""
    world, case = story.world, story.case
    world.write(0, NEUTRAL)
    following = world.history[-1]
    if with_offsets and case.same_partition:
        world.send_offsets(0, HOME, NEXT_OFFSET)
    actor = world.actors[0]
    if case.same_partition and actor.protocol is Protocol.TV1:
        actor.add(world.topic, HOME)
    if case.when is When.INSIDE:
        _release(held)
        read = world.read(NEUTRAL, within_s=0.1)
        story.early = {at: value for at, value in read.values.items() if value in following.values}
        story.reads.append(read)
    if case.same_partition:
        world.write(0, HOME)
    world.end(0, case.next_commits)
    story.trouble = following.why


def look(story: Story, with_offsets: bool, within_s: float) -> None:
    """Everything that can be seen when all is over."""
    world = story.world
    story.stuck = world.unsettled(within_s)
    story.reads += [world.read(partition, within_s=0.2) for partition in range(world.partitions)]
    story.scans = [world.reader.scan(world.topic, partition=partition) for partition in range(world.partitions)]
    if with_offsets:
        story.offset = await_group_offset(
            world.reader, world.groups[0], world.topic, HOME, wanted=story.wanted_offset, within_s=within_s
        )


def late_request(story: Story) -> tuple[Message, int, int]:
    """The request with the first transaction's identity, its version, and the node that it goes to."""
    world, late = story.world, story.case.late
    actor, topic, group = world.actors[0], world.topic, world.groups[0]
    session = actor.session
    coordinator = session.coordinator(TRANSACTION, actor.transactional_id)
    match late:
        case Late.PRODUCE | Late.PRODUCE_ELSEWHERE:
            partition = HOME if late is Late.PRODUCE else ELSEWHERE
            story.late_values = set(values := world.values(1, "late."))
            produce, version = session.produce_request(
                topic, actor.batch(topic, values, partition), partition=partition,
                transactional_id=actor.transactional_id, version=actor.produce_version(topic),
            )  # fmt: skip
            return produce, version, session.leader(topic, partition)
        case Late.ADD_PARTITIONS:
            version = session.version("AddPartitionsToTxn", at_most=LAST_OF_TV1["AddPartitionsToTxn"])
            return actor.add_partitions_request([(topic.name, ELSEWHERE)]), version, coordinator
        case Late.ADD_OFFSETS:
            return actor.add_offsets_request(group), actor.version("AddOffsetsToTxn"), coordinator
        case Late.OFFSETS:
            offsets = actor.offset_commit_request(group, {(topic.name, HOME): LATE_OFFSET})
            return offsets, actor.version("TxnOffsetCommit"), session.coordinator(GROUP, group)
        case Late.END:
            return actor.end_request(story.case.first_commits), actor.version("EndTxn"), coordinator


def _release(held: HeldRequest) -> None:
    """An answer is not needed."""
    with suppress(NoAnswer):
        held.release()
