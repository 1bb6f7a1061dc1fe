"""Where a new follower cuts its log, by each rule."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nilometer_models.protocols.replication.state import (
    Config,
    Entry,
    Rules,
    State,
    initial,
    truncation_offset,
    with_log,
    with_replica,
)

EPOCHS = st.lists(st.integers(0, 3), max_size=4).map(sorted)


def state(own: list[int], theirs: list[int], high_watermark: int = 0) -> State:
    """Replica 1 is to follow replica 2; logs by their epochs."""
    made = next(initial(Config(replicas=2)))
    for replica, epochs in ((1, own), (2, theirs)):
        made = with_log(made, replica, tuple(Entry(100 * replica + i, epoch) for i, epoch in enumerate(epochs)))
    return with_replica(made, 1, high_watermark=high_watermark)


def cut(rule: str, made: State) -> int:
    return truncation_offset(Config(replicas=2, rules=Rules(truncation=rule)), made, 1, 2)


def test_before_kip_101_the_high_watermark_decides() -> None:
    assert cut("high_watermark", state([0, 0], [0, 0], high_watermark=1)) == 1


def test_kip_101_asks_where_the_last_epoch_ends_and_falls_back() -> None:
    assert cut("leader_epoch", state([0, 1], [0, 1, 1])) == 2
    assert cut("leader_epoch", state([0, 1, 1], [0, 1])) == 2
    assert cut("leader_epoch", state([0, 1], [0, 2], high_watermark=1)) == 1


def test_kip_279_goes_back_to_the_last_epoch_that_both_know() -> None:
    assert cut("matching_epochs", state([0, 1], [0, 2])) == 1
    assert cut("matching_epochs", state([1], [0, 2])) == 0


@given(EPOCHS, EPOCHS)
def test_a_log_that_the_leader_has_and_more_is_not_cut(own: list[int], more: list[int]) -> None:
    theirs = sorted([*own, *more])
    if theirs[: len(own)] == own:
        assert cut("matching_epochs", state(own, theirs)) == len(own)


@given(EPOCHS, EPOCHS)
def test_a_log_is_never_made_longer(own: list[int], theirs: list[int]) -> None:
    for rule in ("high_watermark", "leader_epoch", "matching_epochs"):
        assert 0 <= cut(rule, state(own, theirs)) <= len(own)


def test_a_log_that_is_not_cut_stays_whole_whatever_the_leader_has() -> None:
    assert cut("none", state([1, 1], [0], high_watermark=0)) == 2
