"""One result of one engine."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

TODAY = "rules of today"
"""The variant without a bug."""


class Engine(StrEnum):
    """Who looked."""

    PYTHON = "python"
    TLC = "tlc"
    TWIN = "twin"
    """Both, edge by edge and truth by truth."""
    Z3 = "z3"


HOLDS, PROVED, EQUAL, SKIPPED, UNKNOWN, FAILED = "holds", "proved", "equal", "skipped", "unknown", "failed"
"""Verdicts; a property that is broken reads `breaks NAME`."""


@dataclass(frozen=True)
class Row:
    """What was found, and what is wrong about it. Counts that an engine does not have are None."""

    model: str
    variant: str
    bounds: str
    engine: Engine
    verdict: str
    seconds: float = 0.0
    states: int | None = None
    """Distinct."""
    edges: int | None = None
    """Labelled."""
    depth: int | None = None
    """Levels; the initial states are the first."""
    length: int | None = None
    """States in the shortest counterexample."""
    reached: dict[str, int] = field(default_factory=dict)
    """Witnesses with the length of the shortest trace."""
    fired: tuple[str, ...] = ()
    """Actions that happened."""
    problems: tuple[str, ...] = ()
    note: str = ""

    def wrong(self, *problems: str) -> Row:
        """The same with more problems."""
        return replace(self, problems=(*self.problems, *problems))

    @property
    def recorded(self) -> dict[str, Any]:
        """What a manifest keeps."""
        counts = {name: getattr(self, name) for name in ("states", "edges", "depth", "length")}
        return {"verdict": self.verdict, **{name: value for name, value in counts.items() if value is not None}}


def breaks(name: str) -> str:
    """The verdict of a property that does not hold."""
    return f"breaks {name}"
