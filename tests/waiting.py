"""Waiting for what a cluster promises to do soon: brokers learn of a change after the controller has answered."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE_S = 30.0


def eventually(condition: Callable[[], object], what: str = "", patience_s: float = PATIENCE_S) -> None:
    """Return when the condition holds; AssertionError if it has not come true within that time."""
    deadline = time.monotonic() + patience_s
    while not condition():
        assert time.monotonic() < deadline, f"not within {patience_s} s: {what or condition}"
        time.sleep(0.02)
