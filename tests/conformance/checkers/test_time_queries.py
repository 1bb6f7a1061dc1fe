from hypothesis import given
from hypothesis import strategies as st

from nilometer.checkers.time_queries import TimeAnswer, TimeOracle, monotone

EXAMPLE = TimeOracle([(0, 5), (1, 9), (2, 7), (3, 9), (4, 3)])


def test_the_example_of_the_module():
    assert EXAMPLE.first_at_or_after(6) == (1, 9)
    assert EXAMPLE.first_at_or_after(9) == (1, 9)
    assert EXAMPLE.first_at_or_after(0) == (0, 5)
    assert EXAMPLE.first_at_or_after(10) == (-1, -1)
    assert EXAMPLE.first_at_or_after(6, limit=1) == (-1, -1)
    assert EXAMPLE.first_at_or_after(6, limit=2) == (1, 9)
    assert EXAMPLE.largest() == (9, {1, 3})
    assert EXAMPLE.timestamp_at(2) == 7
    assert EXAMPLE.timestamp_at(9) is None
    assert EXAMPLE.interesting() == [2, 3, 4, 5, 6, 7, 8, 9, 10]


def test_an_empty_log_has_no_answer():
    assert TimeOracle([]).first_at_or_after(0) == (-1, -1)
    assert TimeOracle([]).largest() == (-1, frozenset())


logs = st.lists(st.tuples(st.integers(1, 3), st.integers(0, 20)), max_size=20).map(
    lambda steps: [(sum(step for step, _ in steps[: n + 1]), at) for n, (_, at) in enumerate(steps)]
)


@given(logs, st.integers(0, 21), st.none() | st.integers(0, 60))
def test_the_answer_is_the_one_that_a_plain_search_finds(log, timestamp, limit):
    matches = [(offset, at) for offset, at in log if at >= timestamp]
    expected = matches[0] if matches and (limit is None or matches[0][0] < limit) else (-1, -1)
    assert TimeOracle(log).first_at_or_after(timestamp, limit) == expected


@given(logs, st.lists(st.integers(0, 21), max_size=20))
def test_answers_of_one_log_are_monotone(log, asked):
    oracle = TimeOracle(log)
    judgement = monotone([TimeAnswer(at, oracle.first_at_or_after(at)[0]) for at in asked], "not-monotone")
    assert not judgement.findings
    assert judgement.judged == max(0, len(asked) - 1)


@given(logs, st.lists(st.integers(0, 21), min_size=2, max_size=20, unique=True), st.data())
def test_one_answer_that_lies_before_that_of_an_earlier_time_is_always_found(log, asked, data):
    oracle = TimeOracle(log)
    answers = [TimeAnswer(at, oracle.first_at_or_after(at)[0]) for at in sorted(asked)]
    index = data.draw(st.integers(1, len(answers) - 1))
    before = answers[index - 1].offset
    if before == 0:
        return
    low = data.draw(st.integers(0, before - 1 if before > 0 else 50))
    answers[index] = TimeAnswer(answers[index].timestamp, low)
    assert monotone(answers, "not-monotone").findings
