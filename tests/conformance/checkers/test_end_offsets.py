import pytest
from hypothesis import given
from hypothesis import strategies as st

from nilometer.checkers.end_offsets import Acknowledged, EndAnswer, beyond_acknowledged, never_decreasing


def decreasing(*answers):
    return never_decreasing([EndAnswer(*one) for one in answers], "went-back")


def unseen(acks, answers):
    return beyond_acknowledged([Acknowledged(*one) for one in acks], [EndAnswer(*one) for one in answers], "not-seen")


@pytest.mark.parametrize(
    ("answers", "judged", "found"),
    [
        ([(0, 1, 5)], 0, 0),
        ([(0, 1, 5), (2, 3, 5)], 1, 0),
        ([(0, 1, 5), (2, 3, 4)], 1, 1),
        ([(0, 2, 5), (1, 3, 4)], 0, 0),  # they overlap
        ([(0, 2, 5), (2, 3, 4)], 0, 0),  # asked at the very moment of the answer
        ([(0, 1, 5, 1), (2, 3, 4, 0)], 0, 0),  # a deposed leader answers
        ([(0, 1, 5, 0), (2, 3, 4, 1)], 1, 1),
        ([(0, 1, 9, 1), (0, 1, 5, 0), (2, 3, 4, 0)], 1, 1),
        ([(0, 1, 9, 1), (0, 1, 3, 0), (2, 3, 4, 0)], 1, 0),
    ],
)
def test_answers_that_follow_each_other(answers, judged, found):
    judgement = decreasing(*answers)
    assert (judgement.judged, len(judgement.findings)) == (judged, found)


@pytest.mark.parametrize(
    ("acks", "answers", "judged", "found"),
    [
        ([], [(0, 1, 0)], 0, 0),
        ([(1, 4)], [(2, 3, 5)], 1, 0),
        ([(1, 4)], [(2, 3, 4)], 1, 1),  # the end is exclusive
        ([(3, 4)], [(2, 4, 0)], 0, 0),
        ([(1, 4, 1)], [(2, 3, 0, 0)], 0, 0),
        ([(1, 4, 0)], [(2, 3, 0, 1)], 1, 1),
        ([(1, 9), (2, 4)], [(3, 4, 5)], 1, 1),
    ],
)
def test_answers_after_acknowledgements(acks, answers, judged, found):
    judgement = unseen(acks, answers)
    assert (judgement.judged, len(judgement.findings)) == (judged, found)


def test_a_finding_names_both_values_and_the_time_between():
    (finding,) = decreasing(
        (0, 1_000_000, 5, 0, "high watermark"), (3_000_000, 4_000_000, 4, 0, "high watermark")
    ).findings
    assert finding.expected == "high watermark of at least 5, which the high watermark had reached 2.000 ms before"
    assert finding.seen == "high watermark 4"


@st.composite
def valid_histories(draw):
    """The end takes a rising value at each instant; answers show the value of one instant between call and return."""
    steps = sorted(draw(st.sets(st.integers(1, 1_000), min_size=1, max_size=20)))

    def at(instant):
        return sum(step <= instant for step in steps)

    answers = []
    for instant in draw(st.lists(st.integers(0, 1_100), min_size=2, max_size=30)):
        asked, answered = instant - draw(st.integers(1, 50)), instant + draw(st.integers(1, 50))
        answers.append(EndAnswer(asked, answered, at(instant)))
    acks = [Acknowledged(step + draw(st.integers(1, 50)), number) for number, step in enumerate(steps)]
    return acks, answers


@given(valid_histories())
def test_valid_histories_give_no_finding(history):
    acks, answers = history
    assert not never_decreasing(answers, "went-back").findings
    assert not beyond_acknowledged(acks, answers, "not-seen").findings


@given(valid_histories(), st.data())
def test_one_answer_that_is_too_low_is_always_found(history, data):
    acks, answers = history
    bad = data.draw(st.sampled_from(answers))
    lowered = [one if one is not bad else EndAnswer(one.asked_at_ns, one.answered_at_ns, -1) for one in answers]
    before = [one for one in answers if one is not bad and one.answered_at_ns < bad.asked_at_ns]
    acked = [one for one in acks if one.acknowledged_at_ns < bad.asked_at_ns]
    assert len(never_decreasing(lowered, "went-back").findings) == bool(before)
    assert len(beyond_acknowledged(acks, lowered, "not-seen").findings) == bool(acked)
