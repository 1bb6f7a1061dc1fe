"""Each property says no of a state, or step, that it is about."""

from __future__ import annotations

from nilometer_models.protocols.consumer_group import MACHINE, Config
from nilometer_models.protocols.consumer_group.state import (
    OUT,
    STABLE,
    Commit,
    Holding,
    Member,
    State,
    View,
    initial,
    with_consumer,
    with_member,
)

C = Config(members=2, group_epochs=3)
HOLDER = Member(2, 1, STABLE, (2,), (0,), True)
OTHER = Member(2, 1, STABLE, (0,), (0,), True)


def converged() -> State:
    """Member 1 owns the partition; member 2 has nothing."""
    s = next(initial(C))._replace(group_epoch=2, target_epoch=2, target=(1,))
    s = with_member(with_member(s, 1, HOLDER), 2, OTHER)
    return with_consumer(with_consumer(s, 1, epoch=2, owned=frozenset({1})), 2, epoch=2)


def broken(s: State) -> set[str]:
    return {name for name, claim in MACHINE.invariants.items() if not claim.claim(View(C, s))}


def step(name: str, before: State, after: State) -> bool:
    return bool(MACHINE.step_properties[name].claim(View(C, before), View(C, after)))


def test_a_group_that_has_converged_breaks_nothing() -> None:
    assert broken(converged()) == set()
    premise, conclusion = MACHINE.leading_to["members_converge_to_target"].claim(View(C, converged()))
    assert (premise, conclusion) == (False, True)


def test_each_invariant_sees_its_own_wrong() -> None:
    s = converged()
    assert broken(with_consumer(s, 2, owned=frozenset({1}))) == {"single_owner", "owned_is_held"}
    assert broken(with_member(s, 2, HOLDER)) == {"not_granted_before_released"}
    assert broken(with_member(s, 1, OTHER)) == {"owned_is_held"}
    assert broken(with_member(s, 1, HOLDER._replace(subscribed=False))) == {"target_within_subscriptions"}
    assert broken(with_member(s, 2, OTHER._replace(epoch=3))) == {"member_epoch_at_most_group_epoch"}
    assert broken(with_member(s, 1, None)) == {"target_within_subscriptions"}


def test_a_partition_passes_on_in_a_later_epoch_only() -> None:
    s = converged()
    assert s.holdings == (Holding(1, 2),)
    assert not step("owner_unique_per_epoch", s, s._replace(holdings=(Holding(2, 2),)))
    assert step("owner_unique_per_epoch", s, s._replace(holdings=(Holding(2, 3),)))


def test_epochs_grow() -> None:
    s = converged()
    assert not step("epochs_grow", s, s._replace(group_epoch=1))
    assert not step("epochs_grow", s, s._replace(target_epoch=1))
    assert not step("epochs_grow", s, with_member(s, 1, HOLDER._replace(epoch=1)))
    assert step("epochs_grow", s, with_member(s, 1, None))


def test_an_instance_that_lives_is_kept() -> None:
    static = C._replace(static=2)
    before = with_member(converged(), 2, None)
    after = with_member(with_member(before, 1, None), 2, HOLDER._replace(epoch=0))
    claim = MACHINE.step_properties["live_instances_are_kept"].claim
    assert not claim(View(static, before), View(static, after))
    assert claim(View(static, with_consumer(before, 1, epoch=OUT)), View(static, after))
    assert claim(View(C, before), View(C, after))


def test_a_commit_counts_from_who_has_held_the_partition_since() -> None:
    s = converged()
    assert step("stale_commit_has_no_effect", s, s._replace(committed=(Commit(1, 2, 1),)))
    assert not step("stale_commit_has_no_effect", s, s._replace(committed=(Commit(1, 1, 1),)))
    assert not step("stale_commit_has_no_effect", s, s._replace(committed=(Commit(2, 2, 1),)))


def test_a_removed_member_that_still_processes_is_no_owner() -> None:
    s = with_member(with_consumer(converged(), 2, owned=frozenset({1})), 2, None)
    assert "single_owner" not in broken(s)
    assert MACHINE.witnesses["a_removed_member_still_processes"].claim(View(C, s))
