"""The exit code: which one, and which of several."""

import itertools

import pytest

from nilometer.exit_codes import PRECEDENCE, ExitCode, combine, exit_code
from nilometer.verdict import Level, Reason, Result, Verdict


def passed() -> Result:
    return Result("L1", Level.MUST, Verdict.HOLDS, judged=3)


def violated(level: Level) -> Result:
    return Result("L2", level, Verdict.VIOLATED, judged=3, violations=1)


def missing(reason: Reason) -> Result:
    return Result("L3", Level.MUST, Verdict.NOT_OBSERVABLE, reason=reason)


def test_the_numbers_never_change():
    assert {code.name: int(code) for code in ExitCode} == {
        "CONFORMS": 0, "FAILED": 1, "INTERRUPTED": 2, "SUITE_BUG": 3, "USAGE": 4, "NOTHING_RAN": 5, "TARGET_GONE": 7,
        "UNKNOWN": 8,
    }  # fmt: skip


def test_precedence_is_3_4_2_1_7_8_5_0():
    assert [int(code) for code in PRECEDENCE] == [3, 4, 2, 1, 7, 8, 5, 0]
    for first, second in itertools.combinations(PRECEDENCE, 2):
        assert combine([second, first]) is first
    assert combine([]) is ExitCode.NOTHING_RAN


@pytest.mark.parametrize(
    ("results", "code"),
    [
        ([passed()], 0),
        ([passed(), violated(Level.SHOULD), violated(Level.INFO)], 0),
        ([passed(), missing(Reason.API_NOT_SERVED)], 0),
        ([passed(), missing(Reason.TIME), missing(Reason.NO_FAULT_CONTROL)], 0),
        ([passed(), violated(Level.MUST)], 1),
        ([passed(), missing(Reason.NO_ANSWER)], 8),
        ([passed(), Result("L4", Level.MUST)], 8),
        ([passed(), violated(Level.MUST), missing(Reason.NO_ANSWER)], 1),
        ([passed(), missing(Reason.TARGET_GONE)], 7),
        ([violated(Level.MUST), missing(Reason.TARGET_GONE)], 1),
        ([violated(Level.MUST), Result("L5", Level.MUST, Verdict.ERROR)], 3),
        ([missing(Reason.API_NOT_SERVED)], 5),
        ([missing(Reason.TIME)], 5),
        ([], 5),
    ],
)
def test_the_code_of_one_target(results, code):
    assert int(exit_code(results)) == code


def test_the_level_decides_which_breach_fails():
    assert exit_code([passed(), violated(Level.SHOULD)], level=Level.SHOULD) is ExitCode.FAILED
    assert exit_code([passed(), violated(Level.INFO)], level=Level.SHOULD) is ExitCode.CONFORMS


def test_strict_fails_what_was_not_run_or_is_unknown_but_not_what_does_not_apply():
    assert exit_code([passed(), missing(Reason.TIME)], strict=True) is ExitCode.FAILED
    assert exit_code([passed(), missing(Reason.NO_ANSWER)], strict=True) is ExitCode.FAILED
    assert exit_code([passed(), missing(Reason.API_NOT_SERVED)], strict=True) is ExitCode.CONFORMS


def test_unknown_may_be_allowed():
    assert exit_code([passed(), missing(Reason.NO_ANSWER)], allow_unknown=True) is ExitCode.CONFORMS


def test_an_interruption_shows_even_beside_a_failure():
    assert exit_code([violated(Level.MUST)], interrupted=True) is ExitCode.INTERRUPTED
