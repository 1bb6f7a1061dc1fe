"""Whose claim counts, and what an assignor may give."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nilometer_models.protocols.cooperative_rebalance.state import (
    COMPLETING,
    EMPTY,
    NOTHING,
    PREPARING,
    Config,
    Group,
    Member,
    Rules,
    assignment,
    claimants,
    completed,
    forgets,
    maybe_completed,
    prepared,
    present,
    targets,
)

C = Config(consumers=3, partitions=2)
MEMBERS = st.none() | st.builds(
    Member, st.frozensets(st.integers(1, 2)), st.integers(0, 2), st.booleans(), st.just(NOTHING)
)
GROUPS = st.builds(Group, st.just(COMPLETING), st.just(2), st.tuples(MEMBERS, MEMBERS, MEMBERS))


def claiming(*members: tuple[set[int], int]) -> Group:
    """A group whose members claim these partitions, as of that generation."""
    made = [Member(frozenset(owned), generation, True, NOTHING) for owned, generation in members]
    return Group(COMPLETING, 3, tuple(made) + (None,) * (3 - len(made)))


def test_the_latest_claim_counts() -> None:
    group = claiming(({1}, 1), ({1}, 2))
    assert claimants(C, group, 1) == {2}
    assert claimants(C, group, 2) == set()
    assert claimants(C._replace(rules=Rules(claims_are_dated=False)), group, 1) == {1, 2}


def test_two_equal_claims_count_for_nobody() -> None:
    group = claiming(({1}, 2), ({1}, 2))
    assert assignment(C, group, (1, 1)) == {1: {2}, 2: NOTHING}
    both = C._replace(rules=Rules(equal_claims_cancel=False))
    assert assignment(both, group, (1, 1)) == {1: {1, 2}, 2: {1}}


def test_who_owns_keeps_or_nobody_gets() -> None:
    group = claiming(({1, 2}, 1), (set(), 0))
    assert assignment(C, group, (1, 2)) == {1: {1}, 2: NOTHING}
    hasty = C._replace(rules=Rules(moves_wait_for_revocation=False))
    assert assignment(hasty, group, (1, 2)) == {1: {1}, 2: {2}}


@given(GROUPS, st.sampled_from(list(targets(C))))
def test_nothing_is_given_that_another_member_owns(group: Group, target: tuple[int, ...]) -> None:
    if not set(target) <= set(present(group)):
        return
    given_to = assignment(C, group, target)
    for x in (1, 2):
        owners = claimants(C, group, x)
        holders = {m for m in given_to if x in given_to[m]}
        assert holders <= (owners or {target[x - 1]})


@given(GROUPS)
def test_a_rebalance_is_complete_when_all_have_joined(group: Group) -> None:
    waiting = prepared(group)
    assert waiting.state == PREPARING
    assert not any(m.joined for m in waiting.members if m is not None)
    assert maybe_completed(waiting) == (waiting if present(group) else completed(waiting))
    assert completed(waiting) == Group(EMPTY, 3, (None, None, None))


def test_old_clients_remember() -> None:
    assert [forgets(C._replace(old_clients=1), consumer) for consumer in (1, 2, 3)] == [True, True, False]
