"""What holds of a consumer group, and what must be reachable."""

from __future__ import annotations

from nilometer_models.machine import Fair
from nilometer_models.protocols.consumer_group.model import MACHINE
from nilometer_models.protocols.consumer_group.state import (
    AWAY,
    OUT,
    STABLE,
    UNRELEASED,
    UNREVOKED,
    State,
    View,
    held,
    holder_of_instance,
    holders,
    is_static,
    meant_for,
    member,
    member_ids,
    partitions,
    present,
)


def owners(s: State, partition: int) -> list[int]:
    """The members that own a partition. Who was removed, and does not know, is none."""
    return [m for m in present(s) if partition in s.consumers[m - 1].owned]


@MACHINE.invariant("G1", "G13")
def single_owner(view: View) -> bool:
    """No partition is owned by two members."""
    return all(len(owners(view.state, x)) <= 1 for x in partitions(view.config))


@MACHINE.invariant("G13")
def not_granted_before_released(view: View) -> bool:
    """No partition is held by two members: it is assigned only when the former holder has let go."""
    return all(len(holders(view.state, x)) <= 1 for x in partitions(view.config))


@MACHINE.invariant("G1")
def owned_is_held(view: View) -> bool:
    """What a member owns is held for it."""
    s = view.state
    return all(s.consumers[m - 1].owned <= held(member(s, m)) for m in present(s))


@MACHINE.invariant("G13")
def target_within_subscriptions(view: View) -> bool:
    """The target assignment of the present epoch gives partitions to members that are subscribed to them."""
    s = view.state
    if s.target_epoch < s.group_epoch:
        return True
    return all(wanted == 0 or (wanted in present(s) and member(s, wanted).subscribed) for wanted in s.target)


@MACHINE.invariant("G3")
def member_epoch_at_most_group_epoch(view: View) -> bool:
    """No member is ahead of the target assignment, and this not ahead of the group."""
    s = view.state
    return s.target_epoch <= s.group_epoch and all(member(s, m).epoch <= s.target_epoch for m in present(s))


@MACHINE.step_property("G3", "G1")
def owner_unique_per_epoch(before: View, after: View) -> bool:
    """A partition passes from one member to another only in a later member epoch, but for a static one that is back."""
    c = before.config
    return all(
        old.epoch < new.epoch
        or old.member in (0, new.member)
        or (is_static(c, old.member) and is_static(c, new.member))
        for old, new in zip(before.state.holdings, after.state.holdings, strict=True)
    )


@MACHINE.step_property("G3")
def epochs_grow(before: View, after: View) -> bool:
    """The epochs of the group, of its target and of each member never fall, but for a member that is away."""
    s, t = before.state, after.state
    return (
        s.group_epoch <= t.group_epoch
        and s.target_epoch <= t.target_epoch
        and all(
            old.epoch <= new.epoch
            for old, new in zip(s.members, t.members, strict=True)
            if old is not None and new is not None and AWAY not in (old.epoch, new.epoch)
        )
    )


@MACHINE.step_property("G10")
def live_instances_are_kept(before: View, after: View) -> bool:
    """Nobody takes the place of a static member that has not left."""
    c, s, t = before.config, before.state, after.state
    for m in member_ids(c):
        if s.members[m - 1] is None and t.members[m - 1] is not None:
            old = holder_of_instance(c, s, m)
            if old and s.consumers[old - 1].epoch != OUT:
                return False
    return True


@MACHINE.step_property("G4", "O5")
def stale_commit_has_no_effect(before: View, after: View) -> bool:
    """A commit takes effect only if its member has held the partition from then on when it was sent until now."""
    s, t = before.state, after.state
    for x, (old, new) in enumerate(zip(s.committed, t.committed, strict=True), start=1):
        if old != new and new is not None:
            known = s.members[new.member - 1]
            since = 0 if known is None else known.assigned[x - 1] or known.pending[x - 1]
            if not 0 < since <= new.epoch:
                return False
    return True


STEADY = ("ComputeTarget", "Heartbeat", "Hear", "Reconcile")
"""What goes on as long as anything can."""


@MACHINE.leads_to("G13", "G19", fair=[Fair("ComputeTarget", each=[]), *(Fair(action) for action in STEADY[1:])])
def members_converge_to_target(view: View) -> tuple[bool, bool]:
    """Each member that is there comes to own its target assignment, but for what is kept for one that is not."""
    s = view.state
    there = [m for m in present(s) if s.consumers[m - 1].epoch != OUT]
    kept = frozenset(x for m in present(s) if m not in there for x in held(member(s, m)))
    converged = s.target_epoch == s.group_epoch and all(
        member(s, m).state == (UNRELEASED if meant_for(s, m) & kept else STABLE)
        and member(s, m).epoch == s.consumers[m - 1].epoch == s.target_epoch
        and s.consumers[m - 1].owned == meant_for(s, m) - kept
        for m in there
    )
    return not converged, converged


@MACHINE.witness("G13")
def a_member_waits_for_another(view: View) -> bool:
    """A member waits for what another one has not yet let go."""
    states = [m.state for m in view.state.members if m is not None]
    return UNRELEASED in states and UNREVOKED in states


@MACHINE.witness("G4")
def a_removed_member_still_processes(view: View) -> bool:
    """A consumer that was removed processes what a member owns: only its commits are refused."""
    s = view.state
    return any(
        s.members[m - 1] is None and any(owners(s, x) for x in s.consumers[m - 1].owned)
        for m in member_ids(view.config)
    )


@MACHINE.witness("G4")
def a_lost_answer_is_forgiven(view: View) -> bool:
    """A member has not heard of its epoch, and is in the one before."""
    s = view.state
    return s.lost > 0 and any(
        0 < s.consumers[m - 1].epoch == member(s, m).previous < member(s, m).epoch and s.consumers[m - 1].answer is None
        for m in present(s)
    )


@MACHINE.witness("G4")
def a_member_is_fenced(view: View) -> bool:
    """A member was fenced by its epoch, and comes again with epoch 0."""
    s = view.state
    return s.lost > 1 and any(
        s.consumers[m - 1].epoch == 0 and member(s, m).previous > 0 and s.consumers[m - 1].answer is None
        for m in present(s)
    )


@MACHINE.witness("O5")
def a_commit_of_a_former_epoch_counts(view: View) -> bool:
    """A commit that was sent in an older epoch was accepted: the member has had the partition ever since (KIP-1251)."""
    s = view.state
    return any(
        commit is not None and (known := s.members[commit.member - 1]) is not None and commit.epoch < known.epoch
        for commit in s.committed
    )


@MACHINE.witness("G10")
def a_static_member_is_back(view: View) -> bool:
    """A partition has passed to the successor of a static member in the same group epoch, without a rebalance."""
    s = view.state
    return any(
        is_static(view.config, m) and m != s.holdings[x - 1].member and s.group_epoch == s.holdings[x - 1].epoch
        for m in present(s)
        for x in held(member(s, m))
    )


@MACHINE.witness("G10", "G4")
def a_static_member_locks_itself_out(view: View) -> bool:
    """A static member has lost its first answer, and is refused when it asks again: its instance id is taken."""
    s = view.state
    return any(
        is_static(view.config, m) and s.consumers[m - 1].epoch == OUT and member(s, m).epoch > 0 for m in present(s)
    )
