from hypothesis import given
from hypothesis import strategies as st

from nilometer_reference.log.aborted_index import AbortedIndex, AbortedTransaction


@st.composite
def histories(draw: st.DrawFn) -> list[AbortedTransaction]:
    """Transactions of five producers that overlap as they like, as a log comes to know of them."""
    open_: dict[int, int] = {}
    entries = []
    for offset in range(draw(st.integers(0, 40))):
        producer_id = draw(st.integers(1, 5))
        if producer_id not in open_:
            open_[producer_id] = offset
        elif draw(st.booleans()):
            first = open_.pop(producer_id)
            stable = min(open_.values(), default=offset + 1)
            if draw(st.booleans()):
                entries.append(AbortedTransaction(producer_id, first, offset, stable))
    return entries


def index_of(entries: list[AbortedTransaction]) -> AbortedIndex:
    index = AbortedIndex()
    for entry in entries:
        index.append(entry)
    return index


@given(histories(), st.integers(0, 41), st.integers(0, 41), st.integers(0, 20))
def test_a_look_up_finds_all_that_touch_the_range_though_it_stops_early(
    entries: list[AbortedTransaction], first: int, length: int, border: int
) -> None:
    """Also over two segments: the first may say that the second has nothing more."""
    wanted = [one for one in entries if one.last_offset >= first and one.first_offset < first + length]
    found: list[AbortedTransaction] = []
    for part in (index_of(entries[:border]), index_of(entries[border:])):
        if part.collect(first, first + length, found):
            break
    assert found == wanted


@given(histories(), st.integers(0, 41))
def test_truncation_drops_the_markers_at_or_above(entries: list[AbortedTransaction], offset: int) -> None:
    index = index_of(entries)
    index.truncate(offset)
    assert index.entries == [one for one in entries if one.last_offset < offset]


@given(histories())
def test_it_is_read_back_as_it_was(entries: list[AbortedTransaction]) -> None:
    assert AbortedIndex.decode(index_of(entries).encode()).entries == entries
