"""Cooperative rebalancing (KIP-429): members keep what they own, say so when they join, and give up what they are told.

    consumer      Join  Adopt  Heartbeat  Leave
    leader        Balance                      any target: assignors differ, what they must wait for does not
    coordinator   EndRebalance
    fault         Expire

    generation 1   A owns p and q                               B joins
    generation 2   A is left p: it gives q up, and joins again  B gets nothing yet
    generation 3   A keeps p                                    B gets q

Sources: KIP-429, KIP-792; `ConsumerCoordinator.java`, `AbstractStickyAssignor.java`, `CooperativeStickyAssignor.java`.
"""

from __future__ import annotations

from pathlib import Path

from nilometer_models.machine import Fair, Instance, Machine
from nilometer_models.protocols.cooperative_rebalance.state import (
    COMPLETING,
    JOINING,
    NOTHING,
    OUT,
    OWNING,
    PREPARING,
    REVOKED,
    STABLE,
    Config,
    Group,
    Member,
    Rules,
    State,
    View,
    assignment,
    claimants,
    completed,
    consumer_ids,
    forgets,
    initial,
    is_member,
    maybe_completed,
    member,
    partitions,
    prepared,
    present,
    targets,
    with_consumer,
    with_member,
)

MACHINE: Machine[Config, State, View] = Machine("cooperative_rebalance", initial, View, home=Path(__file__).parent)


def model(
    consumers: int = 2,
    partitions: int = 1,
    generations: int = 3,
    expiries: int = 0,
    old_clients: int = 0,
    **rules: bool,
) -> Instance[Config, State, View]:
    """An instance with these bounds; `rules` are fields of `Rules`."""
    return Instance(MACHINE, Config(consumers, partitions, generations, expiries, old_clients, Rules(**rules)))


def _within(c: Config, g: Group) -> str | None:
    """A rebalance may end by itself, so none begins that would need one generation more."""
    return "bound: generations" if g.generation + (g.state == PREPARING) > c.generations else None


def _joined(c: Config, s: State, consumer: int) -> Group:
    """The group after a JoinGroup request."""
    asking = s.consumers[consumer - 1]
    claims = asking.owned if c.rules.owned_partitions_travel else NOTHING
    known = s.group.members[consumer - 1]
    # The generation that it sends is the last that it has joined, also if it has not heard what was assigned in it.
    joined_in = asking.generation if known is None or asking.phase != JOINING else s.group.generation
    given = NOTHING if known is None else known.assignment
    return maybe_completed(with_member(prepared(s.group), consumer, Member(claims, joined_in, True, given)))


@MACHINE.action("consumer", consumer=consumer_ids)
class Join:
    """A consumer joins, and says what it owns: for the first time, because others do, or after it gave something up."""

    @staticmethod
    def why_not(c: Config, s: State, consumer: int) -> str | None:
        phase, g = s.consumers[consumer - 1].phase, s.group
        if phase == OUT:
            return _within(c, _joined(c, s, consumer))
        if not is_member(g, consumer):
            return "it was removed, and has to hear of it"
        if phase == REVOKED or (g.state == PREPARING and not member(g, consumer).joined):
            return _within(c, _joined(c, s, consumer))
        return "nothing asks for it"

    @staticmethod
    def apply(c: Config, s: State, consumer: int) -> State:
        s = s._replace(group=_joined(c, s, consumer))
        owned = s.consumers[consumer - 1].owned if c.rules.joining_keeps_owned else NOTHING
        return with_consumer(s, consumer, phase=JOINING, owned=owned)


@MACHINE.action("consumer", consumer=consumer_ids)
class Adopt:
    """A member hears of its assignment: it gives up what is not in it, and takes over what is."""

    @staticmethod
    def why_not(_: Config, s: State, consumer: int) -> str | None:
        if s.consumers[consumer - 1].phase != JOINING:
            return "it waits for no assignment"
        if not is_member(s.group, consumer):
            return "it was removed"
        return None if s.group.state == STABLE else "nothing is assigned"

    @staticmethod
    def apply(c: Config, s: State, consumer: int) -> State:
        owned = member(s.group, consumer).assignment
        gives_up = bool(s.consumers[consumer - 1].owned - owned)
        phase = REVOKED if gives_up and c.rules.revoking_joins_again else OWNING
        return with_consumer(s, consumer, phase=phase, generation=s.group.generation, owned=owned)


@MACHINE.action("consumer", consumer=consumer_ids)
class Heartbeat:
    """A consumer hears that it was removed."""

    @staticmethod
    def why_not(_: Config, s: State, consumer: int) -> str | None:
        if s.consumers[consumer - 1].phase == OUT:
            return "it is no member, and knows"
        return "it is a member" if is_member(s.group, consumer) else None

    @staticmethod
    def apply(c: Config, s: State, consumer: int) -> State:
        owned = NOTHING if forgets(c, consumer) else s.consumers[consumer - 1].owned
        return with_consumer(s, consumer, phase=OUT, generation=0, owned=owned)


def _without(s: State, consumer: int) -> Group:
    return maybe_completed(prepared(with_member(s.group, consumer, None)))


@MACHINE.action("consumer", consumer=consumer_ids)
class Leave:
    """A member gives everything up, and leaves."""

    @staticmethod
    def why_not(c: Config, s: State, consumer: int) -> str | None:
        if s.consumers[consumer - 1].phase != OWNING or not is_member(s.group, consumer):
            return "it is no member"
        return _within(c, _without(s, consumer))

    @staticmethod
    def apply(_: Config, s: State, consumer: int) -> State:
        s = s._replace(group=_without(s, consumer))
        return with_consumer(s, consumer, phase=OUT, generation=0, owned=NOTHING)


