"""How much an action does, counted instead of timed: the same on every machine, however busy it is.

Times belong in benchmarks/. A test that promises "no more than" or "grows no faster than" counts steps.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any


def steps(action: Callable[[], object]) -> int:
    """The lines of Python that this thread runs for the action; a line that a loop comes back to counts each time.

    What a function written in C does counts as nothing: it is right for our own loops, not for a library's. Finalizers
    that the garbage collector would call meanwhile wait. Code that walks sets may take a few steps more or less.
    """
    count = 0

    def see(_frame: FrameType, event: str, _argument: object) -> Any:
        nonlocal count
        count += event == "line"
        return see

    before, collects = sys.gettrace(), gc.isenabled()
    gc.disable()
    sys.settrace(see)
    try:
        action()
    finally:
        sys.settrace(before)
        if collects:
            gc.enable()
    return count
