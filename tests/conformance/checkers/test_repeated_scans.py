from hypothesis import given
from hypothesis import strategies as st

from nilometer.checkers.repeated_scans import ScanDigests, common_range, content_digest, first_difference


def scan(records, complete_to):
    offsets = sorted(records)
    return ScanDigests(offsets, [content_digest(records[offset]) for offset in offsets], complete_to)


def test_scans_are_compared_as_far_as_both_have_looked():
    short, long = scan({0: "a", 1: "b"}, 2), scan({0: "a", 1: "b", 2: "c"}, 3)
    assert common_range(short, long, 0) == (0, 2)
    assert first_difference(short, long, 0) is None


def test_a_missing_record_within_the_range_is_a_difference_at_its_offset():
    assert first_difference(scan({0: "a", 2: "c"}, 3), scan({0: "a", 1: "b", 2: "c"}, 3), 0) == 1
    assert first_difference(scan({0: "a"}, 3), scan({0: "a", 2: "c"}, 3), 0) == 2


def test_a_later_start_leaves_the_beginning_out():
    before, after = scan({0: "a", 1: "b", 2: "c"}, 3), scan({1: "b", 2: "c"}, 3)
    assert first_difference(before, after, 1) is None
    assert first_difference(before, after, 0) == 0


def test_contents_that_differ_have_different_digests():
    assert content_digest((None, b"")) != content_digest((b"", None))


logs = st.dictionaries(st.integers(0, 40), st.text(max_size=3), max_size=20)


@given(logs, st.integers(0, 41), st.integers(0, 41), st.integers(0, 41))
def test_scans_of_one_log_never_differ(log, end, other_end, start):
    one = scan({k: v for k, v in log.items() if k < end}, end)
    other = scan({k: v for k, v in log.items() if k < other_end}, other_end)
    assert first_difference(one, other, start) is None


@given(logs, logs, st.integers(0, 41), st.integers(0, 41))
def test_the_first_difference_is_the_one_that_a_plain_comparison_finds(log, other, end, start):
    expected = [offset for offset in range(start, end) if log.get(offset) != other.get(offset)]
    one, two = scan({k: v for k, v in log.items() if k < end}, end), scan(other, 41)
    assert first_difference(one, two, start) == (expected[0] if expected else None)
