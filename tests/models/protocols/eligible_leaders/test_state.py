"""The controller's decision, row by row of its table."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nilometer_models.protocols.eligible_leaders.state import (
    Config,
    Partition,
    Rules,
    State,
    changed,
    effective_minimum,
    eligible,
    initial,
)

THREE = Config()
ALL = frozenset({1, 2, 3})
NOBODY: frozenset[int] = frozenset()
sets = st.frozensets(st.integers(1, 3))


def state(**fields: object) -> State:
    """Three brokers that are up, and a partition with these fields."""
    start = next(initial(THREE))
    return start._replace(partition=start.partition._replace(**fields))  # type: ignore[arg-type]


def after(
    made: State, isr: frozenset[int], able: frozenset[int] = ALL, unclean: frozenset[int] = NOBODY, **rules: bool
) -> Partition:
    return changed(THREE._replace(rules=Rules(**rules)), made, isr, able, unclean).partition


def test_an_isr_that_reaches_the_minimum_needs_no_eligible_leaders() -> None:
    assert after(state(elr=frozenset({3})), frozenset({1, 2})).elr == NOBODY


def test_below_the_minimum_whoever_leaves_stays_eligible_unless_it_restarted_uncleanly() -> None:
    made = state(isr=frozenset({1, 2}), elr=frozenset({3}))
    assert after(made, frozenset({1})).elr == {2, 3}
    assert after(made, frozenset({1}), unclean=frozenset({2})).elr == {3}


def test_a_leader_that_is_still_in_the_isr_stays() -> None:
    partition = after(state(leader=2), frozenset({1, 2}))
    assert (partition.leader, partition.election) == (2, "isr")


def test_the_first_active_member_of_the_isr_leads() -> None:
    assert after(state(leader=1), frozenset({2, 3}), able=frozenset({3})).leader == 3


def test_from_an_empty_isr_an_eligible_leader_is_elected_and_is_the_isr() -> None:
    partition = after(state(isr=frozenset({1}), elr=frozenset({2, 3})), NOBODY, able=frozenset({2, 3}))
    assert (partition.leader, partition.election) == (2, "elr")
    assert partition.isr == {2}
    assert partition.elr == {1, 3}


def test_if_nobody_is_eligible_the_last_known_leader_recovers() -> None:
    alone = state(isr=frozenset({1}), high_watermark=1)
    gone = after(alone, NOBODY, able=frozenset({2, 3}), unclean=frozenset({1}))
    assert (gone.leader, gone.last_known_leader, gone.isr, gone.elr) == (None, 1, NOBODY, NOBODY)
    back = after(alone._replace(partition=gone), NOBODY)
    assert (back.leader, back.election, back.recovering, back.last_known_leader) == (1, "last_known", True, None)
    assert back.high_watermark == 0


def test_without_eligible_leaders_the_last_member_stays_in_the_isr() -> None:
    partition = after(state(isr=frozenset({1})), NOBODY, able=frozenset({2, 3}), elr_enabled=False)
    assert (partition.leader, partition.isr) == (None, frozenset({1}))


def test_an_unclean_election_takes_anybody() -> None:
    partition = after(state(isr=frozenset({1})), NOBODY, able=frozenset({3}), unclean_election=True)
    assert (partition.leader, partition.isr, partition.elr, partition.recovering) == (3, frozenset({3}), NOBODY, True)


@given(sets, sets, sets, sets)
def test_an_eligible_leader_was_in_one_of_the_sets_and_is_not_in_the_new_isr(
    isr: frozenset[int], elr: frozenset[int], new: frozenset[int], unclean: frozenset[int]
) -> None:
    found = eligible(THREE, state(isr=isr, elr=elr).partition, new, unclean)
    assert found <= (isr | elr) - new - unclean
    assert not found or len(new) < effective_minimum(THREE)


@given(sets, sets, sets)
def test_a_leader_is_able_and_in_the_isr(isr: frozenset[int], elr: frozenset[int], able: frozenset[int]) -> None:
    partition = after(state(leader=None, isr=isr, elr=elr - isr), isr, able)
    if partition.leader is not None:
        assert partition.leader in able
        assert partition.leader in partition.isr
