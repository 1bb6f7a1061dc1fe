"""The last stable offset, the index of aborted transactions and the reader's filter, against what the log says."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nilometer_models.protocols.transaction_visibility.state import (
    ABORT,
    COMMIT,
    DATA,
    PLAIN,
    Aborted,
    Config,
    Entry,
    Log,
    Rules,
    State,
    committed,
    fate,
    filtered,
    last_stable_offset,
    replay,
    true_last_stable_offset,
)

ENTRIES = st.one_of(
    st.just(Entry(PLAIN, 0)), st.builds(Entry, st.sampled_from([DATA, COMMIT, ABORT]), st.sampled_from([1, 2]))
)
LOGS = st.lists(ENTRIES, max_size=8).map(tuple)
EXAMPLE = (Entry(DATA, 1), Entry(DATA, 2), Entry(PLAIN, 0), Entry(ABORT, 1), Entry(DATA, 1), Entry(COMMIT, 2))


def state(log: Log, high_watermark: int, c: Config, position: int = 0) -> State:
    known = replay(c, log, high_watermark)
    return State(log, high_watermark, known, True, (None, None), position, (), -1, 0)


def test_what_the_table_of_the_module_says() -> None:
    c = Config()
    s = state(EXAMPLE, 6, c)
    assert last_stable_offset(c, s) == 4
    assert s.known.aborted == (Aborted(1, 0, 3),)
    assert committed(EXAMPLE, 6) == (1, 2)
    assert fate(EXAMPLE, 4) is None


def test_a_marker_counts_when_it_is_below_the_high_watermark() -> None:
    log = (Entry(DATA, 1), Entry(COMMIT, 1))
    assert true_last_stable_offset(state(log, 1, Config())) == 0
    assert true_last_stable_offset(state(log, 2, Config())) == 2


@given(LOGS, st.data())
def test_the_leader_knows_the_last_stable_offset(log: Log, data: st.DataObject) -> None:
    c = Config()
    s = state(log, data.draw(st.integers(0, len(log))), c)
    assert last_stable_offset(c, s) == true_last_stable_offset(s)


@given(LOGS, st.data())
def test_the_filter_leaves_what_is_committed_however_answers_are_cut(log: Log, data: st.DataObject) -> None:
    c = Config()
    s = state(log, len(log), c)
    end = last_stable_offset(c, s)
    got: list[int] = []
    while s.position < end:
        until = data.draw(st.integers(s.position + 1, end))
        got += filtered(c, s, until)
        s = s._replace(position=until)
    assert tuple(got) == committed(log, end)


def test_a_filter_that_ends_at_the_first_marker_lets_aborted_records_through() -> None:
    log = (Entry(DATA, 1), Entry(ABORT, 1), Entry(DATA, 1), Entry(ABORT, 1))
    c = Config(rules=Rules(filter_by_offset=False))
    assert filtered(c, state(log, 4, c), 4) == (2,)
    assert filtered(Config(), state(log, 4, Config()), 4) == ()
