"""The fold of a log, and cleanings that must not change it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nilometer_models.protocols.coordinator_log.fold import Log, Record, compacted, fold, folded, is_legal

KEYS = 3
KINDS = st.tuples(st.integers(1, KEYS), st.sampled_from(["put", "delete", "remove"]))
STEPS = st.lists(KINDS, max_size=8)


def log(*steps: tuple[int, str]) -> Log:
    """A record a step, whatever a live coordinator would write."""
    return tuple(Record(offset, 1, key, kind) for offset, (key, kind) in enumerate(steps))


def written(steps: list[tuple[int, str]]) -> Log:
    """Only the steps that a live coordinator would take."""
    memory, made = folded((), KEYS), log()
    for key, kind in steps:
        if is_legal(memory, kind, key):
            record = Record(len(made), 1, key, kind)
            memory, made = fold(memory, record), (*made, record)
    return made


def test_the_last_record_of_a_key_counts_and_a_tombstone_takes_it_away() -> None:
    assert folded(log((1, "put"), (1, "put")), 1) == (Record(1, 1, 1, "put"),)
    assert folded(log((1, "put"), (1, "remove")), 1) == (None,)


def test_what_is_softly_deleted_can_still_be_looked_up() -> None:
    assert folded(log((1, "put"), (1, "delete")), 1) == (Record(1, 1, 1, "delete"),)


def test_a_live_coordinator_deletes_only_what_is_there() -> None:
    put, nothing = folded(log((1, "put")), 1), folded((), 1)
    assert [is_legal(put, kind, 1) for kind in ("put", "delete", "remove")] == [True, True, True]
    assert [is_legal(nothing, kind, 1) for kind in ("put", "delete", "remove")] == [True, False, False]
    deleted = folded(log((1, "put"), (1, "delete")), 1)
    assert [is_legal(deleted, kind, 1) for kind in ("put", "delete", "remove")] == [True, False, True]


@given(STEPS, st.integers(0, 8), st.booleans())
def test_no_cleaning_changes_what_a_log_amounts_to(steps: list[tuple[int, str]], end: int, drops: bool) -> None:
    made = written(steps)
    assert folded(compacted(made, end, drops_tombstones=drops), KEYS) == folded(made, KEYS)


@given(STEPS, st.integers(0, 8), st.integers(0, 8), st.booleans())
def test_nor_do_two_cleanings(steps: list[tuple[int, str]], first: int, second: int, drops: bool) -> None:
    made = written(steps)
    once = compacted(made, first, drops_tombstones=drops)
    assert folded(compacted(once, second, drops_tombstones=not drops), KEYS) == folded(made, KEYS)


@given(STEPS, st.integers(0, 8))
def test_a_cleaning_leaves_one_record_a_key_and_all_behind_its_end(steps: list[tuple[int, str]], end: int) -> None:
    made = written(steps)
    left = compacted(made, end, drops_tombstones=False)
    cleaned = [record.key for record in left if record.offset < end]
    assert len(cleaned) == len(set(cleaned))
    assert left[len(cleaned) :] == made[end:]


def test_a_cleaning_that_keeps_the_first_record_is_wrong() -> None:
    made = log((1, "put"), (1, "put"))
    assert compacted(made, 2, drops_tombstones=False, keeps="first") == made[:1]
