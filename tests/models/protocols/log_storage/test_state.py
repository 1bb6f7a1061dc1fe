"""What recovery leaves, and which stops leave the mark."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nilometer_models.protocols.log_storage.state import (
    Config,
    Log,
    Rules,
    checkpointed,
    flushed,
    initial,
    recovered,
    writes_mark,
)

TWO = Config(logs=2)
DOWN = next(initial(TWO))._replace(stage="starting", loaded=frozenset())


@given(st.integers(0, 4), st.booleans(), st.data())
def test_recovery_leaves_whole_records_alone(length: int, torn: bool, data: st.DataObject) -> None:
    flushed_count = data.draw(st.integers(0, length))
    log = Log(tuple(range(length)), torn, flushed_count, data.draw(st.integers(0, flushed_count)))
    assert recovered(TWO, log) == log._replace(torn=False)


def test_recovery_does_not_look_below_its_recovery_point() -> None:
    assert recovered(TWO, Log((1,), torn=True, flushed=0, recovery_point=2)).torn
    cuts = Config(rules=Rules(recovery_keeps="recovery_point"))
    assert recovered(cuts, Log((1, 2), torn=True, flushed=2, recovery_point=1)) == Log((1,), False, 2, 1)


def test_a_checkpoint_has_what_is_flushed() -> None:
    log = Log((1, 2), torn=False, flushed=1, recovery_point=0)
    assert checkpointed(TWO, log).recovery_point == 1
    assert checkpointed(TWO, flushed(log)).recovery_point == 2
    assert checkpointed(Config(rules=Rules(checkpointed="log_end")), log).recovery_point == 2


@pytest.mark.parametrize(
    ("rule", "written"),
    [
        ("found_or_loaded", [False, False, True, True]),
        ("found_or_some", [False, True, True, True]),
        ("always", [True, True, True, True]),
    ],
)
def test_the_mark_needs_a_mark_or_all_logs(rule: str, written: list[bool]) -> None:
    c = TWO._replace(rules=Rules(mark_written=rule))
    some, whole = frozenset({2}), frozenset({1, 2})
    states = [DOWN, DOWN._replace(loaded=some), DOWN._replace(loaded=whole), DOWN._replace(found_mark=True)]
    assert [writes_mark(c, state) for state in states] == written
