"""What a group coordinator makes of its log: live and in replay the same, and by Kafka's rule."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nilometer_models.protocols.transactional_offsets.state import (
    ABORT,
    COMMIT,
    OFFSET,
    PLAIN,
    Config,
    Entry,
    Rules,
    Stored,
    folded,
    is_visible,
    last_visible,
    nothing_held,
    replayed,
)

ENTRIES = st.one_of(
    st.builds(Entry, st.just(PLAIN), st.just(0), st.integers(0, 3)),
    st.builds(Entry, st.just(OFFSET), st.sampled_from([1, 2]), st.integers(0, 3)),
    st.builds(Entry, st.sampled_from([COMMIT, ABORT]), st.sampled_from([1, 2]), st.just(0)),
)
RACE = (Entry(OFFSET, 1, 1), Entry(PLAIN, 0, 0), Entry(COMMIT, 1, 0))


def test_the_later_offset_record_wins_whenever_its_marker_comes() -> None:
    assert replayed(Config(), RACE).committed == Stored(0, 2)
    by_marker = Config(rules=Rules(replay_by_record=False))
    assert replayed(by_marker, RACE).committed == Stored(1, 1)


def test_an_aborted_offset_never_counts() -> None:
    held = replayed(Config(), (Entry(OFFSET, 1, 1), Entry(ABORT, 1, 0)))
    assert held == nothing_held(Config())


def test_a_marker_ends_the_offset_of_its_own_producer() -> None:
    log = (Entry(OFFSET, 2, 1), Entry(ABORT, 1, 0))
    assert replayed(Config(), log).pending == (None, Stored(1, 1))
    assert replayed(Config(rules=Rules(replay_by_producer=False)), log).pending == (None, None)


@given(st.lists(ENTRIES, max_size=8).map(tuple))
def test_live_and_replay_agree(log: tuple[Entry, ...]) -> None:
    held = nothing_held(Config())
    for record, entry in enumerate(log, start=1):
        held = folded(held, entry, record, True, Rules())
    assert held == replayed(Config(), log)


@given(st.lists(ENTRIES, max_size=8).map(tuple))
def test_what_is_committed_is_the_last_offset_that_counts(log: tuple[Entry, ...]) -> None:
    held = replayed(Config(), log)
    assert held.committed == last_visible(log)
    assert held.committed.record == 0 or is_visible(log, held.committed.record)
