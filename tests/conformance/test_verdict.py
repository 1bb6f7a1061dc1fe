"""From counters to the word of a report."""

import pytest

from nilometer.verdict import (
    SIGNS,
    Counterexample,
    Level,
    NotObservable,
    Reason,
    Result,
    Severity,
    Verdict,
    Word,
    worst,
)


@pytest.mark.parametrize(
    ("level", "violated", "holds"),
    [
        (Level.MUST, Word.FAIL, Word.PASS),
        (Level.SHOULD, Word.WEAK, Word.PASS),
        (Level.INFO, Word.INFO, Word.INFO),
    ],
)
def test_the_level_decides_the_word(level, violated, holds):
    assert Result("L1", level, Verdict.VIOLATED).word is violated
    assert Result("L1", level, Verdict.HOLDS).word is holds


@pytest.mark.parametrize(
    ("reason", "word"),
    [
        (Reason.API_NOT_SERVED, Word.NOT_APPLICABLE),
        (Reason.VERSION_TOO_LOW, Word.NOT_APPLICABLE),
        (Reason.FEATURE_OFF, Word.NOT_APPLICABLE),
        (Reason.SINGLE_BROKER, Word.NOT_APPLICABLE),
        (Reason.NO_FAULT_CONTROL, Word.NOT_RUN),
        (Reason.TARGET_GONE, Word.NOT_RUN),
        (Reason.INTERRUPTED, Word.NOT_RUN),
        (Reason.MAX_FAIL, Word.NOT_RUN),
        (Reason.TIME, Word.NOT_RUN),
        (Reason.NO_ANSWER, Word.UNKNOWN),
        (Reason.REFUSED, Word.UNKNOWN),
        (Reason.INCOMPLETE_READ, Word.UNKNOWN),
    ],
)
def test_the_reason_decides_what_not_observable_is_called(reason, word):
    assert Result("L1", Level.MUST, Verdict.NOT_OBSERVABLE, reason=reason).word is word


def test_every_reason_has_a_word_that_is_not_a_pass():
    words = {Result("L1", Level.MUST, Verdict.NOT_OBSERVABLE, reason=reason).word for reason in Reason}
    assert words == {Word.NOT_APPLICABLE, Word.NOT_RUN, Word.UNKNOWN}


def test_not_exercised_is_unknown_and_an_error_is_an_error():
    assert Result("L1", Level.MUST).word is Word.UNKNOWN
    assert Result("L1", Level.MUST, Verdict.ERROR).word is Word.ERROR


def test_the_worst_word_decides_for_a_group():
    assert worst([Word.PASS, Word.WEAK, Word.NOT_RUN]) is Word.WEAK
    assert worst([Word.UNKNOWN, Word.FAIL, Word.PASS]) is Word.FAIL
    assert worst([]) is Word.NOT_RUN
    assert {word.name for word in Word} == {one.name for one in Severity}


def test_every_word_has_a_sign_of_its_own():
    assert set(SIGNS) == set(Word)
    assert len(set(SIGNS.values())) == len(SIGNS)


def test_the_signature_is_that_of_the_first_counterexample():
    result = Result("L1", Level.MUST)
    assert result.signature == ""
    result.counterexamples += [Counterexample("first", "a", "b"), Counterexample("second", "a", "b")]
    assert result.signature == "first"


def test_not_observable_carries_its_reason():
    missing = NotObservable(Reason.REFUSED, "no")
    assert (missing.reason, str(missing)) == (Reason.REFUSED, "no")
