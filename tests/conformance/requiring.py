"""Requirements of the tests, and subjects to judge them on, without any broker."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nilometer.clients.cluster import Versions
from nilometer.clients.exchange import Journal
from nilometer.requirement import Requirement, requirement
from nilometer.run import Run, Subject
from nilometer.settings import Settings
from nilometer.targets.target import Target


def make_requirement(check: Callable[[Run], None] = lambda run: run.holds(), **fields: Any) -> Requirement:
    """A whole requirement around a check."""
    given: dict[str, Any] = {
        "id": "L99", "name": "log.test", "level": "MUST", "sentence": "Something holds", "profiles": ("core",),
        "sources": ("a test",), "signatures": {"wrong": "it does not hold", "other": "it does not hold otherwise"},
    }  # fmt: skip
    return requirement(**{**given, **fields})(check)


def make_subject(
    *addresses: tuple[str, int], target: Target | None = None, ranges: dict[int, tuple[int, int]] | None = None
) -> Subject:
    """Nobody listens at 127.0.0.1:1."""
    versions = Versions(ranges if ranges is not None else {18: (0, 4), 3: (0, 13)})
    return Subject("subject", list(addresses) or [("127.0.0.1", 1)], versions, Journal(), target)


def make_run(check: Callable[[Run], None] = lambda run: run.holds(), **fields: Any) -> Run:
    """A run of a requirement whose time never ends."""
    return Run(make_requirement(check, **fields), make_subject(), Settings(seed=1, run_id="abc123"), float("inf"))
