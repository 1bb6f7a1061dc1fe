"""The minimum, the eligible leaders, how far logs are equal."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nilometer_models.protocols.acknowledgements.state import (
    ALL,
    LEADER,
    Config,
    Controller,
    Produced,
    Rules,
    View,
    all_answered,
    common_end,
    electable,
    follows,
    has_minimum,
    initial,
    with_answer,
    with_isr,
    with_replica,
)

THREE = Config()
START = next(initial(THREE))
BELOW = Controller(1, 0, frozenset({1}), frozenset({3}), 1)
logs = st.lists(st.integers(1, 2), max_size=4).map(tuple)


def test_the_minimum_counts_in_sync_replicas_and_never_more_than_there_are() -> None:
    assert has_minimum(THREE, frozenset({1, 2}))
    assert not has_minimum(THREE, frozenset({1}))
    assert has_minimum(THREE._replace(minimum=5), frozenset({1, 2, 3}))
    assert has_minimum(THREE._replace(rules=Rules(minimum_counts_isr=False)), frozenset({1}))


def test_below_the_minimum_who_leaves_is_eligible_unless_it_has_lost_its_log() -> None:
    assert with_isr(THREE, BELOW, frozenset()).elr == {1, 3}
    assert with_isr(THREE, BELOW, frozenset(), frozenset({1})).elr == {3}
    assert with_isr(THREE, BELOW, frozenset({1, 2})).elr == frozenset()


def test_the_last_leader_is_elected_only_if_nobody_else_is_eligible() -> None:
    assert electable(THREE, BELOW) == {1}
    assert electable(THREE, BELOW._replace(isr=frozenset())) == {3}
    assert electable(THREE, BELOW._replace(isr=frozenset(), elr=frozenset())) == {1}
    assert electable(THREE._replace(rules=Rules(clean_election=False)), BELOW) == {1, 2, 3}


def test_a_follower_fetches_within_one_epoch() -> None:
    assert follows(START, 2, 1)
    assert not follows(START, 1, 1)
    assert not follows(with_replica(START, 1, epoch=1), 2, 1)
    assert not follows(with_replica(START, 1, leader=2), 2, 1)


def test_answers_reach_who_waits_at_that_replica() -> None:
    waiting = Produced(ALL, 1, 1, "pending")
    state = START._replace(produced=(waiting, waiting._replace(leader=2), waiting._replace(answer="ok")))
    answers = [sent.answer for sent in all_answered(state, 1, "not_leader").produced]
    assert answers == ["not_leader", "pending", "ok"]
    assert with_answer(state, 2, "unknown").produced[1].answer == "unknown"


def test_a_view_knows_what_was_acknowledged_and_how_much_loss_is_tolerable() -> None:
    state = START._replace(produced=(Produced(ALL, 1, 1, "ok"), Produced(LEADER, 1, 2, "ok")), losses=2)
    view = View(THREE, state)
    assert view.acknowledged(ALL) == [1]
    assert view.acknowledged(LEADER) == [2]
    assert not view.is_tolerable


@given(logs, logs)
def test_logs_are_equal_up_to_their_common_end_and_no_further(one: tuple[int, ...], other: tuple[int, ...]) -> None:
    end = common_end(one, other)
    assert one[:end] == other[:end]
    assert end == min(len(one), len(other)) or one[end] != other[end]
