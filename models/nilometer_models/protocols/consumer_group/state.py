"""The state of a consumer group (KIP-848): epochs, targets, members as the coordinator and as they themselves see them.

Variables and fields are those of ConsumerGroup.tla.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

STABLE, UNREVOKED, UNRELEASED = "STABLE", "UNREVOKED_PARTITIONS", "UNRELEASED_PARTITIONS"
"""States of a member: where its target is; waits for the member to let go; waits for others to let go."""
FENCED_MEMBER_EPOCH, UNKNOWN_MEMBER_ID, UNRELEASED_INSTANCE_ID = (
    "FENCED_MEMBER_EPOCH", "UNKNOWN_MEMBER_ID", "UNRELEASED_INSTANCE_ID",
)  # fmt: skip
OUT = -1
"""Epoch of a consumer that is no member, as far as it knows."""
AWAY = -2
"""Epoch of a static member that has left, and may come back."""
NOTHING: frozenset[int] = frozenset()


class Rules(NamedTuple):
    """The rules of the protocol; the defaults are those of today's Kafka, but for one that says so."""

    waits_for_release: bool = True
    """A partition is assigned only when no other member holds it any more."""
    epoch_waits_for_revocation: bool = True
    """A member that has to give partitions up stays in its epoch, also after it has given up others (KAFKA-19974)."""
    epoch_zero_rejoins: bool = True
    """A member may come with epoch 0 whatever its epoch is (KAFKA-19233)."""
    epochs_survive_empty: bool = True
    """A group that has lost its last member goes on counting its epochs."""
    full_request_after_loss: bool = True
    """A member that has lost an answer sends everything again, and so is told its assignment again."""
    grant_counts_as_owned: bool = True
    """A full request names also the partitions that the member is about to take over. *Not* what Kafka's Java client
    does: see README.md."""
    instance_must_be_released: bool = True
    """Nobody takes over an instance id before its holder has left."""
    target_is_computed_first: bool = True
    """A change of the group has its target before the next heartbeat is answered: `consumer.assignment.interval.ms` is
    0. Kafka's default is 1000: see README.md."""
    moves_to_target_epoch: bool = True
    """A member moves to the epoch of the target assignment, not to that of the group."""
    assignor_sees_subscriptions: bool = True
    """Partitions are meant for members that are subscribed to them."""
    commit_checks_epoch: bool = True
    """A commit must come in the member's epoch, or in one in which it had the partition already (KIP-1251)."""


class Config(NamedTuple):
    """Bounds: members, partitions, the highest group epoch, and how often things happen."""

    members: int = 2
    partitions: int = 1
    group_epochs: int = 2
    static: int = 0
    """So many members, the last ones, have one and the same instance id: each is the successor of another."""
    changes: int = 0
    """Members that unsubscribe from the topic, or subscribe again."""
    expiries: int = 0
    """Members that are removed because nothing is heard of them, or because they do not let go in time."""
    lost: int = 0
    """Answers that are lost."""
    commits: int = 0
    """Commits that are sent."""
    rules: Rules = Rules()


Epochs = tuple[int, ...]
"""Partition -> the epoch in which the member got it; 0 where it has not."""


class Member(NamedTuple):
    """What the coordinator knows of a member."""

    epoch: int
    previous: int
    state: str
    assigned: Epochs
    pending: Epochs
    """What it has to give up."""
    subscribed: bool


class Answer(NamedTuple):
    """The answer to a heartbeat, on its way."""

    epoch: int
    assignment: frozenset[int] | None
    """None where it is not told."""


class Consumer(NamedTuple):
    """What a consumer believes."""

    epoch: int
    """OUT while it is no member; 0 while it joins, for the first time or again."""
    owned: frozenset[int]
    wanted: frozenset[int] | None
    """The assignment that it has heard of, and not taken over yet."""
    told: bool
    """The coordinator has been told of what it owns since that changed."""
    full: bool
    """Its next request says everything."""
    answer: Answer | None


