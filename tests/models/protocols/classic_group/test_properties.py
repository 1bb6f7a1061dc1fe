"""Each property says no of a state, or step, that it is about."""

from __future__ import annotations

from nilometer_models.protocols.classic_group import MACHINE, Config
from nilometer_models.protocols.classic_group.state import (
    COMPLETING,
    JOINING,
    NOTHING,
    OWNING,
    PREPARING,
    REVOKING,
    STABLE,
    UNJOINED,
    Committed,
    Member,
    State,
    View,
    initial,
    to_record,
    with_group,
    with_process,
)

C = Config(dynamic=2, member_ids=3)
MEMBER = Member(0, frozenset({1}), 0, 0, False)


def owning() -> State:
    """Process 1 is the only member, and owns the partition."""
    s = with_group(next(initial(C)), state=STABLE, generation=1, leader=1, members=(MEMBER, None, None))
    s = with_process(s, 1, phase=OWNING, member_id=1, generation=1, owned=frozenset({1}))
    return s._replace(log=to_record(s.group))


def holds(name: str, s: State) -> bool:
    return bool(MACHINE.invariants[name].claim(View(C, s)))


def step(name: str, before: State, after: State) -> bool:
    return bool(MACHINE.step_properties[name].claim(View(C, before), View(C, after)))


def test_every_invariant_holds_of_a_group_as_it_should_be() -> None:
    assert [name for name in MACHINE.invariants if not holds(name, owning())] == []


def test_two_current_owners_are_one_too_many_and_a_removed_one_does_not_count() -> None:
    both = with_process(owning(), 2, phase=OWNING, member_id=2, generation=1, owned=frozenset({1}))
    assert holds("single_owner", both)
    assert MACHINE.witnesses["a_paused_member_still_processes"].claim(View(C, both))
    assert not holds("single_owner", with_group(both, members=(MEMBER, MEMBER, None)))


def test_a_stable_group_leaves_no_partition_and_gives_none_twice() -> None:
    assert not holds("all_assigned_when_stable", with_group(owning(), members=(MEMBER, MEMBER, None)))
    nothing = MEMBER._replace(assignment=NOTHING)
    assert not holds("all_assigned_when_stable", with_group(owning(), members=(nothing, None, None)))
    assert holds("all_assigned_when_stable", with_group(owning(), state=PREPARING, members=(nothing, None, None)))


def test_ids_are_one_to_one() -> None:
    static = MEMBER._replace(instance=1)
    assert not holds("instance_maps_one_member", with_group(owning(), members=(static, static, None)))
    assert not holds("member_has_one_process", with_process(owning(), 2, member_id=1))
    three = with_group(owning(), members=(MEMBER, MEMBER, MEMBER))
    assert not holds("no_phantom_members", three)
    assert holds("no_phantom_members", three._replace(reloaded=1))


def test_a_stable_group_is_what_the_log_says() -> None:
    assert not holds("state_is_fold_of_log", with_group(owning(), generation=2))
    assert holds("state_is_fold_of_log", with_group(owning(), state=PREPARING, leader=0))


def test_a_commit_counts_in_the_generation_of_the_group_only() -> None:
    before = owning()
    assert step("stale_commit_has_no_effect", before, before._replace(committed=(Committed(1, 1),)))
    assert not step("stale_commit_has_no_effect", before, before._replace(committed=(Committed(1, 0),)))


def test_what_is_revoked_was_committed() -> None:
    before = with_process(owning(), 1, phase=REVOKING, position=(1,))
    after = with_process(before, 1, phase=JOINING, owned=NOTHING)
    assert not step("revoked_means_committed", before, after)
    assert step("revoked_means_committed", before._replace(committed=(Committed(1, 1),)), after)


def test_generations_grow_and_states_follow_one_another() -> None:
    before = owning()
    assert not step("generations_grow", before, with_group(before, generation=0))
    assert step("generations_grow", before, with_group(before, generation=0)._replace(reloaded=1))
    assert not step("transitions_are_legal", before, with_group(before, state=COMPLETING))
    assert step("transitions_are_legal", before, with_group(before, state=COMPLETING, generation=2))
    preparing = with_group(before, state=PREPARING)
    assert step("transitions_are_legal", before, preparing)
    assert not step("transitions_are_legal", preparing, before)


def test_who_joins_again_stays_a_member() -> None:
    before = with_process(owning(), 1, phase=UNJOINED, owned=NOTHING)
    kept = with_process(before, 1, phase=JOINING)
    assert step("joining_keeps_membership", before, kept)
    assert not step("joining_keeps_membership", before, with_group(kept, members=(None, None, None)))
