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

APICURIO_HISTORY = """\
POST /compatibility/subjects/{subject}/versions compares with every version, also at a level that is not transitive;
a registration and .../versions/latest compare with the last one. Seen in 3.3.3."""
APICURIO_PREFIX = """\
subjectPrefix finds subjects that have the text anywhere in their names, not only at the beginning. Seen in 3.3.3."""
APICURIO_MODES = """\
The mode of a subject is stored and read back, and nothing looks at it: READONLY is written to, IMPORT takes no id and
compares as ever. Seen in 3.3.3."""
APICURIO_NORMALIZE = """\
With normalize=true, schemas that differ in an alias or in a default of null are one: the second one is answered with
the id of the first, and is not stored. Seen in 3.3.3."""
SRFAKE = """\
A registry for tests of clients: compatibility is always true, which its README says; modes and paging are not looked
at, a permanent delete needs no soft one
before, and a subject that was deleted softly takes nothing more. Seen in 1.8.0."""

DEVIATIONS = (
    Deviation("Apache Kafka", "T18", "completed-without-markers", MARKERS_LEFT_OUT.replace("\n", " ")),
    Deviation("Apicurio", "S3", "prefix-ignored", APICURIO_PREFIX.replace("\n", " ")),
    Deviation("Apicurio", "S4", "history-says-no", APICURIO_HISTORY.replace("\n", " ")),
    *(
        Deviation("Apicurio", "S8", signature, APICURIO_MODES.replace("\n", " "))
        for signature in ("written-in-readonly", "import-over-versions", "import-changed", "import-checked")
    ),
    Deviation("Apicurio", "S9", "content-lost", APICURIO_NORMALIZE.replace("\n", " ")),
    *(
        Deviation("srfake", requirement, signature, SRFAKE.replace("\n", " "))
        for requirement, signature in (
            ("S3", "page-ignored"), ("S4", "endpoint-says-yes"), ("S4", "history-says-yes"),
            ("S4", "registration-says-yes"), ("S5", "does-not-decode"), ("S6", "deleted-at-once"),
            ("S6", "not-revived"), ("S8", "written-in-readonly"), ("S8", "import-over-versions"),
        )
    ),
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
    reasons = dict.fromkeys(known[signature] for signature in sorted(found & known.keys()))
    return " ".join(reasons) if found <= known.keys() else ""
