from hypothesis import given
from hypothesis import strategies as st

from nilometer.checkers.record_content import SIGNATURES, differences, shown
from nilometer_reference.wire.record_encoding import Record

content = st.none() | st.binary(max_size=5)
records = st.builds(
    Record, st.integers(0, 9), st.integers(0, 9), content, content,
    st.lists(st.tuples(st.text(max_size=2), content), max_size=3).map(tuple),
)  # fmt: skip
PARTS = {"key": "key-changed", "value": "value-changed", "headers": "headers-changed", "timestamp": "timestamp-changed"}


@given(records)
def test_a_record_differs_in_nothing_from_itself(record):
    assert list(differences(record, record._replace(offset=77))) == []


@given(records, records)
def test_each_part_that_differs_is_named_and_no_other(sent, read):
    expected = {signature for part, signature in PARTS.items() if getattr(sent, part) != getattr(read, part)}
    found = list(differences(sent, read))
    assert {one.signature for one in found} == expected
    assert expected <= SIGNATURES.keys()
    assert all(one.expected != one.seen for one in found)
    without_time = {one.signature for one in differences(sent, read, create_time=False)}
    assert without_time == expected - {"timestamp-changed"}


def test_null_and_empty_are_different_and_shown_so():
    (found,) = differences(Record(0, 1, None), Record(0, 1, b""))
    assert (found.expected, found.seen) == ("key null at offset 0", "key b'' at offset 0")


def test_long_bytes_are_shown_by_their_beginning_and_length():
    assert shown(b"x" * 100) == f"{b'x' * 24!r}… (100 bytes)"


def test_headers_in_another_order_are_other_headers():
    sent = Record(0, 1, headers=(("a", b"1"), ("b", b"2")))
    assert [one.signature for one in differences(sent, sent._replace(headers=sent.headers[::-1]))] == [
        "headers-changed"
    ]
