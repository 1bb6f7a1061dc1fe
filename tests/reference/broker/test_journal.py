import pytest
from hypothesis import given
from hypothesis import strategies as st

from nilometer_reference.broker.journal import java_string_hash, partition_for


@pytest.mark.parametrize(
    ("text", "expected"),
    [("", 0), ("a", 97), ("group", 98629247), ("polygenelubricants", -2147483648), ("\U0001f600", 1772899)],
)
def test_the_hash_is_that_of_java(text: str, expected: int) -> None:
    assert java_string_hash(text) == expected


@given(st.text(), st.integers(1, 50))
def test_every_name_has_a_partition(name: str, partition_count: int) -> None:
    assert 0 <= partition_for(name, partition_count) < partition_count


def test_the_smallest_hash_has_a_partition_although_it_has_no_positive() -> None:
    assert partition_for("polygenelubricants", 50) == 0
