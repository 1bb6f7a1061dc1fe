"""Properties tell good states and steps from bad ones."""

from __future__ import annotations

from nilometer_models.protocols.replication_messages.properties import (
    committed_within_isr,
    epochs_are_remembered,
    log_matching,
    only_committed_is_shown,
    reads_are_repeatable,
    the_end_never_goes_back,
)
from nilometer_models.protocols.replication_messages.state import (
    Config,
    Entry,
    EpochStart,
    State,
    View,
    initial,
    with_replica,
)

START = next(initial(Config()))
OLD, NEW = Entry(1, 0), Entry(2, 1)


def view(state: State) -> View:
    return View(Config(), state)


def reading(*entries: Entry, end: int = 0) -> View:
    return view(START._replace(reader=START.reader._replace(shown=entries, end=end)))


def test_what_a_leader_has_committed_is_on_every_member() -> None:
    leads = with_replica(START, 1, log=(OLD,), leader=1, high_watermark=1)
    assert not committed_within_isr(view(leads))
    assert committed_within_isr(view(with_replica(leads, 2, log=(OLD,))))


def test_logs_with_one_epoch_at_an_offset_agree_up_to_there() -> None:
    other = Entry(3, 1)
    differ = with_replica(with_replica(START, 1, log=(OLD, NEW)), 2, log=(NEW, NEW))
    assert not log_matching(view(differ))
    assert log_matching(view(with_replica(differ, 2, log=(OLD, NEW, other))))


def test_each_epoch_of_a_log_is_in_the_cache_with_its_start() -> None:
    log = with_replica(START, 1, log=(OLD, NEW), epochs=(EpochStart(0, 0), EpochStart(1, 1)))
    assert epochs_are_remembered(view(log))
    assert not epochs_are_remembered(view(with_replica(log, 1, epochs=(EpochStart(1, 1),))))


def test_reads_go_on_and_never_change() -> None:
    assert reads_are_repeatable(reading(OLD), reading(OLD, NEW))
    assert not reads_are_repeatable(reading(OLD), reading(NEW))
    assert not reads_are_repeatable(reading(OLD), reading())


def test_nothing_is_shown_that_nobody_has_committed() -> None:
    assert not only_committed_is_shown(reading(), reading(OLD))
    assert only_committed_is_shown(view(with_replica(START, 1, log=(OLD,), high_watermark=1)), reading(OLD))


def test_the_end_is_never_smaller_than_it_was() -> None:
    assert the_end_never_goes_back(reading(end=1), reading(end=1))
    assert not the_end_never_goes_back(reading(end=1), reading(end=0))
