from hypothesis import given
from hypothesis import strategies as st

from nilometer_reference.broker.timers import Timers


def test_nothing_is_due_before_its_deadline() -> None:
    timers, ran = Timers(), []
    timers.at(10, ran.append)
    timers.run_due(9)
    assert ran == []
    timers.run_due(10)
    assert ran == [10]
    assert timers.next_deadline_ms() is None


def test_a_cancelled_timer_never_runs_and_is_no_deadline() -> None:
    timers, ran = Timers(), []
    timer = timers.at(10, ran.append)
    timers.at(20, ran.append)
    timer.cancel()
    timer.cancel()
    assert not timer.is_waiting
    assert timers.next_deadline_ms() == 20
    timers.run_due(30)
    assert ran == [30]


def test_a_timer_that_is_set_while_others_run_and_is_due_runs_at_once() -> None:
    timers, ran = Timers(), []
    timers.at(5, lambda now_ms: ran.append(timers.at(now_ms, ran.append)))
    timers.run_due(7)
    assert ran[1:] == [7]


@given(st.lists(st.tuples(st.integers(0, 50), st.booleans()), max_size=60), st.integers(0, 60))
def test_timers_run_in_order_of_deadline_then_of_setting(entries: list[tuple[int, bool]], until_ms: int) -> None:
    timers, ran = Timers(), []
    for index, (deadline_ms, cancelled) in enumerate(entries):
        timer = timers.at(deadline_ms, lambda _now, index=index: ran.append(index))
        if cancelled:
            timer.cancel()
    timers.run_due(until_ms)
    due = [i for i, (deadline_ms, cancelled) in enumerate(entries) if deadline_ms <= until_ms and not cancelled]
    assert ran == sorted(due, key=lambda i: (entries[i][0], i))
    later = [deadline_ms for deadline_ms, cancelled in entries if deadline_ms > until_ms and not cancelled]
    assert timers.next_deadline_ms() == min(later, default=None)


def test_many_cancelled_timers_are_forgotten() -> None:
    timers = Timers()
    for _ in range(10_000):
        timers.at(1_000, lambda _now: None).cancel()
    assert len(timers._heap) < 5_000
