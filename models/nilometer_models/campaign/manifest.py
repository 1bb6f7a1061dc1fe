"""`manifest.toml` of a protocol: what its runs said when they were recorded. A run that says something else is wrong.

[bounds."two replicas".python]
verdict = "holds"
states = 8615

[bugs.B001.tlc]
verdict = "breaks committed_within_isr"
length = 10

[witnesses]
logs_diverge = 9
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from typing import Any

from nilometer_models.campaign.checks import AnyMachine
from nilometer_models.campaign.rows import SKIPPED, TODAY, Engine, Row

FILE = "manifest.toml"
Manifest = dict[str, Any]


def from_rows(rows: Sequence[Row]) -> Manifest:
    """What these rows say, in the form of the file."""
    made: Manifest = {"bounds": {}, "bugs": {}, "proof": {}, "witnesses": {}}
    for row in rows:
        if row.verdict == SKIPPED:
            continue
        if row.engine is Engine.Z3:
            made["proof"] = {**row.recorded, "note": row.note}
        elif row.variant == TODAY:
            made["bounds"].setdefault(row.bounds, {})[str(row.engine)] = row.recorded
        else:
            made["bugs"].setdefault(row.variant, {"bounds": row.bounds})[str(row.engine)] = row.recorded
        for name, length in row.reached.items():
            made["witnesses"][name] = min(length, made["witnesses"].get(name, length))
    return made


def load(machine: AnyMachine) -> Manifest:
    """What was recorded; empty if nothing was."""
    if machine.home is None or not (machine.home / FILE).exists():
        return {}
    return tomllib.loads((machine.home / FILE).read_text("utf-8"))


def record(machine: AnyMachine, rows: Sequence[Row]) -> None:
    """Write what these rows say over what was recorded about the same bounds and bugs; what is gone, goes."""
    import tomli_w  # noqa: PLC0415  # only who records needs it

    assert machine.home is not None
    old, new = load(machine), from_rows(rows)
    lengths = {**old.get("witnesses", {}), **new["witnesses"]}
    if not _all_looked(old, new):  # the shortest way may lead through bounds that were not explored now
        lengths = {name: min(length, old.get("witnesses", {}).get(name, length)) for name, length in lengths.items()}
    for section, known in (("bounds", machine.bounds), ("bugs", machine.bugs)):
        kept = {name: entry for name, entry in old.get(section, {}).items() if name in known}
        for name, entry in new[section].items():
            kept[name] = {**kept.get(name, {}), **entry}
        new[section] = {name: kept[name] for name in known if name in kept}
    new["proof"] = new["proof"] or old.get("proof", {})
    new["witnesses"] = {name: lengths[name] for name in machine.witnesses if name in lengths}
    (machine.home / FILE).write_text(tomli_w.dumps({name: part for name, part in new.items() if part}), "utf-8")


def _all_looked(recorded: Manifest, now: Manifest) -> bool:
    """Whether everything that Python explored when this was recorded was explored again."""
    python = str(Engine.PYTHON)
    before = {name for name, engines in recorded.get("bounds", {}).items() if python in engines}
    return before <= {name for name, engines in now["bounds"].items() if python in engines}


def differences(machine: AnyMachine, rows: Sequence[Row]) -> list[str]:
    """Where the rows say something that was not recorded so."""
    recorded, now = load(machine), from_rows(rows)
    found = []
    for section in ("bounds", "bugs"):
        for name, engines in now[section].items():
            known = recorded.get(section, {}).get(name, {})
            for engine, entry in engines.items():
                if engine == "bounds":
                    continue
                if known.get(engine) != entry:
                    found.append(f"{name}, {engine}: {entry}; recorded {known.get(engine, 'nothing')}")
        known_names = machine.bounds if section == "bounds" else machine.bugs
        gone = [name for name in recorded.get(section, {}) if name not in known_names]
        found += [f"{name} is recorded, and is no longer among the {section}" for name in gone]
    for name, length in now["witnesses"].items():
        known_length = recorded.get("witnesses", {}).get(name, length)
        if length < known_length or (length > known_length and _all_looked(recorded, now)):
            found.append(f"{name}: {length} states; recorded {known_length}")
    if now["proof"] and now["proof"] != recorded.get("proof"):
        found.append(f"proof: {now['proof']}; recorded {recorded.get('proof', 'nothing')}")
    return found
