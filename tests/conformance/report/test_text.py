"""What stands on the terminal."""

from nilometer.report.ink import Ink
from nilometer.report.records import fingerprint
from nilometer.report.text import KNOWN_RANGES, cell, duration, head, not_judged, table, target_lines, totals
from nilometer.verdict import NotObservable, Reason, Result, Verdict
from tests.conformance.report.reports import a_report, violates

INK = Ink()


def test_the_head_says_how_to_repeat_the_run():
    line = head(a_report())
    assert "profile core" in line
    assert "seed 7" in line
    assert "run abc123" in line


def test_a_target_says_what_it_is_and_what_will_happen():
    report = a_report()
    lines = list(target_lines(report.columns[0]))
    assert lines[0] == "fragile  fragile"
    assert "1 node  2 APIs" in lines[1]
    assert lines[2] == "  plan  1 requirement runs"


def test_a_target_that_is_not_there_says_why():
    report = a_report()
    report.columns[0].subject = None
    report.columns[0].problem = "one\ntwo"
    assert list(target_lines(report.columns[0])) == ["fragile  fragile", "  one", "  two"]
    assert list(table(report, INK, 80)) == []
    assert list(not_judged(report, INK)) == []


def test_a_row_a_requirement_with_level_id_title_and_verdict():
    lines = list(table(a_report(), INK, 100))
    assert lines[1].split() == ["log", "fragile"]
    assert lines[2].split() == ["MUST", "L99", "Something", "holds", "pass", "204"]


def test_rows_fit_into_the_width():
    report = a_report(sentence="A sentence that goes on " * 20)
    for width in (60, 80, 120):
        assert max(len(line) for line in table(report, INK, width)) <= width


def test_a_cell_counts():
    level = a_report().requirements[0].level
    assert cell(Result("L1", level, Verdict.VIOLATED, judged=20, violations=3)) == "fail 3 of 20"
    assert cell(Result("L1", level, Verdict.HOLDS, judged=5)) == "pass 5"
    assert cell(Result("L1", level, Verdict.NOT_OBSERVABLE, reason=Reason.API_NOT_SERVED)) == "n/a"


def test_what_was_not_judged_is_named_with_its_reason():
    lines = list(not_judged(a_report(apis={"EndTxn": 0}), INK))
    assert lines[1:] == ["not judged on fragile", "  n/a       L99  api-not-served: EndTxn is not advertised"]


def test_what_was_judged_in_part_is_named_too():
    def check(run):
        run.holds()
        raise NotObservable(Reason.REFUSED, "no rights")

    (line,) = list(not_judged(a_report(check), INK))[2:]
    assert line == "  pass      L99  1 instance not judged (refused): no rights"


def test_generated_cases_that_the_time_cut_are_named_only_when_everything_is_asked_for():
    def check(run):
        run.holds()
        run.skip(Reason.TIME, "late")

    report = a_report(check)
    assert list(not_judged(report, INK)) == []
    assert "1 instance not judged (time): late" in list(not_judged(report, INK, every=True))[-1]


def test_ranges_that_are_known_are_named(monkeypatch):
    report = a_report()
    assert not any("same ranges" in line for line in target_lines(report.columns[0]))
    assert report.columns[0].subject is not None
    monkeypatch.setitem(KNOWN_RANGES, fingerprint(report.columns[0].subject.versions), "a small broker")
    assert any("same ranges as a small broker" in line for line in target_lines(report.columns[0]))


def test_everything_judged_leaves_nothing_to_name():
    assert list(not_judged(a_report(), INK)) == []


def test_totals_count_and_name_what_is_left_behind():
    report = a_report(violates)
    report.columns[0].leftovers = [f"topic-{number}" for number in range(10)]
    lines = list(totals(report, INK))
    assert lines[1].split() == ["fragile", "1", "fail"]
    assert "topic-7 and 2 more" in lines[2]
    report.interrupted = True
    assert "interrupted" in list(totals(report, INK))[-1]


def test_durations_are_read_at_a_glance():
    assert [duration(seconds) for seconds in (0.04, 12.34, 59.9, 60, 252)] == [
        "0.0s", "12.3s", "59.9s", "1m00s", "4m12s",
    ]  # fmt: skip
