"""Run by the Python of the extra `json-checkers`: answers line by line, each within a time limit. Imports none of ours.

{"reader", "writer", "count"}  ->  {"contained": true, false or null (it failed or was too slow), "values": [...]}
"""

import contextlib
import io
import json
import signal
import sys
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis_jsonschema import from_schema
from jsonsubschema import isSubschema  # type: ignore[import-not-found]

LIMIT_S, VALUES_LIMIT_S = 2.0, 0.7


class TooSlow(BaseException):
    """Time is over. No Exception: libraries catch those."""


def over(_signal: object, _frame: object) -> None:
    """The alarm."""
    raise TooSlow


def limited(question: Any, seconds: float) -> Any:
    """Its answer, None for none. What a checker prints is no answer."""
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            return question()
    except TooSlow:
        return None
    except Exception:
        return None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def contained(reader: Any, writer: Any) -> bool:
    """By jsonsubschema; None is its way to say no."""
    return bool(isSubschema(writer, reader))


def values(writer: Any, count: int, found: list[Any]) -> None:
    """By hypothesis-jsonschema."""

    def collect(value: Any) -> None:
        found.append(value)

    wanted = settings(
        max_examples=count, database=None, derandomize=True, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    wanted(given(from_schema(writer))(collect))()


def main() -> None:
    """Until the input ends."""
    signal.signal(signal.SIGALRM, over)
    values({"type": "string"}, 1, [])  # the first draw makes tables of characters, which takes longer than the limit
    for line in sys.stdin:
        asked = json.loads(line)
        drawn: list[Any] = []
        verdict = limited(lambda asked=asked: contained(asked["reader"], asked["writer"]), LIMIT_S)
        if asked["count"]:
            limited(lambda asked=asked, drawn=drawn: values(asked["writer"], asked["count"], drawn), VALUES_LIMIT_S)
        print(json.dumps({"contained": verdict, "values": drawn}), flush=True)


if __name__ == "__main__":
    main()
