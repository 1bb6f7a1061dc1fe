"""What one cleaning keeps, row by row of the table in `cleaner.py`."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nilometer_models.protocols.compaction import cleaner
from nilometer_models.protocols.compaction.state import Config, Rules, State, latest_committed
from tests.models.protocols.compaction.test_state import state

CONFIG = Config()


def rolled(history: str, **changes: object) -> State:
    """All of it in one segment behind which a new one has begun."""
    made = state(history)
    return made._replace(segments=frozenset({0, len(history)}), **changes)


def after(made: State, rules: Rules | None = None, **changes: object) -> str:
    """What is left: a letter for a kind, in lower case for an empty batch, `.` for a batch that is gone."""
    c = CONFIG._replace(rules=rules or Rules())
    left = {b.offset: b for b in cleaner.cleaned(c, made._replace(**changes), len(made.history))}
    letters = (left[o].entry.kind[0] if o in left else "." for o in range(len(made.history)))
    return "".join(x if o not in left or left[o].empty else x.upper() for o, x in enumerate(letters))


def test_the_latest_record_of_a_key_stays() -> None:
    assert after(rolled("vvv")) == "..V"


def test_a_tombstone_stays_until_its_horizon_has_passed() -> None:
    made = rolled("vt")
    first = made._replace(log=cleaner.cleaned(CONFIG, made, 2))
    assert [(batch.offset, batch.horizon) for batch in first.log] == [(1, CONFIG.retention)]
    assert cleaner.keeps_record(CONFIG, first, first.log[0])
    assert not cleaner.keeps_record(CONFIG, first._replace(now=CONFIG.retention), first.log[0])


def test_aborted_data_goes_and_shadows_nothing() -> None:
    assert after(rolled("vdA")) == "V.A"
    assert after(rolled("vdA", live=frozenset({1}))) == "VvA"
    assert after(rolled("vdA"), Rules(aborted_leave_map=False)) == "..A"


def test_a_marker_outlives_the_data_of_its_transaction() -> None:
    made = rolled("dCv")
    assert cleaner.has_data(CONFIG, made, made.log[1])
    assert not cleaner.may_go(CONFIG, made, made.log[1])
    without = made._replace(log=made.log[1:])
    assert cleaner.may_go(CONFIG, without, made.log[1])


def test_the_last_batch_before_the_high_watermark_stays_empty() -> None:
    made = rolled("t", now=1)
    passed = made._replace(log=(made.log[0]._replace(horizon=1),))
    assert after(passed) == "t"
    assert after(passed, Rules(last_batch_stays=False)) == "."


def test_cleaning_ends_before_the_segment_of_the_last_stable_offset() -> None:
    made = state("vvdv")._replace(segments=frozenset({0, 1, 4}))
    assert cleaner.cleanable_end(CONFIG, made) == 1
    assert cleaner.cleanable_end(Config(rules=Rules(bound="active_segment")), made) == 4
    assert cleaner.is_dirty(CONFIG, made)
    assert not cleaner.is_dirty(CONFIG, made._replace(first_dirty=1))


def test_a_full_map_ends_the_cleaning_at_the_next_record() -> None:
    made = rolled("vvv")
    assert cleaner.map_end(Config(map_slots=1), made) == 1
    assert cleaner.map_end(Config(map_slots=2), made) == 3
    assert cleaner.cleaned_segments(CONFIG, made) == [0]
    assert cleaner.end_of_segments(CONFIG, made, 1) == 3


@given(st.from_regex(r"(v|t|d[dv]?[CA]){1,4}", fullmatch=True))
def test_the_latest_committed_record_survives_any_history(history: str) -> None:
    made = rolled(history)
    left = {b.offset for b in cleaner.cleaned(CONFIG, made, len(history)) if not b.empty}
    latest = latest_committed(made, 1)
    assert latest == -1 or latest in left
    assert left <= set(range(len(history)))
