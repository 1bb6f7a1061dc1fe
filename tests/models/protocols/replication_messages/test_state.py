"""The epoch cache: what is assigned, cut, read from a log, and where an epoch ends."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nilometer_models.protocols.replication_messages.state import (
    Config,
    Entry,
    EpochStart,
    Replica,
    Rules,
    assigned,
    cut_epochs,
    cut_offset,
    end_of_epoch,
    epochs_of,
    initial,
    last_epoch,
    leads,
    leads_now,
    with_replica,
)

CONFIG = Config()
logs = st.lists(st.integers(0, 3), max_size=5).map(
    lambda epochs: tuple(Entry(i, epoch) for i, epoch in enumerate(sorted(epochs)))
)
CACHE = (EpochStart(0, 0), EpochStart(2, 3))


def held(log: tuple[Entry, ...], epochs: tuple[EpochStart, ...]) -> Replica:
    return Replica(log, 0, 0, 5, 2, 0, (0, 0), epochs, None)


def test_an_epoch_without_records_gives_way_to_the_next() -> None:
    assert assigned(CACHE, 3, 3) == (EpochStart(0, 0), EpochStart(3, 3))
    assert assigned(CACHE, 3, 4) == (*CACHE, EpochStart(3, 4))
    assert assigned(CACHE, 2, 9) == CACHE


def test_an_epoch_ends_where_the_next_begins() -> None:
    assert end_of_epoch(CACHE, 5, 0) == (0, 3)
    assert end_of_epoch(CACHE, 5, 1) == (0, 3)
    assert end_of_epoch(CACHE, 5, 2) == (2, 5)
    assert end_of_epoch((EpochStart(2, 0),), 5, 1) == (1, 0)


def test_a_log_that_is_cut_forgets_the_epochs_that_began_behind() -> None:
    assert cut_epochs(CACHE, 3) == (EpochStart(0, 0),)
    assert cut_epochs(CACHE, 4) == CACHE


def test_a_follower_names_the_last_epoch_of_its_cache() -> None:
    own = held((Entry(1, 0),), (EpochStart(0, 0), EpochStart(1, 1)))
    assert last_epoch(CONFIG, own) == 1
    assert last_epoch(CONFIG._replace(rules=Rules(fetches_name_the_cached_epoch=False)), own) == 0
    assert last_epoch(CONFIG, held((), ())) == -1


def test_a_follower_cuts_at_the_smaller_end_of_the_common_epoch() -> None:
    own = held((Entry(1, 0), Entry(2, 0), Entry(3, 1)), (EpochStart(0, 0), EpochStart(1, 2)))
    assert cut_offset(own, EpochStart(0, 1)) == 1
    assert cut_offset(own, EpochStart(0, 5)) == 2


def test_recovery_may_forget_epoch_zero() -> None:
    log = (Entry(1, 0), Entry(2, 1))
    assert epochs_of(CONFIG, log) == (EpochStart(0, 0), EpochStart(1, 1))
    assert epochs_of(CONFIG._replace(rules=Rules(recovery_keeps_epoch_zero=False)), log) == (EpochStart(1, 1),)


def test_who_leads_may_not_lead_now() -> None:
    start = next(initial(CONFIG))
    heard = with_replica(start, 1, leader=1, epoch=0)
    assert not leads(start, 1)
    assert leads_now(heard, 1)
    later = heard._replace(decision=heard.decision._replace(epoch=1, leader=2))
    assert leads(later, 1)
    assert not leads_now(later, 1)


@given(logs)
def test_the_cache_of_a_log_says_where_each_epoch_begins_and_ends(log: tuple[Entry, ...]) -> None:
    cache = epochs_of(CONFIG, log)
    for entry in log:
        end = sum(other.epoch <= entry.epoch for other in log)
        assert end_of_epoch(cache, len(log), entry.epoch) == (entry.epoch, end)


@given(logs, st.integers(0, 5))
def test_cutting_a_log_and_its_cache_is_the_same_as_reading_the_cut_log(log: tuple[Entry, ...], end: int) -> None:
    assert cut_epochs(epochs_of(CONFIG, log), min(end, len(log))) == epochs_of(CONFIG, log[:end])