class Commit(NamedTuple):
    """An OffsetCommit, on its way or done."""

    member: int
    epoch: int
    partition: int


class Holding(NamedTuple):
    """Who has last held a partition, and in which member epoch."""

    member: int
    epoch: int


class State(NamedTuple):
    """See the module."""

    group_epoch: int
    target_epoch: int
    target: tuple[int, ...]
    """Partition -> the member that is to get it; 0 for nobody."""
    members: tuple[Member | None, ...]
    consumers: tuple[Consumer, ...]
    holdings: tuple[Holding, ...]
    """Remembered for the properties."""
    request: Commit | None
    committed: tuple[Commit | None, ...]
    """Partition -> the last commit that was accepted."""
    changed: int
    expired: int
    lost: int
    sent: int


class View(NamedTuple):
    """A state with its configuration, as properties ask it."""

    config: Config
    state: State


def initial(c: Config) -> Iterator[State]:
    out = Consumer(OUT, NOTHING, None, True, True, None)
    yield State(
        0, 0, (0,) * c.partitions, (None,) * c.members, (out,) * c.members, (Holding(0, 0),) * c.partitions, None,
        (None,) * c.partitions, 0, 0, 0, 0,
    )  # fmt: skip


# ------------------------------------------------------------------------------------------------------ questions


def member_ids(c: Config) -> Iterable[int]:
    return range(1, c.members + 1)


def partitions(c: Config) -> Iterable[int]:
    return range(1, c.partitions + 1)


def targets(c: Config) -> Iterable[tuple[int, ...]]:
    """Every way to give each partition to a member, or to nobody."""
    return itertools.product(range(c.members + 1), repeat=c.partitions)


def present(s: State) -> list[int]:
    """The members that there are, in order."""
    return [index for index, member in enumerate(s.members, start=1) if member is not None]


def member(s: State, m: int) -> Member:
    """A member that is there."""
    found = s.members[m - 1]
    assert found is not None
    return found


def those(epochs: Epochs) -> frozenset[int]:
    """The partitions that have an epoch."""
    return frozenset(x for x, epoch in enumerate(epochs, start=1) if epoch)


def held(found: Member) -> frozenset[int]:
    """What a member holds: nobody else can get it."""
    return those(found.assigned) | those(found.pending)


def holders(s: State, partition: int) -> list[int]:
    """The members that hold a partition."""
    return [m for m in present(s) if partition in held(member(s, m))]


def meant_for(s: State, m: int) -> frozenset[int]:
    """The target assignment of a member: nothing of topics that it is not subscribed to."""
    if not member(s, m).subscribed:
        return NOTHING
    return frozenset(x for x, wanted in enumerate(s.target, start=1) if wanted == m)


def reported(c: Config, s: State, m: int) -> frozenset[int] | None:
    """The owned partitions in the next heartbeat of a consumer; None where it leaves them out as unchanged."""
    q = s.consumers[m - 1]
    if q.epoch > 0 and not q.full and q.told:
        return None
    return q.owned | (q.wanted or NOTHING) if c.rules.grant_counts_as_owned else q.owned


def is_static(c: Config, m: int) -> bool:
    """The member has the instance id."""
    return m > c.members - c.static


def holder_of_instance(c: Config, s: State, m: int) -> int:
    """The member that has the same instance id; 0 if there is none."""
    return next((h for h in present(s) if is_static(c, h)), 0) if is_static(c, m) else 0


def refusal(c: Config, s: State, m: int) -> str | None:
    """Why the next heartbeat of a consumer is refused; None if it is not."""
    known, epoch = s.members[m - 1], s.consumers[m - 1].epoch
    if known is None:
        return UNKNOWN_MEMBER_ID
    if epoch == known.epoch:
        return None
    if epoch == 0 and is_static(c, m):
        return UNRELEASED_INSTANCE_ID
    if epoch == 0 and c.rules.epoch_zero_rejoins:
        return None
    # The answer that told it of its epoch may have been lost.
    owned = reported(c, s, m)
    if epoch == known.previous and owned is not None and owned <= those(known.assigned):
        return None
    return FENCED_MEMBER_EPOCH