@MACHINE.action("leader", target=targets)
class Balance:
    """The leader's assignor wants `target`, and gives what may be given without taking it from a member."""

    @staticmethod
    def why_not(_: Config, s: State, target: tuple[int, ...]) -> str | None:
        if s.group.state != COMPLETING:
            return "no assignment is awaited"
        return None if set(target) <= set(present(s.group)) else "only members get partitions"

    @staticmethod
    def apply(c: Config, s: State, target: tuple[int, ...]) -> State:
        g, given = s.group, assignment(c, s.group, target)
        for m in present(g):
            g = with_member(g, m, member(g, m)._replace(assignment=given[m]))
        return s._replace(group=g._replace(state=STABLE))


@MACHINE.action("coordinator")
class EndRebalance:
    """The time to join is over: members that have not are removed."""

    @staticmethod
    def why_not(_: Config, s: State) -> str | None:
        return None if s.group.state == PREPARING else "no rebalance is under way"

    @staticmethod
    def apply(_: Config, s: State) -> State:
        return s._replace(group=completed(s.group))


@MACHINE.action("fault", consumer=consumer_ids)
class Expire:
    """Nothing was heard of a member for its session time-out: it is removed, and goes on processing."""

    @staticmethod
    def why_not(c: Config, s: State, consumer: int) -> str | None:
        if not is_member(s.group, consumer):
            return "it is no member"
        if s.group.state == PREPARING and member(s.group, consumer).joined:
            return "its JoinGroup is parked: it counts as alive"
        return "bound: expiries" if s.expired >= c.expiries else _within(c, _without(s, consumer))

    @staticmethod
    def apply(_: Config, s: State, consumer: int) -> State:
        return s._replace(group=_without(s, consumer), expired=s.expired + 1)


# ----------------------------------------------------------------------------------------------------- what holds


def owners(s: State, partition: int) -> list[int]:
    """Members that own a partition, and have it since they are members."""
    return [m for m in present(s.group) if s.consumers[m - 1].generation and partition in s.consumers[m - 1].owned]


@MACHINE.invariant("G1", "G12")
def single_owner(view: View) -> bool:
    """No partition is owned by two members, whatever generation they have heard of."""
    return all(len(owners(view.state, x)) <= 1 for x in partitions(view.config))


@MACHINE.invariant("G2")
def assigned_once(view: View) -> bool:
    """While the group is stable, no partition is assigned to two members."""
    g = view.state.group
    given = [x for m in present(g) for x in member(g, m).assignment]
    return g.state != STABLE or len(given) == len(set(given))


@MACHINE.invariant("G12")
def nothing_moves_unrevoked(view: View) -> bool:
    """While the group is stable, no partition is assigned that another member owned when it joined."""
    g = view.state.group
    if g.state != STABLE:
        return True
    return not any(
        member(g, m).assignment & member(g, other).claims
        for m in present(g)
        for other in present(g)
        if m != other and member(g, other).claimed_in > 0
    )


@MACHINE.step_property("G12")
def joining_interrupts_nothing(before: View, after: View) -> bool:
    """A member that joins again goes on with everything it owns."""
    return all(
        old.owned <= new.owned
        for old, new in zip(before.state.consumers, after.state.consumers, strict=True)
        if new.phase == JOINING and old.phase != OUT
    )


PROGRESS = ("Join", "Adopt", "Heartbeat", "Balance", "EndRebalance")


@MACHINE.leads_to("G19", "G12", fair=[Fair(action, each=[]) for action in PROGRESS])
def every_partition_comes_to_be_owned(view: View) -> tuple[bool, bool]:
    """Each partition comes to be owned by a member, also one that has to move, unless the generations are used up."""
    used_up = view.state.group.generation >= view.config.generations
    return not used_up, used_up or all(owners(view.state, x) for x in partitions(view.config))


@MACHINE.witness("G12")
def a_partition_waits(view: View) -> bool:
    """A member is told to give a partition up, and nobody has it assigned yet."""
    g = view.state.group
    given = {x for m in present(g) for x in member(g, m).assignment}
    return g.state == STABLE and any(member(g, m).claims - given for m in present(g))


@MACHINE.witness("G12")
def a_partition_is_kept_while_another_moves(view: View) -> bool:
    """A member keeps one partition, and another member owns the one that it has given up."""
    s = view.state
    return (
        view.config.partitions > 1
        and s.group.generation > 2
        and s.expired == 0
        and all(len(owners(s, x)) == 1 for x in partitions(view.config))
        and len({owners(s, x)[0] for x in partitions(view.config)}) > 1
    )


@MACHINE.witness("G4")
def a_removed_member_still_processes(view: View) -> bool:
    """A consumer that was removed processes what a member owns: it has not heard of it."""
    s = view.state
    return any(
        q.phase != OUT and not is_member(s.group, consumer) and any(owners(s, x) for x in q.owned)
        for consumer, q in enumerate(s.consumers, start=1)
    )


@MACHINE.witness("G12")
def a_claim_is_outdated(view: View) -> bool:
    """A member claims what another one has got since: it was removed in between."""
    g = view.state.group
    return any(
        member(g, m).claims & member(g, other).claims and member(g, m).claimed_in < member(g, other).claimed_in
        for m in present(g)
        for other in present(g)
    )


@MACHINE.witness("G12")
def two_claims_of_one_date(view: View) -> bool:
    """Two members claim a partition as of one generation: the assignor cannot know whose it is."""
    c, g = view.config, view.state.group
    return any(len(claimants(c, g, x)) > 1 for x in partitions(c))
