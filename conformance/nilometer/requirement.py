"""What a requirement is: an entry of the catalogue and the check that judges it.

    @requirement(id="L3", name="log.fidelity", level="MUST", …)
    def check(run: Run) -> None: …

The decorator makes a `Requirement` of the function; `catalogue.py` finds it. Words and examples for authors stand in
`requirements/__init__.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nilometer.targets.target import Control, Kind
from nilometer.verdict import Level

if TYPE_CHECKING:
    from nilometer.run import Run

AREAS = {
    "L": "log",
    "V": "visibility",
    "R": "replication",
    "I": "idempotence",
    "T": "transactions",
    "G": "groups",
    "O": "offsets",
    "TI": "time",
    "C": "compaction",
    "A": "administration",
    "S": "schema",
    "W": "wire",
    "X": "security",
}
"""Letters of an id to the area; the order is that of reports."""

OF_REGISTRIES = frozenset({"schema"})
"""Areas whose requirements are about schema registries; all the others are about brokers."""

GROUPS = frozenset(
    {"smoke", "core", "replication", "idempotence", "eos", "groups", "schema", "security", "admin", "all"}
)
"""What an entry of the catalogue may name as its profiles."""

Check = Callable[["Run"], None]
ID = re.compile(r"([A-Z]+)([0-9]+)")


@dataclass(frozen=True)
class Requirement:
    """One entry of the catalogue with its check."""

    id: str
    name: str
    level: Level
    sentence: str
    """What must be, in one sentence that a reader of a failed run understands."""
    profiles: tuple[str, ...]
    sources: tuple[str, ...]
    apis: Mapping[str, int]
    """APIs that the check cannot do without, each with the lowest version that it can use. Of a registry: routes, 0."""
    signatures: Mapping[str, str]
    """Every way in which it can fail, with one sentence; closed."""
    check: Check
    needs: Control = Control.NONE
    """What we must be able to do to the target's processes."""
    time_limit_s: float = 60.0
    last: bool = False
    """Judges what all the others left behind, so it runs after them."""

    @property
    def area(self) -> str:
        """Area by the letters of its id."""
        return AREAS[self._parts[0]]

    @property
    def kind(self) -> Kind:
        """The kind of target that it is about."""
        return Kind.REGISTRY if self.area in OF_REGISTRIES else Kind.BROKER

    @property
    def _parts(self) -> tuple[str, int]:
        found = ID.fullmatch(self.id)
        assert found is not None
        return found[1], int(found[2])

    @property
    def order(self) -> tuple[bool, int, int]:
        """Position in reports: area, then number; those that judge all traffic come last."""
        letters, number = self._parts
        return self.last, list(AREAS).index(letters), number

    @property
    def title(self) -> str:
        """The sentence's beginning, for one line."""
        return self.sentence.split(". ")[0].rstrip(".")


def requirement(
    *,
    id: str,
    name: str,
    level: str,
    sentence: str,
    profiles: Sequence[str],
    sources: Sequence[str],
    signatures: Mapping[str, str],
    apis: Mapping[str, int] | None = None,
    needs: Control = Control.NONE,
    time_limit_s: float = 60.0,
    last: bool = False,
) -> Callable[[Check], Requirement]:
    """Make a `Requirement` of a function. Raises ValueError for an entry that contradicts the catalogue's form."""
    found = ID.fullmatch(id)
    if found is None or found[1] not in AREAS:
        raise ValueError(f"{id=} is not an id of the catalogue: letters of an area and a number")
    if unknown := set(profiles) - GROUPS:
        raise ValueError(f"{id}: unknown profiles {sorted(unknown)}")
    if not signatures or not sources or not profiles:
        raise ValueError(f"{id}: a requirement has profiles, sources, and at least one way to fail")

    def make(check: Check) -> Requirement:
        return Requirement(
            id, name, Level(level), sentence, tuple(profiles), tuple(sources), dict(apis or {}), dict(signatures),
            check, needs, time_limit_s, last,
        )  # fmt: skip

    return make
