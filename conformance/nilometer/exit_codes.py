"""Exit codes of every verb. They never change meaning; 0 to 5 are pytest's.

0 conforms      1 a requirement failed     2 interrupted        3 a bug in the suite
4 usage, configuration, this machine       5 nothing ran        7 target unreachable, not Kafka, or died
8 no failure, but a verdict is unknown     (6 is never used: pytest has it)
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

from nilometer.verdict import Level, Reason, Result, Word


class ExitCode(IntEnum):
    """What `nilometer` ends with."""

    CONFORMS = 0
    FAILED = 1
    INTERRUPTED = 2
    SUITE_BUG = 3
    USAGE = 4
    NOTHING_RAN = 5
    TARGET_GONE = 7
    UNKNOWN = 8


PRECEDENCE = (
    ExitCode.SUITE_BUG,
    ExitCode.USAGE,
    ExitCode.INTERRUPTED,
    ExitCode.FAILED,
    ExitCode.TARGET_GONE,
    ExitCode.UNKNOWN,
    ExitCode.NOTHING_RAN,
    ExitCode.CONFORMS,
)
"""When several apply, also over several targets, the first of these wins."""

STRENGTH = {Level.MUST: 0, Level.SHOULD: 1, Level.INFO: 2}


def combine(codes: Iterable[ExitCode]) -> ExitCode:
    """The one that decides; nothing at all is `NOTHING_RAN`."""
    found = set(codes)
    return next((code for code in PRECEDENCE if code in found), ExitCode.NOTHING_RAN)


def exit_code(
    results: Iterable[Result],
    *,
    level: Level = Level.MUST,
    strict: bool = False,
    allow_unknown: bool = False,
    interrupted: bool = False,
) -> ExitCode:
    """The code of one target's results. `level` is the weakest level whose breach fails the run."""
    codes: set[ExitCode] = {ExitCode.INTERRUPTED} if interrupted else set()
    for result in results:
        codes.add(_code(result, level, strict, allow_unknown))
    if ExitCode.NOTHING_RAN in codes and ExitCode.CONFORMS in codes:
        codes.discard(ExitCode.NOTHING_RAN)
    return combine(codes)


def _code(result: Result, level: Level, strict: bool, allow_unknown: bool) -> ExitCode:
    if result.violations and not result.deviation and STRENGTH[result.level] <= STRENGTH[level]:
        return ExitCode.FAILED
    match result.word:
        case Word.ERROR:
            return ExitCode.SUITE_BUG
        case Word.UNKNOWN:
            if strict:
                return ExitCode.FAILED
            return ExitCode.CONFORMS if allow_unknown else ExitCode.UNKNOWN
        case Word.NOT_RUN:
            if result.reason is Reason.TARGET_GONE:
                return ExitCode.TARGET_GONE
            return ExitCode.FAILED if strict else ExitCode.NOTHING_RAN
        case Word.NOT_APPLICABLE:
            return ExitCode.NOTHING_RAN
    return ExitCode.CONFORMS
