from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nilometer.checkers.watermark_order import SIGNATURES, Watermarks, order


@pytest.mark.parametrize(
    ("fields", "judged", "signatures"),
    [
        ((0, 0, 0), 3, []),
        ((1, 2, 3), 3, []),
        ((-1, 2, 3), 1, []),
        ((-1, -1, 3), 0, []),
        ((3, 2, 3), 3, ["log-start-above-last-stable"]),
        ((0, 4, 3), 3, ["last-stable-above-high-watermark"]),
        ((4, 5, 3), 3, ["log-start-above-high-watermark", "last-stable-above-high-watermark"]),
        ((-2, 1, 2), 2, ["negative-offset"]),
    ],
)
def test_quiet_answers_are_exact(fields, judged, signatures):
    judgement = order([Watermarks(*fields)], quiet=True)
    assert [finding.signature for finding in judgement.findings] == signatures
    assert judgement.judged == judged
    assert set(signatures) <= SIGNATURES.keys()


def test_under_load_the_next_answer_settles_what_one_response_leaves_open():
    torn = Watermarks(0, 5, 4, 0, 1)
    assert order([torn], quiet=False).judged == 2  # nothing later: the third pair is open
    assert not order([torn, Watermarks(0, 6, 6, 2, 3)], quiet=False).findings
    assert not order([torn, Watermarks(0, 4, 4, 1, 3), Watermarks(0, 5, 5, 2, 3)], quiet=False).findings
    (finding,) = order([torn, Watermarks(0, 4, 4, 2, 3), Watermarks(0, 9, 9, 4, 5)], quiet=False).findings
    assert finding.seen == "5 > 4, and > 4 in the next answer"


@st.composite
def loads(draw):
    """Ends that rise in time; each response reads its fields one after the other, the high watermark first."""
    highs = sorted(draw(st.lists(st.integers(0, 50), min_size=12, max_size=12)))
    answers = []
    for n in range(draw(st.integers(1, 10))):
        high, stable = highs[n], min(highs[n + 1], draw(st.integers(0, 50)))
        start = draw(st.integers(0, min(high, stable)))
        answers.append(Watermarks(start, stable, high, 10 * n, 10 * n + 5))
    return answers, highs


@given(loads())
def test_fields_that_were_read_one_after_the_other_give_no_finding_under_load(load):
    answers, highs = load
    settled = [*answers, Watermarks(-1, highs[-1], highs[-1], 1_000, 1_001)]
    findings = order(settled, quiet=False).findings
    assert not [one for one in findings if one.signature == "last-stable-above-high-watermark"]


@given(st.lists(st.lists(st.integers(-1, 9), min_size=3, max_size=3).map(tuple), min_size=1, max_size=10))
def test_quiet_answers_have_as_many_findings_as_wrong_pairs(rows):
    wrong = sum(0 <= high < low for row in rows for low, high in combinations(row, 2))
    judgement = order([Watermarks(*row) for row in rows], quiet=True)
    assert len(judgement.findings) == wrong
