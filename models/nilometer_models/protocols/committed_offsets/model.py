"""A committed offset: commits that the group fences, fetches, and every way in which it goes.

    client         Commit  Fetch
    group          StartRebalance  CompleteJoin  BecomeStable  BecomeEmpty
    time           Tick  Expire
    administrator  DeleteOffset  DeleteGroup  DeleteTopic  CreateTopic      coordinator  HearDeletion
    transaction    Stage  Abort
    replica        UpdateCopy

Commits come from anybody, in any generation that there was, or without one. Sources: KIP-211, KIP-496, KIP-516;
`OffsetMetadataManager.java`, `ClassicGroup.java` (offsetExpirationCondition, validateOffsetCommit).
"""

from __future__ import annotations

from pathlib import Path

from nilometer_models.machine import Instance, Machine
from nilometer_models.protocols.committed_offsets.state import (
    COMPLETING,
    EMPTY,
    PREPARING,
    STABLE,
    Answer,
    Config,
    Group,
    Rules,
    State,
    Stored,
    View,
    commit_refusal,
    generations,
    initial,
    is_of,
    keeps_offset,
)

MACHINE: Machine[Config, State, View] = Machine("committed_offsets", initial, View, home=Path(__file__).parent)


def model(commits: int = 2, **bounds_and_rules: object) -> Instance[Config, State, View]:
    """An instance; keywords are fields of `Config` or of `Rules`."""
    bounds = {name: value for name, value in bounds_and_rules.items() if name in Config._fields}
    rules = {name: value for name, value in bounds_and_rules.items() if name not in Config._fields}
    return Instance(MACHINE, Config(commits=commits, **bounds, rules=Rules(**rules)))  # type: ignore[arg-type]


@MACHINE.action("client", generation=generations)
class Commit:
    """A commit arrives, in some generation or without one."""

    @staticmethod
    def why_not(c: Config, s: State, generation: int) -> str | None:
        if s.topic_id == 0:
            return "there is no topic"
        if (reason := commit_refusal(c, s.group, generation)) is not None:
            return reason
        return "bound: commits" if s.committed >= c.commits else None

    @staticmethod
    def apply(c: Config, s: State, generation: int) -> State:
        commit = s.committed + 1
        metadata = commit if c.rules.metadata_is_stored else 0
        return s._replace(offset=Stored(commit, metadata, generation, s.topic_id, s.now), committed=commit)


@MACHINE.action("client")
class Fetch:
    """A consumer asks for the committed offset of the topic that there is."""

    @staticmethod
    def why_not(c: Config, s: State) -> str | None:
        if s.topic_id == 0:
            return "there is no topic"
        return "it has heard this" if Fetch.apply(c, s) == s else None

    @staticmethod
    def apply(c: Config, s: State) -> State:
        stored = s.offset if c.rules.fetch_reads_leader else s.copy
        return s._replace(answer=Answer(s.topic_id, stored if is_of(c, stored, s.topic_id) else None))


@MACHINE.action("group")
class StartRebalance:
    """Members come or change."""

    @staticmethod
    def why_not(c: Config, s: State) -> str | None:
        if s.group.state == PREPARING:
            return "one is under way"
        return "bound: generations" if s.group.generation >= c.generations else None

    @staticmethod
    def apply(_: Config, s: State) -> State:
        return s._replace(group=s.group._replace(state=PREPARING, since=0))


@MACHINE.action("group")
class CompleteJoin:
    """All have joined: the next generation begins, and its assignment is awaited."""

    @staticmethod
    def why_not(_: Config, s: State) -> str | None:
        return None if s.group.state == PREPARING else "no rebalance is under way"

    @staticmethod
    def apply(_: Config, s: State) -> State:
        return s._replace(group=s.group._replace(state=COMPLETING, generation=s.group.generation + 1))


@MACHINE.action("group", subscribed=lambda _: (False, True))
class BecomeStable:
    """The assignment has come. Some member is subscribed to the topic, or none is any more."""

    @staticmethod
    def why_not(_: Config, s: State, _subscribed: bool) -> str | None:
        return None if s.group.state == COMPLETING else "no assignment is awaited"

    @staticmethod
    def apply(_: Config, s: State, subscribed: bool) -> State:
        return s._replace(group=s.group._replace(state=STABLE, subscribed=subscribed))


@MACHINE.action("group")
class BecomeEmpty:
    """The last member has gone."""

    @staticmethod
    def why_not(_: Config, s: State) -> str | None:
        return None if s.group.state == PREPARING else "no rebalance is under way"

    @staticmethod
    def apply(_: Config, s: State) -> State:
        return s._replace(group=Group(EMPTY, s.group.generation + 1, s.now, False))


