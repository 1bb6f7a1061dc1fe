"""Generated inputs: Hypothesis finds one that contradicts, and makes it small.

The oracle is the test function, which calls `run.judge`. What it raises inside an example:

    Contradiction     a finding: Hypothesis shrinks it, the smallest is what the report shows
    NotObservable     this example could not be judged: counted as skipped, the search goes on
    anything else     a mistake of ours: it leaves `explore` and the requirement ends as an error

A broker need not behave the same way twice. A contradiction that was seen once has its evidence and stands, also
when the same input does not show it again.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as with_seed
from hypothesis.errors import HypothesisException
from hypothesis.strategies import SearchStrategy

from nilometer.verdict import Counterexample, NotObservable, Reason

if TYPE_CHECKING:
    from nilometer.run import Run

T = TypeVar("T")
EXAMPLE_TEXT_MAX = 2_000
SHRINK_S = 5.0
"""A contradiction is made smaller for so long; what was reached by then is shown."""


class Contradiction(Exception):
    """Ends an example; Hypothesis then looks for a smaller one."""

    def __init__(self, counterexample: Counterexample) -> None:
        super().__init__(f"{counterexample.signature}: expected {counterexample.expected}, saw {counterexample.seen}")
        self.counterexample = counterexample


class Enough(BaseException):
    """Ends the search at once: Hypothesis takes no `BaseException` for a finding, nor for a reason to go on."""


def explore(run: Run, strategy: SearchStrategy[T], test: Callable[[T], None], examples: int) -> Counterexample | None:
    """The smallest contradiction found, or None."""
    smallest: list[Counterexample] = []
    failing = 0
    shrink_until = float("inf")

    def once(example: T) -> None:
        nonlocal failing, shrink_until
        if time.monotonic() > shrink_until:
            raise Enough
        if run.out_of_time:
            if not smallest:
                run.skip(Reason.TIME, "the time for this requirement was over")
            return
        run.journal.forget()
        try:
            test(example)
        except NotObservable as missing:
            run.skip(missing.reason, missing.detail)
        except Contradiction as found:
            failing += 1
            if failing == 1:
                shrink_until = time.monotonic() + SHRINK_S
            text = repr(example)
            smallest[:] = [replace(found.counterexample, example=text[:EXAMPLE_TEXT_MAX])]
            raise
        finally:
            run.close_examples()

    search = with_seed(random.Random(run.seed).getrandbits(64))(
        settings(
            max_examples=examples, deadline=None, database=None, report_multiple_bugs=False,
            phases=(Phase.explicit, Phase.generate, Phase.shrink), suppress_health_check=list(HealthCheck),
            print_blob=False,
        )(given(strategy)(once))
    )  # fmt: skip
    try:
        search()
    except (Contradiction, Enough):
        pass
    except HypothesisException:
        if not smallest:  # a flaky contradiction is one: see above
            raise
    return replace(smallest[0], shrunk_from=failing) if smallest else None