def accepts(c: Config, s: State, commit: Commit) -> bool:
    """Is a commit accepted?"""
    known = s.members[commit.member - 1]
    if known is None:
        return False
    if not c.rules.commit_checks_epoch or commit.epoch == known.epoch:
        return True
    since = known.assigned[commit.partition - 1] or known.pending[commit.partition - 1]
    return commit.epoch < known.epoch and 0 < since <= commit.epoch


# -------------------------------------------------------------------------------------------------------- changes


def next_assignment(c: Config, s: State, m: int, owned: frozenset[int] | None) -> Member:
    """One step of a member towards its target: give up; or get what is free, and move to the epoch of the target."""
    found, target = member(s, m), meant_for(s, m)
    kept = tuple(epoch if x in target else 0 for x, epoch in enumerate(found.assigned, start=1))
    leaves = tuple(0 if x in target else epoch for x, epoch in enumerate(found.assigned, start=1))
    gets = target - those(kept)
    unreleased = frozenset(x for x in gets if holders(s, x) and x not in those(found.pending))
    if not c.rules.waits_for_release:
        unreleased = NOTHING
    if those(leaves) and (owned is None or those(leaves) & owned):
        early = found.state == UNREVOKED and not c.rules.epoch_waits_for_revocation
        epoch = s.target_epoch if early else found.epoch
        return found._replace(epoch=epoch, previous=found.epoch, state=UNREVOKED, assigned=kept, pending=leaves)
    epoch = s.target_epoch if c.rules.moves_to_target_epoch else s.group_epoch + 1
    return found._replace(
        epoch=epoch, previous=found.epoch, state=UNRELEASED if unreleased else STABLE,
        assigned=tuple(epoch if x in gets - unreleased else since for x, since in enumerate(kept, start=1)),
        pending=(0,) * c.partitions,
    )  # fmt: skip


def reconciled(c: Config, s: State, m: int, owned: frozenset[int] | None) -> Member:
    """What a heartbeat makes of a member."""
    found = member(s, m)
    if found.state == STABLE and found.epoch == s.target_epoch:
        return found
    if found.state == UNREVOKED and (owned is None or those(found.pending) & owned):
        return found
    return next_assignment(c, s, m, owned)


def with_consumer(s: State, m: int, **changes: Any) -> State:
    """The state with fields of one consumer changed."""
    changed = s.consumers[m - 1]._replace(**changes)
    return s._replace(consumers=(*s.consumers[: m - 1], changed, *s.consumers[m:]))


def with_member(s: State, m: int, value: Member | None) -> State:
    """The state with one member changed, added or removed. Who holds what, in an epoch of its own, is remembered."""
    s = s._replace(members=(*s.members[: m - 1], value, *s.members[m:]))
    found = []
    for x, last in enumerate(s.holdings, start=1):
        holder = next(iter(holders(s, x)), 0)
        is_new = holder > 0 and member(s, holder).epoch > 0
        found.append(Holding(holder, member(s, holder).epoch) if is_new else last)
    return s._replace(holdings=tuple(found))


def replaced(s: State, old: int, m: int) -> State:
    """The member that has come back has a new id, and everything that was kept for it."""
    kept = member(s, old)._replace(epoch=0, previous=0)
    s = with_member(with_member(s, old, None), m, kept)
    return s._replace(target=tuple(m if wanted == old else wanted for wanted in s.target))


def without_member(c: Config, s: State, m: int) -> State:
    """The member is removed: what it held is free, and somebody else has to get it."""
    target = tuple(0 if wanted == m else wanted for wanted in s.target)
    s = with_member(s, m, None)._replace(group_epoch=s.group_epoch + 1, target=target)
    return s if present(s) or c.rules.epochs_survive_empty else s._replace(group_epoch=0, target_epoch=0)
