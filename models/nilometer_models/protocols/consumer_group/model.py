"""The consumer group protocol (KIP-848): a target for all, and each member walks to it in its own time.

    consumer      Join  Heartbeat  Hear  Reconcile  Leave  LeaveForNow  ChangeSubscription  SendCommit
    coordinator   ComputeTarget  HandleCommit
    fault         Expire  LoseAnswer

    member epoch 1   A holds p and q               B joins: group epoch 2, target: A p, B q
    A heartbeats     A must give q up              UNREVOKED_PARTITIONS, in epoch 1
    B heartbeats     B gets nothing yet            UNRELEASED_PARTITIONS, in epoch 2
    A has let go     A is told so, and holds p     STABLE, in epoch 2
    B heartbeats     B gets q                      STABLE, in epoch 2

Sources: KIP-848, KIP-1251; `GroupMetadataManager.java` (consumerGroupHeartbeat), `CurrentAssignmentBuilder.java`,
`ConsumerGroup.java`, `AbstractMembershipManager.java`, `ConsumerHeartbeatRequestManager.java`.
"""

from __future__ import annotations

from pathlib import Path

from nilometer_models.machine import Instance, Machine
from nilometer_models.protocols.consumer_group.state import (
    AWAY,
    FENCED_MEMBER_EPOCH,
    NOTHING,
    OUT,
    STABLE,
    UNKNOWN_MEMBER_ID,
    UNRELEASED_INSTANCE_ID,
    Answer,
    Commit,
    Config,
    Member,
    Rules,
    State,
    View,
    accepts,
    holder_of_instance,
    initial,
    is_static,
    member,
    member_ids,
    partitions,
    present,
    reconciled,
    refusal,
    replaced,
    reported,
    targets,
    those,
    with_consumer,
    with_member,
    without_member,
)

MACHINE: Machine[Config, State, View] = Machine("consumer_group", initial, View, home=Path(__file__).parent)


def model(members: int = 2, **bounds_and_rules: object) -> Instance[Config, State, View]:
    """An instance; keywords are fields of `Config` or of `Rules`."""
    bounds = {name: value for name, value in bounds_and_rules.items() if name in Config._fields}
    rules = {name: value for name, value in bounds_and_rules.items() if name not in Config._fields}
    return Instance(MACHINE, Config(members=members, **bounds, rules=Rules(**rules)))  # type: ignore[arg-type]


def _next_epoch(c: Config, s: State) -> str | None:
    return "bound: group epochs" if s.group_epoch >= c.group_epochs else None


@MACHINE.action("consumer", member=member_ids)
class Join:
    """A consumer that is no member joins with epoch 0, or comes back. Its first answer is that of a heartbeat."""

    @staticmethod
    def why_not(c: Config, s: State, member: int) -> str | None:
        q, holder = s.consumers[member - 1], holder_of_instance(c, s, member)
        if q.epoch > 0:
            return "it believes to be a member"
        if q.answer is not None:
            return "an answer is on its way"
        if s.members[member - 1] is not None and holder != member:
            return "it is a member"
        if not holder:
            return _next_epoch(c, s)
        known = s.members[holder - 1]
        assert known is not None
        if known.epoch != AWAY and (c.rules.instance_must_be_released or holder == member):
            return UNRELEASED_INSTANCE_ID
        return None

    @staticmethod
    def apply(c: Config, s: State, member: int) -> State:
        nothing, holder = (0,) * c.partitions, holder_of_instance(c, s, member)
        if holder:
            s = replaced(s, holder, member)
        else:
            s = with_member(s, member, Member(0, -1, STABLE, nothing, nothing, True))
            s = s._replace(group_epoch=s.group_epoch + 1)
        return with_consumer(s, member, epoch=0, full=True)


