"""The known bugs of the reference broker: where each comes from, which requirements catch it, how to see it."""

from __future__ import annotations

from nilometer.catalogue import Catalogue
from nilometer.documentation import markdown
from nilometer.documentation.markdown import escape, table
from nilometer_reference.faults.catalogue import all_faults


def named(id: str, catalogue: Catalogue) -> str:
    """A requirement that a bug names: a link, or a note that it is not written yet."""
    if id not in catalogue:
        return f"{id} (not written yet)"
    return f"[{id}](requirements/{catalogue[id].area}.md#{id.lower()})"


def rows(catalogue: Catalogue) -> list[list[str]]:
    """A row a bug."""
    return [
        [
            f"`{one.id}`",
            escape(one.sentence),
            escape(one.source),
            ", ".join(named(id, catalogue) for id in one.caught_by),
            f"`nilometer check reference+{one.id} -k {one.caught_by[0]}`",
        ]
        for one in all_faults().values()
    ]


def page(catalogue: Catalogue) -> str:
    """The whole page."""
    found = rows(catalogue)
    return markdown.page(
        "Track record",
        f"{len(found)} bugs that brokers and clients in the field have had. The reference broker has each of them as a "
        "switch, one at a time. The first requirement named is meant to catch it. `nilometer selftest` tells which are "
        "caught, and whether the same requirements find nothing on the broker without a bug. In the last complete run "
        "in its profile, core, each was caught by the first, and nothing was found without a bug. The profile smoke "
        "restarts no broker, so B048 and B094 are not caught there.",
        table(["bug", "what goes wrong", "known from", "caught by", "see it"], found),
    )
