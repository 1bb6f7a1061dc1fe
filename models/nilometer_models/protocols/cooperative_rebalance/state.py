"""The state of a group that rebalances cooperatively: what members own, and what they have said that they own.

Variables and fields are those of CooperativeRebalance.tla.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

EMPTY, PREPARING, COMPLETING, STABLE = "Empty", "PreparingRebalance", "CompletingRebalance", "Stable"
"""States of the group, as in `classic_group`."""
OUT, JOINING, OWNING, REVOKED = "out", "joining", "owning", "revoked"
"""Phases of a consumer: no member, as far as it knows; waits for its assignment; has one; has given partitions up."""
NOTHING: frozenset[int] = frozenset()


class Rules(NamedTuple):
    """The rules of the protocol; the defaults are those of today's Kafka."""

    owned_partitions_travel: bool = True
    """A member says in its subscription which partitions it owns (KIP-429)."""
    joining_keeps_owned: bool = True
    """A member that joins again keeps what it owns (KIP-429): only the assignment says what to give up."""
    moves_wait_for_revocation: bool = True
    """A partition that moves is given to nobody in the generation in which its owner is told so (KIP-429)."""
    claims_are_dated: bool = True
    """Of several members that claim a partition only the one of the latest generation counts (KAFKA-12984, KIP-792)."""
    equal_claims_cancel: bool = True
    """If two members claim a partition as of one generation, neither keeps it (KAFKA-14639)."""
    revoking_joins_again: bool = True
    """A member that had to give partitions up joins again, so that they can be given to others (KIP-429)."""


class Config(NamedTuple):
    """Bounds: consumers, partitions, the highest generation, and members that are removed by a session time-out."""

    consumers: int = 2
    partitions: int = 1
    generations: int = 3
    expiries: int = 0
    old_clients: int = 0
    """So many consumers, the last ones, claim what they owned before they were removed, as clients once did: today's
    have lost it, and claim nothing (KAFKA-12984)."""
    rules: Rules = Rules()


class Member(NamedTuple):
    """What the coordinator knows of a member."""

    claims: frozenset[int]
    """The partitions that it said it owns when it joined."""
    claimed_in: int
    """The last generation in which it had joined; 0 if it was removed since."""
    joined: bool
    """Its JoinGroup has come in the rebalance under way."""
    assignment: frozenset[int]


class Group(NamedTuple):
    """The coordinator's state of the group."""

    state: str
    generation: int
    members: tuple[Member | None, ...]
    """By consumer."""


class Consumer(NamedTuple):
    """What a consumer believes."""

    phase: str
    generation: int
    """Of the last assignment that it took over; 0 after it was removed."""
    owned: frozenset[int]


class State(NamedTuple):
    """See the module."""

    group: Group
    consumers: tuple[Consumer, ...]
    expired: int


class View(NamedTuple):
    """A state with its configuration, as properties ask it."""

    config: Config
    state: State


def initial(c: Config) -> Iterator[State]:
    yield State(Group(EMPTY, 0, (None,) * c.consumers), (Consumer(OUT, 0, NOTHING),) * c.consumers, 0)


def consumer_ids(c: Config) -> Iterable[int]:
    return range(1, c.consumers + 1)


def partitions(c: Config) -> Iterable[int]:
    return range(1, c.partitions + 1)


def targets(c: Config) -> Iterable[tuple[int, ...]]:
    """Every way to give each partition to a consumer: what any assignor may want."""
    return itertools.product(consumer_ids(c), repeat=c.partitions)


def present(g: Group) -> list[int]:
    """The members that there are, in order."""
    return [index for index, member in enumerate(g.members, start=1) if member is not None]


def member(g: Group, consumer: int) -> Member:
    """A member that is there."""
    found = g.members[consumer - 1]
    assert found is not None
    return found


def is_member(g: Group, consumer: int) -> bool:
    return g.members[consumer - 1] is not None


def forgets(c: Config, consumer: int) -> bool:
    """The consumer gives up what it owns when it hears that it was removed."""
    return consumer <= c.consumers - c.old_clients


def claimants(c: Config, g: Group, partition: int) -> set[int]:
    """The members that count as owners of a partition."""
    found = {m for m in present(g) if partition in member(g, m).claims}
    if not c.rules.claims_are_dated:
        return found
    latest = max((member(g, m).claimed_in for m in found), default=0)
    return {m for m in found if member(g, m).claimed_in == latest}


def assignment(c: Config, g: Group, target: tuple[int, ...]) -> dict[int, frozenset[int]]:
    """What a cooperative assignor makes of its target: who owns a partition keeps it, or it goes to nobody for now.

    An assignor first lets members keep what they own, so that two owners of a partition both keep it; those of today
    see that two members claim a partition with the same right, and take it from both.
    """
    given: dict[int, set[int]] = {m: set() for m in present(g)}
    for x in partitions(c):
        owners, wanted = claimants(c, g, x), target[x - 1]
        if len(owners) > 1 and c.rules.claims_are_dated and c.rules.equal_claims_cancel:
            continue
        if wanted in owners:
            for m in owners:
                given[m].add(x)
        elif not owners or not c.rules.moves_wait_for_revocation:
            given[wanted].add(x)
    return {m: frozenset(some) for m, some in given.items()}


def with_consumer(s: State, consumer: int, **changes: Any) -> State:
    """The state with fields of one consumer changed."""
    changed = s.consumers[consumer - 1]._replace(**changes)
    return s._replace(consumers=(*s.consumers[: consumer - 1], changed, *s.consumers[consumer:]))


def with_member(g: Group, consumer: int, value: Member | None) -> Group:
    return g._replace(members=(*g.members[: consumer - 1], value, *g.members[consumer:]))


def prepared(g: Group) -> Group:
    """A rebalance begins: everybody has to join again."""
    if g.state == PREPARING:
        return g
    members = tuple(None if m is None else m._replace(joined=False) for m in g.members)
    return g._replace(state=PREPARING, members=members)


def completed(g: Group) -> Group:
    """The next generation consists of who has joined."""
    members = tuple(m if m is not None and m.joined else None for m in g.members)
    return Group(COMPLETING if any(members) else EMPTY, g.generation + 1, members)


def maybe_completed(g: Group) -> Group:
    """The rebalance is complete if nobody is waited for. The first one of a group ends by time only."""
    waits = [m for m in g.members if m is not None and not m.joined]
    return completed(g) if g.state == PREPARING and g.generation and not waits else g
