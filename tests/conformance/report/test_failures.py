"""A violation as a reader checks it by hand."""

from nilometer.report.failures import counterexample, failures, notes, step
from nilometer.report.ink import Ink
from nilometer.verdict import Counterexample, Step
from tests.conformance.report.reports import a_report, violates


def text(report, **options) -> str:
    return "\n".join(failures(report, Ink(), 100, **options))


def test_it_has_the_sentence_the_signature_both_values_the_exchange_and_the_line_to_repeat_it():
    shown = text(a_report(violates))
    assert "FAIL  L99 log.test: Something holds" in shown
    assert "fragile, wrong (it does not hold); 1 of 1 instances contradict" in shown
    assert "expected  1" in shown
    assert "seen      2" in shown
    assert "Metadata v13" in shown
    assert "-> " in shown
    assert "<- after" in shown
    assert "again     nilometer check fragile: -k L99 --seed 7" in shown


def test_nothing_failed_shows_nothing():
    assert text(a_report()) == ""


def test_one_of_each_signature_or_every_one():
    def check(run):
        for seen in "abc":
            run.violated("wrong", expected="x", seen=seen)
        run.violated("other", expected="x", seen="d")

    report = a_report(check)
    assert [text(report).count(f"seen      {seen}") for seen in "abcd"] == [1, 0, 0, 1]
    assert [text(report, every=True).count(f"seen      {seen}") for seen in "abcd"] == [1, 1, 1, 1]


def test_an_error_of_ours_shows_its_traceback():
    shown = text(a_report(lambda run: run.no_such_thing))
    assert "ERROR  L99" in shown
    assert "AttributeError" in shown
    assert "in _check" in shown


def test_a_generated_input_is_shown_with_how_many_were_tried():
    lines = list(counterexample(Counterexample("wrong", "x", "y", example="[1, 2]", shrunk_from=9), 100))
    assert lines[2].strip() == "input     [1, 2], the smallest of 9 that contradict"


def test_long_evidence_is_cut_in_the_middle_and_says_so():
    steps = tuple(Step(number, 1.0, "me", "node", "Fetch", 4, "r", "s", 1.0) for number in range(1, 31))
    shown = "\n".join(counterexample(Counterexample("wrong", "x", "y", steps), 100))
    assert "#3 at" in shown
    assert "#4 at" not in shown
    assert "… 18 exchanges more" in shown
    assert "#30 at" in shown


def test_no_line_is_wider_than_the_terminal():
    one = Step(1, 1.0, "me", "127.0.0.1:9092", "Fetch", 4, "request " * 50, "response " * 50, 1.0)
    assert max(len(line) for line in step(one, 90)) <= 90


def test_an_exchange_without_an_answer_has_no_time():
    one = Step(1, 1.0, "me", "node", "Fetch", 4, "r", "no response", None)
    assert list(step(one, 90))[-1].strip() == "<- no response"


def test_measured_facts_are_listed():
    report = a_report(lambda run: run.note("7 ms") or run.holds())
    assert list(notes(report, Ink()))[1:] == ["measured", "  L99  fragile  7 ms"]
    assert list(notes(a_report(), Ink())) == []
