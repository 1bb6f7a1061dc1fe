from hypothesis import given
from hypothesis import strategies as st

from nilometer.checkers.realtime_order import Append, realtime_order
from tests.work import steps


def judge(*appends):
    return realtime_order([Append(*one) for one in appends])


def test_one_append_has_nothing_to_be_ordered_with():
    assert judge((0, 1, 5)).judged == 0


def test_appends_that_overlap_may_lie_in_any_order():
    judgement = judge((0, 10, 2), (1, 9, 1), (2, 8, 0))
    assert judgement.judged == 0
    assert not judgement.findings


def test_a_later_one_above_holds_and_below_contradicts():
    assert judge((0, 1, 0), (2, 3, 1)).judged == 1
    (finding,) = judge((0, 1, 1, "a"), (2, 3, 0, "b")).findings
    assert finding.signature == "later-record-at-lower-offset"
    assert "a was acknowledged" in finding.expected
    assert finding.seen == "b at offset 0"


def test_appends_that_claim_one_offset_do_not_hide_each_other():
    """The first is really there and was acknowledged before all others; the last only claims to be."""
    for order in ([0, 1, 2], [2, 1, 0], [0, 2, 1]):
        history = [(0, 1, 0, "first"), (2, 3, 1, "second"), (4, 5, 0, "spurious")]
        (finding,) = judge(*(history[index] for index in order)).findings
        assert finding.seen == "spurious at offset 0"


def test_the_call_that_begins_at_the_moment_of_the_answer_is_not_later():
    assert not judge((0, 2, 1), (2, 3, 0)).findings


@st.composite
def valid_histories(draw):
    """Each append takes effect at one instant between its send and its answer, in the order of offsets."""
    instants = sorted(draw(st.sets(st.integers(100, 10_000), min_size=2, max_size=30)))
    return [
        Append(instant - draw(st.integers(1, 90)), instant + draw(st.integers(1, 90)), offset * 3, f"a{offset}")
        for offset, instant in enumerate(instants)
    ]


@given(valid_histories(), st.randoms())
def test_a_valid_history_gives_no_finding(history, chance):
    chance.shuffle(history)
    assert not realtime_order(history).findings


@given(valid_histories(), st.data())
def test_two_ordered_appends_that_change_places_are_always_found(history, data):
    ordered = [(one, other) for one in history for other in history if one.acknowledged_at_ns < other.sent_at_ns]
    if not ordered:
        assert realtime_order(history).judged == 0
        return
    one, other = data.draw(st.sampled_from(ordered))
    swapped = [
        Append(
            a.sent_at_ns,
            a.acknowledged_at_ns,
            {one.offset: other.offset, other.offset: one.offset}.get(a.offset, a.offset),
        )
        for a in history
    ]
    judgement = realtime_order(swapped)
    assert judgement.findings
    assert 0 < len(judgement.findings) <= judgement.judged


@given(valid_histories())
def test_as_many_are_judged_as_a_search_of_all_pairs_finds(history):
    later = sum(any(one.acknowledged_at_ns < other.sent_at_ns for one in history) for other in history)
    assert realtime_order(history).judged == later


def test_a_history_twice_as_long_takes_twice_the_steps():
    def taken(count):
        history = [Append(10 * n, 10 * n + 15, n) for n in range(count)]
        assert not realtime_order(history).findings
        return steps(lambda: realtime_order(history))

    assert taken(4_000) < 2.1 * taken(2_000)
