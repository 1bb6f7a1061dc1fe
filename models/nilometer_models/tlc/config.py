"""The configuration file of an instance, written from its Python configuration, so that both mean the same bounds.

Every field of the configuration is a CONSTANT in camelCase, capitalised as TLA+ has it: `max_epoch` is `MaxEpoch`.
Fields of a nested NamedTuple (`rules`) are constants too. `None` is a model value.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any

from nilometer_models.machine import Instance, Machine
from nilometer_models.tlc.values import camel_case


def constant_name(name: str) -> str:
    """`fetch_waits` -> `FetchWaits`."""
    made = camel_case(name)
    return made[0].upper() + made[1:]


def literal(value: Any) -> str:
    """A value as the configuration file writes it."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return f'"{value}"'
    if value is None:
        return "None"
    if isinstance(value, frozenset | set):
        return "{" + ", ".join(sorted(map(literal, value))) + "}"
    raise TypeError(f"{value!r} cannot stand in a configuration file")


def constants(config: Any) -> Iterator[tuple[str, str]]:
    """(name, literal) of every field, those of nested NamedTuples among them."""
    for name in config._fields:
        value = getattr(config, name)
        if hasattr(value, "_fields"):
            yield from constants(value)
        else:
            yield constant_name(name), literal(value)


def temporal(machine: Machine[Any, Any, Any], text: str) -> list[str]:
    """Properties of what must come that the text of a module defines, under their names in TLA+, beside `FairSpec`."""
    if not re.search(r"^FairSpec\s*==", text, re.MULTILINE):
        return []
    return [
        name for name, claim in machine.leading_to.items() if re.search(rf"^{claim.tla_name}\s*==", text, re.MULTILINE)
    ]


def configuration(
    instance: Instance[Any, Any, Any], *, only: Collection[str] | None = None, fair: Collection[str] = ()
) -> str:
    """The text of the `.cfg`: every invariant and step property, or `only` those of these (Python) names.

    `fair` names properties of what must come; with them TLC takes `FairSpec`, which says which actions are fair.
    """
    machine = instance.machine
    lines = ["CONSTANTS", "  None = None"]
    lines += [f"  {name} = {value}" for name, value in constants(instance.config)]
    fair = [name for name in fair if only is None or name in only]
    lines += ["SPECIFICATION FairSpec"] if fair else ["INIT Init", "NEXT Next"]
    of_runs = {**machine.step_properties, **{name: machine.leading_to[name] for name in fair}}
    for section, claims in (("INVARIANTS", machine.invariants), ("PROPERTIES", of_runs)):
        chosen = [claim.tla_name for name, claim in claims.items() if only is None or name in only]
        lines += [section, *(f"  {name}" for name in chosen)] if chosen else []
    return "\n".join(lines) + "\n"
