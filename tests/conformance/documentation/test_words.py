"""Every word of reports is explained."""

from nilometer.documentation.words import page, shown_as
from nilometer.exit_codes import ExitCode
from nilometer.verdict import Reason, Word


def test_every_verdict_reason_and_exit_code_has_a_row():
    text = page()
    assert all(f"| `{word}` |" in text for word in Word)
    assert all(f"| `{reason}` | `{shown_as(reason)}` |" in text for reason in Reason)
    assert all(f"\n| {int(code)} | " in text for code in ExitCode)


def test_a_reason_says_the_word_that_reports_show():
    assert shown_as(Reason.API_NOT_SERVED) == "n/a"
    assert shown_as(Reason.TIME) == "not-run"
    assert shown_as(Reason.NO_ANSWER) == "unknown"


def test_the_order_of_exit_codes_is_said():
    assert "the first of these wins: 3, 4, 2, 1, 7, 8, 5, 0." in page()