@MACHINE.action("time")
class Tick:
    """Time passes."""

    @staticmethod
    def why_not(c: Config, s: State) -> str | None:
        return "bound: ticks" if s.now > c.ticks else None

    @staticmethod
    def apply(_: Config, s: State) -> State:
        return s._replace(now=s.now + 1)


@MACHINE.action("time")
class Expire:
    """The coordinator sweeps, and finds that the offset has expired."""

    @staticmethod
    def why_not(c: Config, s: State) -> str | None:
        return keeps_offset(c, s)

    @staticmethod
    def apply(_: Config, s: State) -> State:
        return s._replace(offset=None)


@MACHINE.action("administrator")
class DeleteOffset:
    """An administrator deletes the offset (KIP-496). What a transaction has staged goes too."""

    @staticmethod
    def why_not(c: Config, s: State) -> str | None:
        if s.offset is None and not s.staged:
            return "there is no offset"
        if s.group.subscribed and c.rules.deletion_spares_subscribed:
            return "GROUP_SUBSCRIBED_TO_TOPIC"
        return "bound: deletions" if s.deleted >= c.deletions else None

    @staticmethod
    def apply(_: Config, s: State) -> State:
        return s._replace(offset=None, staged=False, deleted=s.deleted + 1)


@MACHINE.action("administrator")
class DeleteGroup:
    """An administrator deletes the group, which has no members: its offsets are gone (KIP-229)."""

    @staticmethod
    def why_not(c: Config, s: State) -> str | None:
        if s.group.state != EMPTY:
            return "NON_EMPTY_GROUP"
        return "bound: deletions" if s.deleted >= c.deletions else None

    @staticmethod
    def apply(_: Config, s: State) -> State:
        return s._replace(offset=None, staged=False, deleted=s.deleted + 1)


@MACHINE.action("administrator")
class DeleteTopic:
    """The topic is deleted. The coordinator will hear of it."""

    @staticmethod
    def why_not(c: Config, s: State) -> str | None:
        if s.topic_id == 0:
            return "there is no topic"
        return "bound: topics" if s.created >= c.topic_ids else None

    @staticmethod
    def apply(_: Config, s: State) -> State:
        return s._replace(topic_id=0, unheard=s.unheard | {s.topic_id})


@MACHINE.action("administrator")
class CreateTopic:
    """A topic of the same name is created. It has another id."""

    @staticmethod
    def why_not(c: Config, s: State) -> str | None:
        if s.topic_id != 0:
            return "there is one"
        return "bound: topics" if s.created >= c.topic_ids else None

    @staticmethod
    def apply(_: Config, s: State) -> State:
        return s._replace(topic_id=s.created + 1, created=s.created + 1)


@MACHINE.action("coordinator")
class HearDeletion:
    """The coordinator hears that topics were deleted, and forgets their offsets."""

    @staticmethod
    def why_not(_: Config, s: State) -> str | None:
        return None if s.unheard else "it has heard of every deletion"

    @staticmethod
    def apply(c: Config, s: State) -> State:
        goes = any(is_of(c, s.offset, topic_id) for topic_id in s.unheard)
        return s._replace(unheard=frozenset(), offset=None if goes else s.offset)


@MACHINE.action("transaction")
class Stage:
    """A transaction stages an offset for the partition (TxnOffsetCommit)."""

    @staticmethod
    def why_not(c: Config, s: State) -> str | None:
        if s.staged:
            return "one is staged"
        return "bound: transactions" if s.staged_so_far >= c.transactions else None

    @staticmethod
    def apply(_: Config, s: State) -> State:
        return s._replace(staged=True, staged_so_far=s.staged_so_far + 1)


@MACHINE.action("transaction")
class Abort:
    """The transaction is aborted; one that commits is like a commit here."""

    @staticmethod
    def why_not(_: Config, s: State) -> str | None:
        return None if s.staged else "nothing is staged"

    @staticmethod
    def apply(_: Config, s: State) -> State:
        return s._replace(staged=False)


@MACHINE.action("replica")
class UpdateCopy:
    """A copy of the coordinator's state catches up. Nobody should read it."""

    @staticmethod
    def why_not(c: Config, s: State) -> str | None:
        if s.copy == s.offset:
            return "it is up to date"
        return "bound: copies" if s.copied >= c.copies else None

    @staticmethod
    def apply(_: Config, s: State) -> State:
        return s._replace(copy=s.offset, copied=s.copied + 1)
