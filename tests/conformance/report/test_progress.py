"""What moves while a run goes on."""

import io

from nilometer.report.ink import Ink
from nilometer.report.progress import SILENCE_S, BarProgress, PlainProgress, make_progress
from tests.conformance.report.reports import a_report, violates


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_line_when_an_area_ends_and_one_for_each_failure():
    said: list[str] = []
    a_report(violates, listener=PlainProgress(said.append, Ink()))
    assert said[0] == "FAIL  L99 log.test on fragile: wrong"
    assert said[1].split()[:4] == ["fragile", "log", "1/1", "1"]


def test_silence_is_broken_with_where_we_are():
    said: list[str] = []
    clock = Clock()
    progress = PlainProgress(said.append, Ink(), clock)

    def check(run):
        progress.ticked()
        assert said == []
        clock.now = SILENCE_S
        progress.ticked()
        progress.ticked()
        run.holds()

    a_report(check, listener=progress)
    assert said[0] == "fragile  at L99 log.test, 0 of 1 done, 10.0s"
    assert len(said) == 2


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_bars_show_the_area_and_are_gone_when_it_is_over():
    stream = Terminal()
    a_report(listener=BarProgress(stream))
    shown = stream.getvalue()
    assert "fragile  log" in shown
    assert "1/1" in shown
    assert shown.endswith("\x1b[2K")  # the last thing is that its lines are erased


def test_the_kind_follows_the_stream():
    assert isinstance(make_progress("auto", Terminal(), Ink()), BarProgress)
    assert isinstance(make_progress("auto", io.StringIO(), Ink()), PlainProgress)
    assert make_progress("none", Terminal(), Ink()) is None


def test_plain_lines_go_to_the_stream_without_carriage_returns():
    stream = io.StringIO()
    progress = make_progress("plain", stream, Ink())
    a_report(violates, listener=progress)
    assert stream.getvalue().count("\n") == 2
    assert "\r" not in stream.getvalue()
