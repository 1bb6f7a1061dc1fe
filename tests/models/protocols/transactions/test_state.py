"""What follows from a partition's log: the state of a producer, and the fate of each record."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nilometer_models.protocols.transactions.state import (
    ABORT,
    COMMIT,
    DATA,
    EPOCH_MAX,
    Entry,
    epoch_in,
    fates,
    is_exhausted,
    is_open,
    known_coordinator_epoch,
    replaced,
    sixteen_bits,
)

ENTRIES = st.builds(
    Entry, st.sampled_from([DATA, COMMIT, ABORT]), st.integers(1, 3), st.integers(1, 2), st.integers(0, 3),
    st.integers(0, 2),
)  # fmt: skip
LOGS = st.lists(ENTRIES, max_size=6).map(tuple)


def test_a_partition_knows_what_its_last_entry_of_a_producer_says() -> None:
    log = (Entry(DATA, 1, 1, 0, -1), Entry(COMMIT, 1, 1, 1, 4), Entry(DATA, 2, 2, 0, -1))
    assert (epoch_in(log, 1), epoch_in(log, 2), epoch_in(log, 3)) == (1, 0, -1)
    assert not is_open(log, 1)
    assert is_open(log, 2)
    assert (known_coordinator_epoch(log, 1), known_coordinator_epoch(log, 2)) == (4, -1)


def test_the_first_marker_of_the_same_producer_decides() -> None:
    record, other = Entry(DATA, 1, 1, 0, -1), Entry(DATA, 2, 2, 0, -1)
    log = (record, other, Entry(ABORT, 1, 1, 1, 0), Entry(COMMIT, 1, 1, 1, 0))
    assert fates(log) == ((record, ABORT), (other, None))


@given(LOGS, ENTRIES)
def test_what_is_decided_stays_decided(log: tuple[Entry, ...], entry: Entry) -> None:
    longer = fates((*log, entry))
    assert all(now == then for (_, now), (_, then) in zip(fates(log), longer, strict=False) if now is not None)


@given(LOGS)
def test_a_producer_is_open_as_long_as_a_record_has_no_fate(log: tuple[Entry, ...]) -> None:
    for producer in (1, 2):
        assert is_open(log, producer) == any(fate is None for entry, fate in fates(log) if entry.producer == producer)


def test_the_last_epoch_is_for_the_coordinator() -> None:
    assert not is_exhausted(EPOCH_MAX - 2)
    assert is_exhausted(EPOCH_MAX - 1)
    assert sixteen_bits(EPOCH_MAX) == EPOCH_MAX
    assert sixteen_bits(EPOCH_MAX + 1) == -EPOCH_MAX - 1


@given(st.lists(st.integers(), min_size=1).map(tuple), st.data())
def test_one_item_is_replaced(items: tuple[int, ...], data: st.DataObject) -> None:
    number = data.draw(st.integers(1, len(items)))
    made = replaced(items, number, 99)
    assert made[number - 1] == 99
    assert made[: number - 1] + made[number:] == items[: number - 1] + items[number:]
