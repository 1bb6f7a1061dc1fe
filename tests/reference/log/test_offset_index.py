from hypothesis import given
from hypothesis import strategies as st

from nilometer_reference.log.offset_index import OffsetIndex, decode_columns, encode_columns

entries = st.lists(st.tuples(st.integers(1, 1000), st.integers(1, 1000)), max_size=30).map(
    lambda steps: [
        (sum(one for one, _ in steps[: index + 1]), sum(one for _, one in steps[: index + 1]))
        for index in range(len(steps))
    ]
)


def index_of(pairs: list[tuple[int, int]]) -> OffsetIndex:
    index = OffsetIndex()
    for offset, position in pairs:
        index.append(offset, position)
    return index


@given(entries, st.integers(0, 31_000))
def test_a_look_up_finds_the_last_entry_at_or_before(pairs: list[tuple[int, int]], wanted: int) -> None:
    index = index_of(pairs)
    assert index.position_for(wanted) == max((at for offset, at in pairs if offset <= wanted), default=0)
    assert index.border_at_or_before(wanted) == max(((o, at) for o, at in pairs if at <= wanted), default=None)


@given(entries, st.integers(0, 31_000))
def test_truncation_drops_what_is_at_or_behind_the_position(pairs: list[tuple[int, int]], position: int) -> None:
    index = index_of(pairs)
    index.truncate(position)
    kept = [pair for pair in pairs if pair[1] < position]
    assert list(zip(index.offsets, index.positions, strict=True)) == kept
    assert index.last_position == (kept[-1][1] if kept else 0)


@given(entries)
def test_it_is_read_back_as_it_was(pairs: list[tuple[int, int]]) -> None:
    read = OffsetIndex.decode(index_of(pairs).encode())
    assert list(zip(read.offsets, read.positions, strict=True)) == pairs


def test_offsets_beyond_32_bits_after_the_base_are_found() -> None:
    """KAFKA-3323: a compacted segment may span more than 2^31 offsets."""
    index = index_of([(5, 100), (2**31 + 5, 200), (2**33, 300)])
    assert [index.position_for(offset) for offset in (2**31 + 4, 2**31 + 5, 2**33 - 1, 2**62)] == [100, 200, 200, 300]


def test_columns_are_big_endian_whatever_the_machine() -> None:
    index = index_of([(1, 2)])
    assert index.encode() == bytes(7) + b"\1" + bytes(7) + b"\2"
    first, second = decode_columns(encode_columns(index.offsets, index.positions))
    assert (first, second) == (index.offsets, index.positions)
