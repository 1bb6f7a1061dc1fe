from hypothesis import given
from hypothesis import strategies as st

from nilometer_reference.broker.patterns.tree import (
    LAST_CHARACTER,
    POSIX_CLASSES,
    OneOf,
    complement,
)

RANGES = st.lists(
    st.tuples(st.integers(0, 40), st.integers(0, 40)).map(lambda pair: (min(pair), max(pair))), max_size=5
)


@given(RANGES, st.integers(0, 50))
def test_a_character_is_in_a_set_or_in_its_complement(ranges: list[tuple[int, int]], code: int) -> None:
    assert (chr(code) in OneOf(tuple(ranges))) != (chr(code) in OneOf(complement(ranges)))


def test_the_complement_of_nothing_is_everything() -> None:
    assert complement([]) == ((0, LAST_CHARACTER),)
    assert complement([(0, LAST_CHARACTER)]) == ()


def test_both_ends_of_a_range_are_in_it() -> None:
    digits = OneOf(((48, 57),))
    assert [character for character in "/0189:" if character in digits] == list("0189")


def test_case_is_passed_over_only_when_asked_to() -> None:
    assert "A" not in OneOf(((97, 97),))
    assert "A" in OneOf(((97, 97),), any_case=True)
    assert "a" in OneOf(((65, 65),), any_case=True)
    assert "ß" in OneOf(((0xDF, 0xDF),), any_case=True)  # its upper case is two characters


def test_named_classes_are_ascii() -> None:
    for name, ranges in POSIX_CLASSES.items():
        assert all(0 <= low <= high <= 127 for low, high in ranges), name
