from hypothesis import given
from hypothesis import strategies as st

from nilometer.checkers.clock_offset import Stamp, estimated_offset_ms, one_clock


def test_one_stamp_tells_nothing():
    assert one_clock([Stamp(0, 1, 77)], "wrong", tolerance_ms=0).judged == 0


def test_a_clock_that_stands_still_is_found():
    (finding,) = one_clock([Stamp(0, 5, 3), Stamp(100, 105, 3)], "wrong", tolerance_ms=2).findings
    assert "at most 3 ms ahead" in finding.expected or "at most -97 ms ahead" in finding.expected


@st.composite
def stamped(draw):
    ahead = draw(st.integers(-10_000, 10_000))
    result = []
    for at in draw(st.lists(st.integers(0, 100_000), min_size=2, max_size=20)):
        before, after = at - draw(st.floats(0, 50)), at + draw(st.floats(0, 50))
        result.append(Stamp(before, after, at + ahead))
    return ahead, result


@given(stamped())
def test_one_clock_gives_no_finding_however_far_it_is_off(history):
    ahead, stamps = history
    judgement = one_clock(stamps, "wrong", tolerance_ms=0.001)
    assert not judgement.findings
    assert judgement.judged == len(stamps)
    least, most = estimated_offset_ms(stamps)
    assert least - 0.001 <= ahead <= most + 0.001


@given(stamped(), st.data())
def test_one_stamp_that_is_off_by_more_than_two_calls_last_is_always_found(history, data):
    _, stamps = history
    index = data.draw(st.integers(0, len(stamps) - 1))
    wrong = data.draw(st.integers(250, 10_000) | st.integers(-10_000, -250))
    bad = stamps[index]
    stamps[index] = Stamp(bad.before_ms, bad.after_ms, bad.stamped_ms + wrong)
    judgement = one_clock(stamps, "wrong", tolerance_ms=0.001)
    assert len(judgement.findings) == 1
    assert judgement.judged == len(stamps)
