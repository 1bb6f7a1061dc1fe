"""The maximal ISR, who may be a member, and where the high watermark may be."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nilometer_models.protocols.isr_changes.state import (
    UNKNOWN,
    Config,
    Image,
    Leader,
    Rules,
    changed,
    counted,
    initial,
    is_eligible,
    maximal_isr,
    refusal,
    with_high_watermark,
)

THREE = Config(replicas=3, minimum=2)
BROKERS = Image(frozenset({1, 2}), 0, (1, 1, 1), frozenset(), frozenset())
LEADER = Leader(frozenset({1, 2}), 0, None, None, 0, (2, 1, 1), (UNKNOWN, 1, 1), frozenset({2}), BROKERS)


def test_the_maximal_isr_holds_who_is_added_and_still_who_is_removed() -> None:
    assert maximal_isr(THREE, LEADER._replace(adding=3)) == {1, 2, 3}
    assert maximal_isr(THREE, LEADER._replace(removing=2)) == {1, 2}
    assert maximal_isr(THREE._replace(rules=Rules(added_count=False)), LEADER._replace(adding=3)) == {1, 2}
    assert maximal_isr(THREE._replace(rules=Rules(removed_count=False)), LEADER._replace(removing=2)) == {1}


def test_a_member_is_neither_fenced_nor_stopping_nor_another_incarnation() -> None:
    assert refusal(THREE, BROKERS, 3, 1) is None
    assert refusal(THREE, BROKERS, 3, UNKNOWN) is None
    assert refusal(THREE, BROKERS._replace(fenced=frozenset({3})), 3, 1) == "it is fenced"
    assert refusal(THREE, BROKERS._replace(stopping=frozenset({3})), 3, 1) == "it is about to stop"
    assert refusal(THREE, BROKERS._replace(broker_epochs=(1, 1, 2)), 3, 1) == "it has restarted since"


def test_who_has_never_fetched_may_not_join() -> None:
    assert is_eligible(THREE, LEADER, 3)
    assert not is_eligible(THREE, LEADER._replace(known_epochs=(UNKNOWN, 1, UNKNOWN)), 3)


def test_the_high_watermark_waits_for_a_newcomer_that_was_just_caught_up() -> None:
    behind = LEADER._replace(known_ends=(2, 2, 1))
    assert with_high_watermark(THREE, behind).high_watermark == 2
    assert with_high_watermark(THREE, behind._replace(caught_up=frozenset({3}))).high_watermark == 1
    assert with_high_watermark(THREE, behind._replace(adding=3)).high_watermark == 1


def test_the_high_watermark_stands_still_below_the_minimum() -> None:
    alone = LEADER._replace(isr=frozenset({1}), caught_up=frozenset())
    assert with_high_watermark(THREE, alone) == alone
    assert with_high_watermark(THREE._replace(minimum=1), alone).high_watermark == 2


@given(st.tuples(*[st.integers(0, 3)] * 3), st.integers(0, 3))
def test_the_high_watermark_never_falls_nor_passes_who_counts(ends: tuple[int, ...], mark: int) -> None:
    leader = LEADER._replace(known_ends=ends, high_watermark=mark)
    after = with_high_watermark(THREE, leader).high_watermark
    assert after == max(mark, min(ends[r - 1] for r in {1, *counted(THREE, leader)}))


@given(st.tuples(*[st.integers(0, 3)] * 3), st.integers(1, 3), st.integers(0, 3))
def test_one_value_is_replaced_and_no_other(values: tuple[int, ...], replica: int, value: int) -> None:
    after = changed(values, replica, value)
    assert after[replica - 1] == value
    assert [v for r, v in enumerate(after, 1) if r != replica] == [v for r, v in enumerate(values, 1) if r != replica]


def test_any_isr_with_the_leader_in_it_may_be_the_first() -> None:
    assert {state.controller.isr for state in initial(THREE)} == {
        frozenset({1, *others}) for others in ((), (2,), (3,), (2, 3))
    }