@MACHINE.action("coordinator", assignment=targets)
class ComputeTarget:
    """The assignor gives each partition to a member that is subscribed to it, if there is one."""

    @staticmethod
    def why_not(c: Config, s: State, assignment: tuple[int, ...]) -> str | None:
        if s.target_epoch == s.group_epoch:
            return "the target is of this epoch"
        fit = {m for m in present(s) if member(s, m).subscribed or not c.rules.assignor_sees_subscriptions}
        return None if set(assignment) <= (fit or {0}) else "partitions go to members that want them"

    @staticmethod
    def apply(_: Config, s: State, assignment: tuple[int, ...]) -> State:
        return s._replace(target=assignment, target_epoch=s.group_epoch)


def _handled(c: Config, s: State, m: int) -> State:
    """The heartbeat is handled, and the answer on its way."""
    q, known = s.consumers[m - 1], member(s, m)
    updated = reconciled(c, s, m, reported(c, s, m))
    s = with_member(s, m, updated)
    is_told = q.epoch == 0 or q.full or those(updated.assigned) != those(known.assigned)
    answer = Answer(updated.epoch, those(updated.assigned) if is_told else None)
    return with_consumer(s, m, told=True, full=False, answer=answer)


def _fenced(s: State, m: int, error: str) -> State:
    """The consumer has lost its partitions. If it was fenced, it comes again with epoch 0 as the same member."""
    return with_consumer(
        s, m, epoch=0 if error == FENCED_MEMBER_EPOCH else OUT, owned=NOTHING, wanted=None, told=True, full=True
    )


@MACHINE.action("consumer", member=member_ids)
class Heartbeat:
    """A member heartbeats: it says what it owns if that is new, and takes a step to its target; or it is fenced."""

    @staticmethod
    def why_not(c: Config, s: State, member: int) -> str | None:
        q = s.consumers[member - 1]
        if q.answer is not None:
            return "an answer is on its way"
        if q.epoch == OUT or (q.epoch == 0 and s.members[member - 1] is None):
            return "it has to join"
        # The first target of a group is never late.
        if s.target_epoch < s.group_epoch and (s.target_epoch == 0 or c.rules.target_is_computed_first):
            return "the target is computed first"
        after = Heartbeat.apply(c, s, member)
        answer = after.consumers[member - 1].answer
        if answer == Answer(q.epoch, None) and after == with_consumer(s, member, answer=answer):
            return "there is nothing new"
        return "it is fenced again and again" if after == s else None

    @staticmethod
    def apply(c: Config, s: State, member: int) -> State:
        error = refusal(c, s, member)
        return _handled(c, s, member) if error is None else _fenced(s, member, error)


@MACHINE.action("consumer", member=member_ids)
class Hear:
    """A member hears of its epoch, and of its assignment if that was told."""

    @staticmethod
    def why_not(_: Config, s: State, member: int) -> str | None:
        return "no answer is on its way" if s.consumers[member - 1].answer is None else None

    @staticmethod
    def apply(_: Config, s: State, member: int) -> State:
        q = s.consumers[member - 1]
        assert q.answer is not None
        told, known = q.answer.assignment, q.owned if q.wanted is None else q.wanted
        # Also what it already owns is new, if it was about to take over something else: it has to say so.
        wanted = q.wanted if told is None or told == known else told
        return with_consumer(s, member, epoch=q.answer.epoch, wanted=wanted, answer=None)


@MACHINE.action("consumer", member=member_ids)
class Reconcile:
    """A member gives up what its assignment no longer has, and takes over what is new."""

    @staticmethod
    def why_not(_: Config, s: State, member: int) -> str | None:
        return "it has heard of nothing new" if s.consumers[member - 1].wanted is None else None

    @staticmethod
    def apply(_: Config, s: State, member: int) -> State:
        wanted = s.consumers[member - 1].wanted
        return with_consumer(s, member, owned=wanted, wanted=None, told=False)


@MACHINE.action("consumer", member=member_ids)
class Leave:
    """A member gives everything up, and leaves with epoch -1."""

    @staticmethod
    def why_not(c: Config, s: State, member: int) -> str | None:
        if s.consumers[member - 1].epoch <= 0 or s.members[member - 1] is None:
            return "it is no member"
        return "an answer is on its way" if s.consumers[member - 1].answer else _next_epoch(c, s)

    @staticmethod
    def apply(c: Config, s: State, member: int) -> State:
        return _fenced(without_member(c, s, member), member, UNKNOWN_MEMBER_ID)


