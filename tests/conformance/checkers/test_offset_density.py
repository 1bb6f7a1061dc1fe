from hypothesis import given
from hypothesis import strategies as st

from nilometer.checkers.offset_density import density, missing_ranges


def test_ranges_that_are_left_out():
    assert missing_ranges([2, 3, 6], 0, 9) == [(0, 1), (4, 5), (7, 8)]
    assert missing_ranges([], 3, 3) == []
    assert missing_ranges([0, 1, 2, 9], 1, 3) == []


def test_a_gap_is_named_with_its_neighbours():
    (finding,) = density([0, 1, 4], 0, 5, "gap").findings
    assert finding.expected == "offsets 2 to 3, within the range 0 to 4 of the log"
    assert finding.seen == "1 is followed by 4"


def test_excused_offsets_may_be_missing_and_may_be_there():
    assert not density([0, 2], 0, 3, "gap", excused=[1]).findings
    assert not density([0, 1, 2], 0, 3, "gap", excused=[1]).findings


@given(st.integers(0, 5), st.integers(0, 20), st.sets(st.integers(0, 30)), st.data())
def test_only_what_is_missing_and_not_excused_is_found(start, size, excused, data):
    everything = list(range(start, start + size))
    present = [offset for offset in everything if offset not in excused or data.draw(st.booleans())]
    judgement = density(present, start, start + size, "gap", excused=excused)
    assert not judgement.findings
    assert judgement.judged == size
    bound = [offset for offset in present if offset not in excused]
    if bound:
        lost = data.draw(st.sampled_from(bound))
        judgement = density([one for one in present if one != lost], start, start + size, "gap", excused=excused)
        assert len(judgement.findings) == 1
