from itertools import chain

from hypothesis import given
from hypothesis import strategies as st

from nilometer.checkers.fetch_positions import FetchedOffsets, first_at_or_above, increasing


def signatures(*fetches):
    return [finding.signature for finding in increasing([FetchedOffsets(*one) for one in fetches]).findings]


def test_a_response_may_begin_below_its_position():
    assert signatures((0, [0, 1, 2]), (3, [2, 3, 4])) == []


def test_what_goes_back_or_stands_still_inside_a_response_is_found():
    assert signatures((0, [0, 2, 1])) == ["offset-goes-back"]
    assert signatures((0, [0, 1, 1])) == ["offset-goes-back"]


def test_what_was_delivered_before_is_found_although_the_position_allows_it():
    assert signatures((0, [0, 1, 5]), (4, [4, 5, 6])) == ["offset-delivered-again"]
    assert signatures((0, [0, 1, 5]), (5, [5, 6])) == ["offset-delivered-again"]


def test_the_first_at_or_above_a_position():
    assert [first_at_or_above([1, 3, 4], position) for position in range(6)] == [1, 1, 3, 3, 4, None]


@st.composite
def readings(draw):
    """One reader of a log of batches, which asks at the next offset or inside a batch, and gets a few batches."""
    ends = sorted(draw(st.sets(st.integers(1, 30), min_size=1, max_size=10)))
    batches = [list(range(start, end)) for start, end in zip([0, *ends], ends, strict=False)]
    position, fetches = 0, []
    while position < ends[-1]:
        first = next(n for n, batch in enumerate(batches) if batch[-1] >= position)
        offsets = list(chain.from_iterable(batches[first : first + draw(st.integers(1, 3))]))
        fetches.append(FetchedOffsets(position, offsets))
        position = draw(st.integers(offsets[-1] + 1, offsets[-1] + 2))
    return fetches


@given(readings())
def test_a_correct_reading_gives_no_finding(fetches):
    assert not increasing(fetches).findings


@given(readings(), st.data())
def test_one_offset_that_comes_twice_is_always_found(fetches, data):
    index = data.draw(st.integers(0, len(fetches) - 1))
    fetch = fetches[index]
    again = data.draw(st.integers(0, len(fetch.offsets) - 1))
    repeated = [*fetch.offsets, fetch.offsets[again]]
    assert increasing([*fetches[:index], FetchedOffsets(fetch.position, repeated), *fetches[index + 1 :]]).findings
