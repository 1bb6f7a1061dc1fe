"""Traces as JSON files, schema `nilometer-trace/1`: a trace is its actions and arguments; states follow from them.

schema     nilometer-trace/1
model      name of the machine
params     fields of the configuration, `rules` among them
start      which of the initial states, from 1
steps      n, action, args, and what changed, for people
violation  invariant: the property that the end breaks; null if none

After a change of the model a trace is taken again by name; where a step is no longer possible, `load` says so.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from nilometer_models.machine import Instance, Label, Machine
from nilometer_models.traces import Trace, replay

SCHEMA = "nilometer-trace/1"


def save(trace: Trace[Any, Any, Any], path: Path) -> None:
    """Write a trace."""
    changed = [text for _, _, text in trace.rows()][1:]
    content = {
        "schema": SCHEMA,
        "model": trace.instance.machine.name,
        "params": as_json(trace.instance.config),
        "start": list(trace.instance.initial()).index(trace.states[0]) + 1,
        "steps": [
            {
                "n": number,
                "action": label.action,
                "args": {name: as_json(value) for name, value in label.args},
                "changed": text,
            }
            for number, (label, text) in enumerate(zip(trace.labels, changed, strict=True), start=2)
        ],
        "violation": {"invariant": trace.broken} if trace.broken else None,
    }
    path.write_text(json.dumps(content, indent=1) + "\n", "utf-8")


def load(path: str | Path, machine: Machine[Any, Any, Any] | None = None) -> Trace[Any, Any, Any]:
    """Read a trace, and take its steps again. ValueError if it is no trace, or where a step is not possible.

    `machine`, if it is none of ours.
    """
    content = json.loads(Path(path).read_text("utf-8"))
    if not isinstance(content, dict) or content.get("schema") != SCHEMA:
        raise ValueError(f"{path} is no {SCHEMA}")
    if machine is None:
        from nilometer_models import protocols  # noqa: PLC0415

        machine = protocols.machine(content["model"])
    example = next(iter(machine.bounds.values())).config
    instance = Instance(machine, from_json(example, content["params"]))
    labels = [_label(instance, step["action"], step["args"]) for step in content["steps"]]
    trace = replay(instance, labels, content["start"])
    broken = (content["violation"] or {}).get("invariant")
    return Trace(instance, trace.states, trace.labels, broken)


def as_json(value: Any) -> Any:
    """A value of a configuration or an argument."""
    if hasattr(value, "_fields"):
        return {name: as_json(getattr(value, name)) for name in value._fields}
    if isinstance(value, tuple):
        return [as_json(item) for item in value]
    if isinstance(value, frozenset):
        return sorted((as_json(item) for item in value), key=repr)
    return value


def from_json(example: Any, value: Any) -> Any:
    """The value of which this is the JSON, of the example's type."""
    if hasattr(example, "_fields"):
        return type(example)(**{name: from_json(getattr(example, name), item) for name, item in value.items()})
    if isinstance(value, list):
        return frozenset(value) if isinstance(example, frozenset) else _as_tuple(value)
    return value


def _as_tuple(value: Any) -> Any:
    return tuple(map(_as_tuple, value)) if isinstance(value, list) else value


def _label(instance: Instance[Any, Any, Any], action: str, args: dict[str, Any]) -> Label:
    for candidate, arguments in instance.candidates:
        label = candidate.label(arguments)
        if label.action == action and {name: as_json(value) for name, value in label.args} == args:
            return label
    words = ", ".join(f"{name}={value}" for name, value in args.items())
    raise ValueError(f"{instance.machine.name} has no step {action}({words}) in these bounds")
