"""Voter sets, majorities, and where logs agree."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nilometer_models.protocols.metadata_quorum.state import (
    Config,
    Record,
    agreed_end,
    appended,
    epoch_start,
    hear,
    initial,
    is_up_to_date,
    last_change,
    last_epoch,
    majority,
    voters_of,
    with_replica,
)

CONFIG = Config()
EPOCHS = st.lists(st.integers(1, 4), max_size=5).map(sorted)


def log(*epochs: int) -> tuple[Record, ...]:
    return tuple(Record(epoch, "data", offset, frozenset()) for offset, epoch in enumerate(epochs))


def change(epoch: int, *voters: int) -> Record:
    return Record(epoch, "voters", 0, frozenset(voters))


def test_the_last_voter_set_of_a_log_is_in_force() -> None:
    assert voters_of(CONFIG, log(1)) == {1, 2, 3}
    assert voters_of(CONFIG, (*log(1), change(1, 1, 2), change(1, 2), *log(1))) == {2}
    assert last_change((*log(1), change(1, 1))) == 1
    assert last_change(log(1)) == -1


def test_two_majorities_of_a_voter_set_overlap() -> None:
    for voters in range(1, 7):
        assert 2 * majority(frozenset(range(voters))) > voters


def test_a_log_is_up_to_date_by_its_last_epoch_then_by_its_length() -> None:
    assert is_up_to_date(log(2), log(1, 1))
    assert not is_up_to_date(log(1, 1), log(2))
    assert is_up_to_date(log(1, 1), log(1))
    assert is_up_to_date((), ())
    assert last_epoch(()) == 0


def test_logs_agree_up_to_the_end_of_the_last_epoch_that_both_know() -> None:
    assert agreed_end(log(1, 2), log(1, 3)) == 1
    assert agreed_end(log(1, 1, 1), log(1, 2)) == 1
    assert agreed_end(log(1), log(1, 1)) == 1
    assert agreed_end(log(2), log(3)) == 0


@given(EPOCHS, EPOCHS)
def test_where_logs_agree_is_in_both(own: list[int], theirs: list[int]) -> None:
    assert agreed_end(log(*own), log(*theirs)) <= min(len(own), len(theirs))


@given(EPOCHS)
def test_a_log_agrees_with_itself(own: list[int]) -> None:
    assert agreed_end(log(*own), log(*own)) == len(own)


def test_an_epoch_starts_at_its_first_record() -> None:
    replica = next(initial(CONFIG)).replicas[0]._replace(epoch=2)
    assert epoch_start(replica._replace(log=log(1, 2, 2))) == 1
    assert epoch_start(replica._replace(log=log(1))) == 1


def test_what_is_appended_is_flushed_at_once_where_nobody_crashes() -> None:
    for crashes, flushed in ((0, 1), (1, 0)):
        c = Config(crashes=crashes)
        assert appended(c, next(initial(c)), 1, log(1)[0]).replicas[0].flushed == flushed


def test_a_quorum_that_has_begun_has_a_leader() -> None:
    first, second, _ = next(initial(Config(begun=True))).replicas
    assert (first.role, first.epoch, len(first.log)) == ("leader", 1, 1)
    assert (second.role, second.epoch, second.voted) == ("unattached", 1, 1)


def test_who_is_cut_off_hears_nobody() -> None:
    made = with_replica(next(initial(CONFIG)), 1, epoch=1)._replace(cut=frozenset({2}))
    assert [hear(made, 1, other) for other in (1, 2, 3)] == [False, False, True]
