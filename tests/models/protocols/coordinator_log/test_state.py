"""What a loader makes of a log, and what a coordinator answers, by each rule."""

from __future__ import annotations

from nilometer_models.protocols.coordinator_log.fold import Record, folded
from nilometer_models.protocols.coordinator_log.state import (
    Broker,
    Config,
    Coordinator,
    Rules,
    answer,
    cleanable_end,
    cleaned,
    initial,
    is_current,
    other,
    replayed,
    with_broker,
)
from tests.models.protocols.coordinator_log.test_fold import log

TWO = log((1, "put"), (1, "put"))
NOTHING = (None,)


def by(**rules: object) -> Config:
    return Config(rules=Rules(**rules))  # type: ignore[arg-type]


def leader(high_watermark: int = 1) -> Broker:
    """It has loaded the first record, and has written the second."""
    live = Coordinator(1, folded(TWO, 1), folded(TWO[:1], 1), (TWO[1],), False)
    return Broker(TWO, TWO, 2, high_watermark, 1, True, 0, live)


def test_a_loader_folds_the_log() -> None:
    assert replayed(Config(), TWO) == (folded(TWO, 1), False)
    assert replayed(by(loads_whole_log=False), TWO) == (folded(TWO[:1], 1), False)


def test_a_tolerant_loader_takes_a_tombstone_of_what_it_has_not_seen() -> None:
    alone = (Record(1, 1, 1, "remove"),)
    assert replayed(Config(), alone) == (NOTHING, False)
    assert replayed(by(replay="strict"), alone) == (NOTHING, True)


def test_a_loader_keeps_what_was_softly_deleted() -> None:
    deleted = log((1, "put"), (1, "delete"))
    assert replayed(Config(), deleted) == (folded(deleted, 1), False)
    assert replayed(by(soft_deleted_replayed=False), deleted) == (NOTHING, False)


def test_a_stable_read_waits_until_all_is_committed() -> None:
    assert answer(Config(), leader()) is None
    assert answer(Config(), leader(high_watermark=2)) == (TWO[1],)


def test_other_reads_do_not_wait() -> None:
    assert answer(by(reads="committed"), leader()) == (TWO[0],)
    assert answer(by(reads="written"), leader()) == (TWO[1],)
    assert answer(by(reads="loaded"), leader(high_watermark=2)) == (TWO[0],)


def test_a_deposed_broker_answers_nothing() -> None:
    assert not is_current(leader()._replace(leads=False))
    assert answer(by(reads="written"), leader()._replace(epoch=2)) is None
    assert answer(by(reads="written"), leader()._replace(coordinator=None)) is None


def test_a_broker_cleans_below_an_end() -> None:
    assert cleanable_end(Config(), leader()) == 1
    assert cleanable_end(by(compaction_below_high_watermark=False), leader()) == 2
    assert cleaned(Config(), leader(), 2, drops_tombstones=False) == TWO[1:]
    assert cleaned(by(compaction_keeps="first"), leader(), 2, drops_tombstones=False) == TWO[:1]


def test_the_first_broker_leads_to_begin_with() -> None:
    made = next(initial(Config()))
    assert [one.leads for one in made.brokers] == [True, False]
    assert other(1) == 2
    assert with_broker(made, 2, end=1).brokers[1].end == 1
