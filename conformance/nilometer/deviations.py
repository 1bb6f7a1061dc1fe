"""Known bugs of software that we check: each breaks one requirement in one way, and is shown as `xfail`.

A violation is one of these only if every counterexample has a signature that is declared here for this requirement
and this software; any other way to break it fails as ever. A bug that shows in a race only need not show: that a
requirement passes says nothing against its entry.
"""

from __future__ import annotations

from dataclasses import dataclass

from nilometer.targets.target import Target
from nilometer.verdict import Result


@dataclass(frozen=True)
class Deviation:
    """One bug of one product."""

    software: str
    """As `Target.software` names it."""
    requirement: str
    signature: str
    reason: str
    """What goes wrong, when, and where that can be read."""


MARKERS_LEFT_OUT = """\
A coordinator that comes back after SIGKILL sends the markers of a decided transaction while its own broker is not yet
in the metadata. It takes partitions that have no leader for deleted ones, leaves their markers out and writes the
transaction down as complete: the last stable offset stays where it is for ever. Seen in 4.3.1, mostly on busy machines;
the broker says "Couldn't find leader endpoint for partitions …, these partitions are likely deleted already and hence
can be skipped" (TransactionMarkerChannelManager.addTxnMarkersToBrokerQueue)."""

DEVIATIONS = (
    Deviation("Apache Kafka", "T18", "completed-without-markers", MARKERS_LEFT_OUT.replace("\n", " ")),
)  # fmt: skip


def deviation_of(target: Target | None, result: Result) -> str:
    """The reason why this violation was to be expected of the target; empty if it was not."""
    if target is None or not result.counterexamples or len(result.counterexamples) < result.violations:
        return ""
    known = {
        one.signature: one.reason
        for one in DEVIATIONS
        if one.software == target.software and one.requirement == result.id
    }
    found = {one.signature for one in result.counterexamples}
    return " ".join(known[signature] for signature in sorted(found)) if found <= known.keys() else ""
