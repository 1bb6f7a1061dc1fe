"""Cases that no run goes without, each judged like a generated one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from nilometer.run import Run
from nilometer.verdict import NotObservable

Case = TypeVar("Case")


def directed(run: Run, example: Callable[[Case], None], cases: Iterable[Case]) -> None:
    """`example` for each case; one that cannot be observed is skipped and the next one is tried.

    As in `run.explore` each begins with actors of its own, but every contradiction is recorded.
    """
    for case in cases:
        if run.out_of_time:
            return
        run.journal.forget()
        try:
            example(case)
        except NotObservable as missing:
            run.skip(missing.reason, missing.detail)
        finally:
            run.close_examples()
