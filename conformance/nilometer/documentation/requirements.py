"""The catalogue as pages: an index, and a page an area with everything that `nilometer show` says."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from nilometer.catalogue import Catalogue
from nilometer.documentation.markdown import escape, page, table
from nilometer.plan import verbs
from nilometer.requirement import AREAS, Requirement

LETTERS = {area: letters for letters, area in AREAS.items()}


def by_area(catalogue: Catalogue) -> dict[str, list[Requirement]]:
    """Area -> its requirements by number, areas in the order of reports; one that runs last stands by its number."""
    ordered = sorted(catalogue, key=lambda one: one.order[1:])
    return {area: list(found) for area, found in groupby(ordered, key=lambda one: one.area)}


def anchor(one: Requirement) -> str:
    """Link from the index to the entry."""
    return f"[{one.id}](requirements/{one.area}.md#{one.id.lower()})"


def index(catalogue: Catalogue) -> str:
    """One line a requirement."""
    opening = (
        f"{len(catalogue)} requirements. MUST: a breach fails the run. SHOULD: a breach is reported as `weak`. "
        "INFO: what happens is recorded and judged by nobody."
    )
    parts = [
        opening,
        "An id leads to sources, needs, and ways to fail; `nilometer show ID` says the same.",
    ]
    for area, found in by_area(catalogue).items():
        rows = [[anchor(one), one.level.value, f"`{one.name}`", escape(one.title)] for one in found]
        parts += [f"## {area} ({LETTERS[area]})", table(["id", "level", "name", "what must be"], rows)]
    return page("Requirements", *parts)


def areas(catalogue: Catalogue) -> dict[str, str]:
    """Area -> its page."""
    return {
        area: page(
            f"Requirements: {area}",
            "[All areas](../requirements.md)",
            *(part for one in found for part in entry(one)),
        )
        for area, found in by_area(catalogue).items()
    }


def entry(one: Requirement) -> Iterator[str]:
    """Everything about a requirement."""
    apis = ", ".join(f"{api} v{version}" if version else api for api, version in one.apis.items())
    needs = "; ".join(part for part in (apis, verbs(one.needs)) if part) or "nothing but an answer"
    yield f"## {one.id}"
    yield f"`{one.name}` · {one.level.value} · {', '.join(one.profiles)}"
    yield f"**{escape(one.sentence)}.**"
    if doc := " ".join((one.check.__doc__ or "").split()):
        yield f"Checked by: {escape(doc)}"
    yield f"Sources: {escape('; '.join(one.sources))}"
    yield f"Needs: {escape(needs)}. Run it: `nilometer check -k {one.id}`"
    rows = [[f"`{signature}`", escape(text)] for signature, text in one.signatures.items()]
    yield table(["can fail as", "which means"], rows)
