"""What a requirement came to, and the word that a report shows for it.

    verdict           when                                                             shown as
    holds             judged at least once, never contradicted                         pass (INFO: info)
    violated          at least one counterexample, with evidence                       MUST fail, SHOULD weak, INFO info
                      in a way that is a known bug of this very software               xfail (`deviations.py`)
    not observable    the target, the access or the run did not show what is needed    n/a, not-run, unknown, by reason
    not exercised     it could have been seen, but the premise never came true         unknown
    error             our own code failed                                              error

A counterexample outranks everything. What could be judged is judged: an entry of which a part could not be seen
still holds for the rest, and carries both numbers.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

COUNTEREXAMPLES_KEPT = 20
"""More are counted, not kept."""


class Level(StrEnum):
    """How binding a requirement is; `fails_run` of `Result` says what a breach does."""

    MUST = "MUST"
    SHOULD = "SHOULD"
    INFO = "INFO"


class Verdict(StrEnum):
    """The four verdicts, and `error` for our own failures."""

    HOLDS = "holds"
    VIOLATED = "violated"
    NOT_OBSERVABLE = "not observable"
    NOT_EXERCISED = "not exercised"
    ERROR = "error"


class Word(StrEnum):
    """What reports print."""

    PASS = "pass"
    FAIL = "fail"
    XFAIL = "xfail"
    WEAK = "weak"
    INFO = "info"
    NOT_APPLICABLE = "n/a"
    NOT_RUN = "not-run"
    UNKNOWN = "unknown"
    ERROR = "error"


SIGNS = {
    Word.PASS: "✓",
    Word.FAIL: "✗",
    Word.XFAIL: "x",
    Word.WEAK: "~",
    Word.INFO: "i",
    Word.NOT_APPLICABLE: "-",
    Word.NOT_RUN: ".",
    Word.UNKNOWN: "?",
    Word.ERROR: "E",
}


class Reason(StrEnum):
    """Why something could not be observed; a closed list."""

    API_NOT_SERVED = "api-not-served"
    VERSION_TOO_LOW = "version-too-low"
    FEATURE_OFF = "feature-off"
    SINGLE_BROKER = "single-broker"
    NO_RAW_ACCESS = "no-raw-access"
    NO_FAULT_CONTROL = "no-fault-control"
    NO_ADMIN_RIGHTS = "no-admin-rights"
    DESELECTED = "deselected"
    TIME = "time"
    TARGET_GONE = "target-gone"
    INTERRUPTED = "interrupted"
    MAX_FAIL = "max-fail"
    """Enough failures were found before its turn."""
    NO_ANSWER = "no-answer"
    """The connection closed, or no response came in time, while preparing what was to be judged."""
    REFUSED = "refused"
    """A step of the preparation was answered with an error code."""
    INCOMPLETE_READ = "final-read-incomplete"
    CLOCK_UNUSABLE = "clock-unusable"
    SEARCH_BUDGET = "search-budget"
    FOREIGN_WRITERS = "foreign-writers"


_NOT_APPLICABLE = frozenset({Reason.API_NOT_SERVED, Reason.VERSION_TOO_LOW, Reason.FEATURE_OFF, Reason.SINGLE_BROKER})
_NOT_RUN = frozenset(
    {Reason.NO_RAW_ACCESS, Reason.NO_FAULT_CONTROL, Reason.NO_ADMIN_RIGHTS, Reason.DESELECTED, Reason.TIME}
    | {Reason.TARGET_GONE, Reason.INTERRUPTED, Reason.MAX_FAIL}
)


class NotObservable(Exception):
    """What a requirement needs is not there. Raise it anywhere inside a check: it ends the check, or the example."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True)
class Step:
    """One exchange with the target, as a reader of the report sees it."""

    number: int
    at_ms: float
    """Since the run began, when the request left."""
    actor: str
    """Client id of the connection that it went over."""
    node: str
    api: str
    version: int | None
    """None where requests have none (HTTP)."""
    request: str
    response: str
    took_ms: float | None


@dataclass(frozen=True)
class Counterexample:
    """One contradiction: what was expected, what was seen, and the exchanges that show it."""

    signature: str
    expected: str
    seen: str
    steps: tuple[Step, ...] = ()
    example: str = ""
    """The smallest generated input that leads here, if the input was generated."""
    shrunk_from: int = 0
    """Failing inputs tried before this one; 0 for directed cases."""


@dataclass
class Result:
    """The outcome of one requirement on one target."""

    id: str
    level: Level
    verdict: Verdict = Verdict.NOT_EXERCISED
    judged: int = 0
    """Instances of the premise that were judged, violations included."""
    skipped: Counter[Reason] = field(default_factory=Counter)
    reason: Reason | None = None
    """Of `not observable`: the reason that occurred most."""
    detail: str = ""
    """One sentence: why not observable, or what went wrong with us."""
    counterexamples: list[Counterexample] = field(default_factory=list)
    violations: int = 0
    notes: list[str] = field(default_factory=list)
    """Measured facts that are not judged (INFO entries, documented non-guarantees)."""
    deviation: str = ""
    """Why this violation was to be expected of this software; empty if it was not."""
    traceback: str = ""
    elapsed_ms: int = 0

    @property
    def word(self) -> Word:
        """The verdict as reports print it."""
        match self.verdict:
            case Verdict.ERROR:
                return Word.ERROR
            case Verdict.VIOLATED if self.deviation:
                return Word.XFAIL
            case Verdict.VIOLATED:
                return {Level.MUST: Word.FAIL, Level.SHOULD: Word.WEAK, Level.INFO: Word.INFO}[self.level]
            case Verdict.HOLDS:
                return Word.INFO if self.level is Level.INFO else Word.PASS
            case Verdict.NOT_EXERCISED:
                return Word.UNKNOWN
        if self.reason in _NOT_APPLICABLE:
            return Word.NOT_APPLICABLE
        return Word.NOT_RUN if self.reason in _NOT_RUN else Word.UNKNOWN

    @property
    def signature(self) -> str:
        """Of the first counterexample; empty when there is none."""
        return self.counterexamples[0].signature if self.counterexamples else ""


class Severity(IntEnum):
    """From best to worst; a group of results shows its worst."""

    PASS = 0
    NOT_APPLICABLE = 1
    INFO = 2
    NOT_RUN = 3
    WEAK = 4
    XFAIL = 5
    UNKNOWN = 6
    FAIL = 7
    ERROR = 8


def worst(words: list[Word]) -> Word:
    """The word that decides for a group."""
    return max(words, key=lambda word: Severity[word.name], default=Word.NOT_RUN)
