"""What a checker came to: how many instances of a premise it judged, and those that contradict.

judgement = realtime_order(appends)      pure: observations in, judgement out
judgement.tell(run)                      counts, and hands each finding over with its evidence
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

from nilometer.clients.exchange import Exchange


class Judge(Protocol):
    """Who counts: a `nilometer.run.Run`."""

    def holds(self, count: int = 1) -> None:
        """`count` instances do not contradict."""

    def violated(
        self, signature: str, *, expected: object, seen: object, evidence: Iterable[Exchange] | Exchange | None = None
    ) -> None:
        """One instance contradicts."""


@dataclass(frozen=True)
class Finding:
    """One contradiction. Both texts name the values that disagree, so that a reader can look them up."""

    signature: str
    expected: str
    seen: str
    evidence: tuple[Exchange | None, ...] = ()
    """The exchanges that contradict each other, as few as possible; None for what was not observed in one."""


@dataclass
class Judgement:
    """Instances and findings of one premise."""

    judged: int = 0
    """Instances, findings included."""
    findings: list[Finding] = field(default_factory=list)

    def holds(self, count: int = 1) -> None:
        """`count` instances that do not contradict."""
        self.judged += count

    def contradicts(self, signature: str, expected: object, seen: object, *evidence: Exchange | None) -> None:
        """One instance that does."""
        self.judged += 1
        self.findings.append(Finding(signature, str(expected), str(seen), evidence))

    def tell(self, judge: Judge) -> None:
        """Count into a run. Findings come first: inside `explore` the first one ends the example."""
        for one in self.findings:
            evidence = [exchange for exchange in one.evidence if exchange is not None]
            judge.violated(one.signature, expected=one.expected, seen=one.seen, evidence=evidence or None)
        if self.judged > len(self.findings):
            judge.holds(self.judged - len(self.findings))
