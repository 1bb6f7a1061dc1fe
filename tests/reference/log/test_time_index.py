import itertools

from hypothesis import given
from hypothesis import strategies as st

from nilometer_reference.log.time_index import TimeIndex

times = st.lists(st.integers(0, 20), min_size=1, max_size=30)


def index_of(batches: list[int]) -> TimeIndex:
    """A batch of the given time at positions 0, 10, 20 …, with an entry before each but the first."""
    index = TimeIndex()
    for number in range(1, len(batches)):
        index.append(max(batches[:number]), number * 10)
    return index


@given(times, st.integers(0, 21))
def test_no_record_before_the_position_is_as_late(batches: list[int], wanted: int) -> None:
    position = index_of(batches).position_for(wanted)
    assert all(time < wanted for time in batches[: position // 10])


@given(times, st.integers(0, 21))
def test_a_search_skips_all_that_it_can(batches: list[int], wanted: int) -> None:
    index = index_of(batches)
    earlier = 0
    while earlier < len(batches) - 1 and batches[earlier] < wanted:
        earlier += 1
    assert index.position_for(wanted) == earlier * 10


@given(times)
def test_entries_rise_in_both_columns(batches: list[int]) -> None:
    index = index_of(batches)
    for column in (index.timestamps, index.positions):
        assert all(one < next_ for one, next_ in itertools.pairwise(column))


@given(times, st.data())
def test_a_record_later_than_its_header_lifts_what_is_behind_it(batches: list[int], data: st.DataObject) -> None:
    index = index_of(batches)
    place, time = data.draw(st.integers(0, len(batches) - 1)), data.draw(st.integers(0, 25))
    index.raise_from(place * 10, time)
    batches[place] = max(batches[place], time)
    for wanted in range(27):
        position = index.position_for(wanted)
        assert all(one < wanted for one in batches[: position // 10])


@given(times, st.data())
def test_truncation_keeps_what_is_still_true(batches: list[int], data: st.DataObject) -> None:
    index = index_of(batches)
    kept = data.draw(st.integers(0, len(batches)))
    index.truncate(kept * 10)
    later = batches[:kept] + [0] * 3
    for wanted in range(1, 22):
        position = index.position_for(wanted)
        assert position <= kept * 10
        assert all(one < wanted for one in later[: position // 10])


@given(times)
def test_it_is_read_back_as_it_was(batches: list[int]) -> None:
    index = index_of(batches)
    read = TimeIndex.decode(index.encode())
    assert (read.timestamps, read.positions) == (index.timestamps, index.positions)
