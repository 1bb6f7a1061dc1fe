"""Reports of runs on a scripted target."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nilometer.campaign import Campaign, Column, Listener, Report
from nilometer.run import Run
from nilometer.settings import Settings
from tests.conformance.fragile import Fragile
from tests.conformance.requiring import make_requirement


def violates(run: Run) -> None:
    """One contradiction with one exchange."""
    run.session.metadata([])
    run.violated("wrong", expected=1, seen=2)


def a_report(
    check: Callable[[Run], None] = lambda run: run.holds(204),
    *,
    listener: Listener | None = None,
    **fields: Any,
) -> Report:
    """One requirement on one target."""
    settings = Settings(seed=7, run_id="abc123", timeout_s=1)
    columns = [Column("fragile:", Fragile())]
    return Campaign(columns, [make_requirement(check, **fields)], settings, [listener] if listener else []).run()