@MACHINE.action("consumer", member=member_ids)
class LeaveForNow:
    """A static member gives everything up, and leaves with epoch -2: its partitions are kept for its successor."""

    @staticmethod
    def why_not(c: Config, s: State, member: int) -> str | None:
        q = s.consumers[member - 1]
        if not is_static(c, member):
            return "it has no instance id"
        if q.epoch <= 0 or s.members[member - 1] is None:
            return "it is no member"
        return None if q.answer is None else "an answer is on its way"

    @staticmethod
    def apply(c: Config, s: State, member: int) -> State:
        known = s.members[member - 1]
        assert known is not None
        s = with_member(s, member, known._replace(epoch=AWAY, pending=(0,) * c.partitions))
        return _fenced(s, member, UNKNOWN_MEMBER_ID)


@MACHINE.action("consumer", member=member_ids)
class ChangeSubscription:
    """A member is no longer interested in the topic, or is again."""

    @staticmethod
    def why_not(c: Config, s: State, member: int) -> str | None:
        q, known = s.consumers[member - 1], s.members[member - 1]
        if known is None or q.epoch <= 0 or refusal(c, s, member) is not None:
            return "it is no member"
        if q.answer is not None:
            return "an answer is on its way"
        return "bound: changes" if s.changed >= c.changes else _next_epoch(c, s)

    @staticmethod
    def apply(_: Config, s: State, member: int) -> State:
        known = s.members[member - 1]
        assert known is not None
        s = with_member(s, member, known._replace(subscribed=not known.subscribed))
        return s._replace(group_epoch=s.group_epoch + 1, changed=s.changed + 1)


@MACHINE.action("consumer", member=member_ids, partition=partitions)
class SendCommit:
    """A consumer sends a commit for a partition that it owns."""

    @staticmethod
    def why_not(c: Config, s: State, member: int, partition: int) -> str | None:
        if partition not in s.consumers[member - 1].owned:
            return "it does not own the partition"
        if s.request is not None:
            return "bound: one commit at a time"
        return "bound: commits" if s.sent >= c.commits else None

    @staticmethod
    def apply(_: Config, s: State, member: int, partition: int) -> State:
        return s._replace(request=Commit(member, s.consumers[member - 1].epoch, partition), sent=s.sent + 1)


@MACHINE.action("coordinator")
class HandleCommit:
    """A commit arrives, soon or late."""

    @staticmethod
    def why_not(_: Config, s: State) -> str | None:
        return "no commit is on its way" if s.request is None else None

    @staticmethod
    def apply(c: Config, s: State) -> State:
        commit = s.request
        assert commit is not None
        if accepts(c, s, commit):
            x = commit.partition
            s = s._replace(committed=(*s.committed[: x - 1], commit, *s.committed[x:]))
        return s._replace(request=None)


@MACHINE.action("fault", member=member_ids)
class Expire:
    """Nothing was heard of a member, or it has not let go in time: it is removed, and does not know."""

    @staticmethod
    def why_not(c: Config, s: State, member: int) -> str | None:
        if s.members[member - 1] is None:
            return "it is no member"
        return "bound: expiries" if s.expired >= c.expiries else _next_epoch(c, s)

    @staticmethod
    def apply(c: Config, s: State, member: int) -> State:
        return without_member(c, s, member)._replace(expired=s.expired + 1)


@MACHINE.action("fault", member=member_ids)
class LoseAnswer:
    """The answer to a heartbeat is lost, or its coordinator is replaced: all that it has done is in the log."""

    @staticmethod
    def why_not(c: Config, s: State, member: int) -> str | None:
        if s.consumers[member - 1].answer is None:
            return "no answer is on its way"
        return "bound: lost answers" if s.lost >= c.lost else None

    @staticmethod
    def apply(c: Config, s: State, member: int) -> State:
        return with_consumer(s, member, answer=None, full=c.rules.full_request_after_loss)._replace(lost=s.lost + 1)
