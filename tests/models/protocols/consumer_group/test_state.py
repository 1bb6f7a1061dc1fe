"""A member's step to its target, whose heartbeat is refused, and which commits are accepted."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from nilometer_models.protocols.consumer_group.state import (
    AWAY,
    FENCED_MEMBER_EPOCH,
    NOTHING,
    STABLE,
    UNKNOWN_MEMBER_ID,
    UNRELEASED,
    UNRELEASED_INSTANCE_ID,
    UNREVOKED,
    Commit,
    Config,
    Holding,
    Member,
    Rules,
    State,
    accepts,
    held,
    holder_of_instance,
    holders,
    initial,
    is_static,
    meant_for,
    member,
    next_assignment,
    reconciled,
    refusal,
    replaced,
    reported,
    with_consumer,
    with_member,
    without_member,
)

C = Config(members=2, partitions=2, group_epochs=3)


def group(*members: Member, target: tuple[int, ...], target_epoch: int = 2) -> State:
    """A group with these members, in this epoch."""
    s = next(initial(C))._replace(group_epoch=target_epoch, target_epoch=target_epoch, target=target)
    for m, found in enumerate(members, start=1):
        s = with_member(s, m, found)
    return s


def having(epoch: int, assigned: tuple[int, ...], **changes: Any) -> Member:
    return Member(epoch, epoch - 1, STABLE, assigned, (0, 0), True)._replace(**changes)


def test_a_member_gives_up_before_it_moves_on() -> None:
    s = group(having(1, (1, 1)), target=(1, 2))
    asked = next_assignment(C, s, 1, None)
    assert (asked.state, asked.epoch, asked.assigned, asked.pending) == (UNREVOKED, 1, (1, 0), (0, 1))
    s = with_member(s, 1, asked)
    assert reconciled(C, s, 1, None) == asked
    assert reconciled(C, s, 1, frozenset({1, 2})) == asked
    done = reconciled(C, s, 1, frozenset({1}))
    assert (done.state, done.epoch, done.assigned, done.pending) == (STABLE, 2, (1, 0), (0, 0))


def test_a_member_waits_for_what_another_one_holds() -> None:
    s = group(having(1, (1, 1)), having(0, (0, 0)), target=(1, 2))
    waiting = next_assignment(C, s, 2, NOTHING)
    assert (waiting.state, waiting.epoch, waiting.assigned) == (UNRELEASED, 2, (0, 0))
    s = with_member(with_member(s, 2, waiting), 1, having(2, (1, 0)))
    got = reconciled(C, s, 2, None)
    assert (got.state, got.assigned) == (STABLE, (0, 2))


def test_what_is_not_owned_needs_no_revocation() -> None:
    s = group(having(1, (1, 1)), target=(1, 2))
    assert next_assignment(C, s, 1, frozenset({1})).state == STABLE


def test_a_member_that_wants_nothing_is_meant_nothing() -> None:
    s = group(having(1, (1, 1), subscribed=False), target=(1, 1))
    assert meant_for(s, 1) == NOTHING


@given(st.tuples(*[st.integers(0, 2)] * 2), st.tuples(*[st.sampled_from([0, 1])] * 2), st.frozensets(st.integers(1, 2)))
def test_no_step_gives_what_is_held_by_another(
    target: tuple[int, int], first: tuple[int, int], owned: frozenset[int]
) -> None:
    second = tuple(1 - epoch for epoch in first)
    s = group(having(1, first), having(1, second), target=target)
    for m in (1, 2):
        s = with_member(s, m, reconciled(C, s, m, owned))
    assert all(len(holders(s, x)) <= 1 for x in (1, 2))


def test_the_previous_epoch_is_forgiven_to_who_owns_no_more_than_is_assigned() -> None:
    s = group(having(2, (1, 0)), target=(1, 2))
    assert refusal(C, s, 2) == UNKNOWN_MEMBER_ID
    lagging = with_consumer(s, 1, epoch=1, owned=frozenset({1}), full=True)
    assert refusal(C, lagging, 1) is None
    assert refusal(C, with_consumer(lagging, 1, owned=frozenset({2})), 1) == FENCED_MEMBER_EPOCH
    assert refusal(C, with_consumer(lagging, 1, full=False, told=True), 1) == FENCED_MEMBER_EPOCH
    s = with_member(s, 1, having(3, (1, 0)))
    assert refusal(C, with_consumer(s, 1, epoch=1, full=True), 1) == FENCED_MEMBER_EPOCH
    zero = with_consumer(s, 1, epoch=0)
    assert refusal(C, zero, 1) is None
    assert refusal(C._replace(rules=Rules(epoch_zero_rejoins=False)), zero, 1) == FENCED_MEMBER_EPOCH


def test_a_static_member_that_is_there_cannot_come_again() -> None:
    static = C._replace(static=2)
    s = with_consumer(group(having(2, (1, 0)), target=(1, 2)), 1, epoch=0)
    assert refusal(static, s, 1) == UNRELEASED_INSTANCE_ID
    assert refusal(static, with_member(s, 1, having(0, (0, 0))), 1) is None
    assert [is_static(C._replace(static=1), m) for m in (1, 2)] == [False, True]
    assert holder_of_instance(static, s, 2) == 1
    assert holder_of_instance(C, s, 2) == 0


def test_a_successor_gets_what_was_kept_for_it() -> None:
    s = replaced(group(having(AWAY, (1, 0)), target=(1, 0)), 1, 2)
    assert s.members[0] is None
    assert (member(s, 2).epoch, member(s, 2).assigned, s.target) == (0, (1, 0), (2, 0))


def test_what_is_owned_is_reported_when_it_is_new() -> None:
    s = with_consumer(group(having(1, (1, 0)), target=(1, 0)), 1, epoch=1, owned=frozenset({1}), full=False, told=True)
    assert reported(C, s, 1) is None
    assert reported(C, with_consumer(s, 1, told=False), 1) == {1}
    taking_over = with_consumer(s, 1, full=True, wanted=frozenset({2}))
    assert reported(C, taking_over, 1) == {1, 2}
    assert reported(C._replace(rules=Rules(grant_counts_as_owned=False)), taking_over, 1) == {1}


def test_a_commit_counts_while_the_partition_is_held() -> None:
    s = group(having(3, (1, 0), pending=(0, 2)), target=(1, 0))
    assert accepts(C, s, Commit(1, 3, 1))
    assert accepts(C, s, Commit(1, 1, 1))
    assert accepts(C, s, Commit(1, 2, 2))
    assert not accepts(C, s, Commit(1, 1, 2))
    assert not accepts(C, s, Commit(1, 4, 1))
    assert not accepts(C, s, Commit(2, 3, 1))


def test_who_is_removed_leaves_its_partitions_and_a_trace() -> None:
    s = without_member(C, group(having(1, (1, 1)), having(1, (0, 0)), target=(1, 2)), 1)
    assert (s.group_epoch, s.target) == (3, (0, 2))
    assert s.holdings == (Holding(1, 1), Holding(1, 1))
    assert held(member(s, 2)) == NOTHING
    assert without_member(C._replace(rules=Rules(epochs_survive_empty=False)), s, 2).group_epoch == 0
