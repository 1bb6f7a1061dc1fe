"""Where an offset is found, and what recovery makes of a file."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nilometer_models.protocols.log_append.state import (
    Batch,
    Config,
    Entry,
    Rules,
    end_of_file,
    found,
    initial,
    last_stable_offset,
    rebuilt_index,
)

EMPTY = next(initial(Config()))


def file_of(sizes: list[int]) -> tuple[Batch, ...]:
    return tuple(Batch(sum(sizes[:at]), size, at + 1, aborts=False) for at, size in enumerate(sizes))


@given(st.lists(st.integers(1, 3), max_size=6), st.data())
def test_every_offset_is_found_through_any_part_of_the_index(sizes: list[int], data: st.DataObject) -> None:
    log = file_of(sizes)
    index = rebuilt_index(Config(), log)
    kept = tuple(entry for entry in index if data.draw(st.booleans()))
    state = EMPTY._replace(log=log, offset_index=kept, log_end_offset=end_of_file(log))
    for offset in range(state.log_end_offset):
        batch = found(state, offset)
        assert batch is not None
        assert batch.base_offset <= offset < batch.base_offset + batch.records
    assert found(state, state.log_end_offset) is None


def test_an_entry_behind_its_batch_hides_it() -> None:
    log = file_of([1, 1])
    index = rebuilt_index(Config(rules=Rules(entry_position="after")), log)
    assert index == (Entry(1, 2),)
    assert found(EMPTY._replace(log=log, offset_index=index), 1) is None


def test_an_unindexed_marker_holds_the_last_stable_offset() -> None:
    assert last_stable_offset(EMPTY._replace(log_end_offset=5)) == 5
    assert last_stable_offset(EMPTY._replace(log_end_offset=5, unstable=3)) == 3
