"""Which commits are taken, and what the sweep finds: the table of KIP-211."""

from __future__ import annotations

import pytest

from nilometer_models.protocols.committed_offsets.state import (
    COMPLETING,
    EMPTY,
    PREPARING,
    STABLE,
    Config,
    Group,
    Rules,
    State,
    Stored,
    commit_refusal,
    initial,
    is_of,
    keeps_offset,
)

C = Config(retention=2)
STORED = Stored(1, 1, 1, 1, 1)


def state(group: Group, now: int = 3, *, staged: bool = False) -> State:
    """A commit of instant 1."""
    return next(initial(C))._replace(now=now, group=group, offset=STORED, staged=staged)


@pytest.mark.parametrize(
    ("group", "generation", "reason"),
    [
        (Group(EMPTY, 1, 1, False), 0, None),
        (Group(EMPTY, 1, 1, False), 1, "UNKNOWN_MEMBER_ID"),
        (Group(STABLE, 1, 0, True), 0, "UNKNOWN_MEMBER_ID"),
        (Group(STABLE, 2, 0, True), 2, None),
        (Group(STABLE, 2, 0, True), 1, "ILLEGAL_GENERATION"),
        (Group(PREPARING, 2, 0, True), 2, None),
        (Group(COMPLETING, 2, 0, True), 2, "REBALANCE_IN_PROGRESS"),
    ],
)
def test_commits_are_taken_in_their_generation(group: Group, generation: int, reason: str | None) -> None:
    assert commit_refusal(C, group, generation) == reason
    assert commit_refusal(C._replace(rules=Rules(commit_checks_generation=False)), group, generation) is None


@pytest.mark.parametrize(
    ("group", "reason"),
    [
        (Group(EMPTY, 1, 1, False), None),
        (Group(EMPTY, 1, 2, False), "it is kept for longer"),
        (Group(PREPARING, 1, 0, False), "the group rebalances"),
        (Group(COMPLETING, 1, 0, False), "the group rebalances"),
        (Group(STABLE, 1, 0, True), "a member is subscribed to the topic"),
        (Group(STABLE, 1, 0, False), None),
    ],
)
def test_offsets_expire_when_the_group_has_not_needed_them_for_long_enough(group: Group, reason: str | None) -> None:
    assert keeps_offset(C, state(group)) == reason


def test_before_kip_211_the_commit_grew_old() -> None:
    old = C._replace(rules=Rules(expiry_counts_from_emptiness=False))
    assert keeps_offset(old, state(Group(EMPTY, 1, 3, False))) is None


def test_a_staged_offset_and_none_do_not_expire() -> None:
    group = Group(EMPTY, 1, 1, False)
    assert keeps_offset(C, state(group, staged=True)) == "a transaction has staged an offset"
    assert keeps_offset(C, state(group)._replace(offset=None)) == "there is no offset"
    assert keeps_offset(C, state(group, now=2)) == "it is kept for longer"


def test_an_offset_is_of_its_topic_id() -> None:
    assert is_of(C, STORED, 1)
    assert not is_of(C, STORED, 2)
    assert not is_of(C, None, 1)
    assert is_of(C._replace(rules=Rules(bound_to_topic_id=False)), STORED, 2)
