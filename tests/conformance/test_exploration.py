"""Generated inputs: the smallest contradiction is what is shown, and what raises is told apart."""

import time

import pytest
from hypothesis import strategies as st

from nilometer import exploration
from nilometer.verdict import NotObservable, Reason, Verdict
from tests.conformance.requiring import make_run


def test_the_smallest_contradiction_is_recorded_once():
    run = make_run()

    def test(number: int) -> None:
        run.judge(number < 500, "wrong", expected="below 500", seen=number)

    run.explore(st.integers(0, 100_000), test, examples=200)
    result = run.finish()
    assert (result.verdict, result.violations) == (Verdict.VIOLATED, 1)
    found = result.counterexamples[0]
    assert (found.seen, found.example) == ("500", "500")
    assert found.shrunk_from > 1


def test_without_a_contradiction_every_example_counts():
    run = make_run()
    run.explore(st.integers(), lambda _: run.holds(), examples=20)
    assert run.finish().judged == 20


def test_the_same_seed_gives_the_same_inputs():
    seen: list[list[int]] = []
    for _ in range(2):
        run, numbers = make_run(), []
        run.explore(st.integers(), numbers.append, examples=20)
        seen.append(numbers)
    assert seen[0] == seen[1]


def test_an_example_that_cannot_be_judged_is_skipped_and_the_search_goes_on():
    run = make_run()

    def test(number: int) -> None:
        if number % 2:
            raise NotObservable(Reason.REFUSED, "odd")
        run.holds()

    run.explore(st.integers(0, 1_000), test, examples=40)
    result = run.finish()
    assert result.verdict is Verdict.HOLDS
    assert result.judged > 0
    assert result.skipped[Reason.REFUSED] > 0


def test_a_mistake_of_ours_leaves():
    run = make_run()
    with pytest.raises(ZeroDivisionError):
        run.explore(st.integers(), lambda _: 1 / 0, examples=5)
    run.violated("wrong", expected=1, seen=2)  # no longer inside an example


def test_a_contradiction_that_shows_only_once_stands():
    run, shown = make_run(), []

    def test(number: int) -> None:
        if not shown:
            shown.append(number)
            run.judge(False, "wrong", expected="never", seen=number)
        run.holds()

    run.explore(st.integers(), test, examples=20)
    assert run.finish().violations == 1


def test_time_that_is_over_ends_the_search():
    run, examples = make_run(), []
    run.deadline = 0.0
    run.explore(st.integers(), examples.append, examples=50)
    assert examples == []
    assert run.finish().reason is Reason.TIME


def test_making_it_smaller_ends_after_its_time(monkeypatch):
    monkeypatch.setattr(exploration, "SHRINK_S", 0.1)
    run = make_run()
    tried: list[int] = []

    def test(number: int) -> None:
        tried.append(number)
        time.sleep(0.02)
        run.judge(number < 500, "wrong", expected="below 500", seen=number)

    run.explore(st.integers(0, 10**18), test, examples=100)
    failing = [number for number in tried if number >= 500]
    assert 1 <= len(failing) <= 10
    assert run.finish().counterexamples[0].shrunk_from == len(failing)
