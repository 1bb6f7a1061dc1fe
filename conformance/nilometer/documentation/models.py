"""The models as a page: what was explored, what holds, which bugs are killed, as the manifests have it."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from typing import Any

from nilometer.catalogue import Catalogue
from nilometer.documentation import markdown
from nilometer.documentation.markdown import escape, table
from nilometer_models import protocols
from nilometer_models.campaign import manifest
from nilometer_models.campaign.checks import AnyMachine, describe
from nilometer_models.campaign.manifest import Manifest
from nilometer_models.campaign.rows import EQUAL, HOLDS
from nilometer_models.machine import Bug, Property

SOURCES = "../../models/nilometer_models/protocols/"


def sentence(text: str) -> str:
    """The first one, for a cell."""
    return escape(" ".join(text.split()).split(". ")[0].rstrip("."))


def ids(claim: Property, catalogue: Catalogue) -> str:
    """Requirements that a claim speaks for, linked where the suite has them."""
    known = {one.id: one for one in catalogue}
    return ", ".join(
        f"[{id}](requirements/{known[id].area}.md#{id.lower()})" if id in known else id for id in claim.ids
    )


def count(number: int | None) -> str:
    """With separators; a dash where nothing was recorded."""
    return "-" if number is None else f"{number:,}"


def bounds_rows(machine: AnyMachine, recorded: Manifest) -> Iterator[list[str]]:
    """Name and configuration, states, edges, depth, and who agrees."""
    for bounds in machine.bounds.values():
        engines: dict[str, dict[str, Any]] = recorded.get("bounds", {}).get(bounds.name, {})
        python, tlc, twin = (engines.get(name, {}) for name in ("python", "tlc", "twin"))
        counts = {name: python.get(name, tlc.get(name)) for name in ("states", "edges", "depth")}
        agree = [
            name
            for name, entry, good in (("Python", python, HOLDS), ("TLC", tlc, HOLDS), ("edge by edge", twin, EQUAL))
            if entry.get("verdict") == good
        ]
        when = ", nightly" if bounds.nightly else ""
        yield [
            f"{escape(bounds.name)}: {escape(describe(bounds.config))}{when}",
            *(count(counts[name]) for name in ("states", "edges", "depth")),
            ", ".join(agree) or "not recorded",
        ]


def property_rows(machine: AnyMachine, catalogue: Catalogue) -> Iterator[list[str]]:
    """Name, kind, sentence, requirements, and the bugs that break it."""
    by_kind: dict[str, Mapping[str, Property]] = {
        "invariant": machine.invariants,
        "step": machine.step_properties,
        "stays possible": machine.can_always,
        "must come": machine.leading_to,
    }
    for kind, claims in by_kind.items():
        for name, claim in claims.items():
            broken = ", ".join(bug.name for bug in machine.bugs.values() if bug.breaks == name)
            yield [f"`{name}`", kind, sentence(claim.doc), ids(claim, catalogue), broken]


def bug_row(bug: Bug[Any], recorded: Manifest) -> list[str]:
    """Name, what is wrong, source, what breaks, smallest bounds, and in how many steps who finds it."""
    engines: dict[str, Any] = recorded.get("bugs", {}).get(bug.name, {})
    found = []
    for name, engine in (("Python", "python"), ("TLC", "tlc")):
        entry = engines.get(engine, {})
        if entry.get("verdict", "").startswith("breaks "):
            found.append(f"{name} in {entry['length'] - 1} steps" if "length" in entry else name)
    bounds = escape(describe(bug.config))
    return [
        bug.name,
        escape(bug.title),
        escape(bug.source),
        f"`{bug.breaks}`",
        bounds,
        ", ".join(found) or "not recorded",
    ]


def kinds(bug: dict[str, Any]) -> list[dict[str, Any]]:
    """What each engine recorded about a bug."""
    return [entry for entry in bug.values() if isinstance(entry, dict)]


def witness_rows(machine: AnyMachine, recorded: Manifest) -> Iterator[list[str]]:
    """Name, sentence, and how far away it is."""
    lengths = recorded.get("witnesses", {})
    for name, claim in machine.witnesses.items():
        yield [f"`{name}`", sentence(claim.doc), str(lengths[name] - 1) if name in lengths else "not recorded"]


def section(name: str, catalogue: Catalogue) -> Iterator[str]:
    """Everything about one model."""
    machine, recorded = protocols.machine(name), manifest.load(protocols.machine(name))
    yield f"## {name}"
    module = importlib.import_module(protocols.module_name(name))
    yield sentence(module.__doc__ or "") + "."
    places = [f"[Python]({SOURCES}{name})"]
    if machine.module is not None:
        places.append(f"[TLA+]({SOURCES}{name}/{machine.module.name})")
    yield " · ".join([*places, f"`nilometer prove {name}`"])
    if note := recorded.get("proof", {}).get("note"):
        yield f"Proved by z3 for any size: {escape(note)}."
    yield table(["bounds", "states", "edges", "depth", "holds in"], bounds_rows(machine, recorded))
    yield table(["promise", "kind", "what holds", "requirements", "broken by"], property_rows(machine, catalogue))
    bugs = [bug_row(bug, recorded) for bug in machine.bugs.values()]
    yield table(["bug", "what is wrong", "source", "breaks", "smallest bounds", "found by"], bugs)
    if machine.witnesses:
        yield table(["witness", "what is reached", "steps"], witness_rows(machine, recorded))


def page(catalogue: Catalogue) -> str:
    """The whole page."""
    names = protocols.names()
    machines = [protocols.machine(name) for name in names]
    twice = sum(machine.module is not None for machine in machines)
    recorded = [manifest.load(machine).get("bugs", {}).values() for machine in machines]
    killed = sum(any("breaks" in entry.get("verdict", "") for entry in kinds(bug)) for bugs in recorded for bug in bugs)
    bugs = sum(len(machine.bugs) for machine in machines)
    return markdown.page(
        "Models",
        f"{len(names)} models of Kafka's protocols, {twice} of them written twice, in Python and in TLA+. Recorded as "
        f"killed are {killed} of {bugs} bugs. `nilometer prove` explores both texts to the end, compares states and "
        "labelled edges, runs every bug, and fails where something is not as it is recorded here.",
        "*states*: distinct; *depth*: levels, the initial states are the first. *steps*: of a shortest trace. Bugs "
        "with a number are documented ones; the others are edits of ours, so that every promise is broken by "
        "something. Rules are those of today's Kafka; a bug is the same text with another rule.",
        *(part for name in names for part in section(name, catalogue)),
    )
