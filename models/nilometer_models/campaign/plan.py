"""The tasks of a model, the long ones first."""

from __future__ import annotations

from collections.abc import Collection

from nilometer_models.campaign.checks import AnyMachine, Task, has_proof
from nilometer_models.campaign.rows import Engine
from nilometer_models.tlc.config import temporal

ENGINES = frozenset(Engine)


def can_break(machine: AnyMachine, name: str) -> bool:
    """Whether TLC can say that a property is broken: it has no `always_possible`, and the module may leave some out."""
    assert machine.module is not None
    if name in machine.leading_to:
        return name in temporal(machine, machine.module.read_text("utf-8"))
    return name not in machine.can_always


def tasks(
    machine: AnyMachine, engines: Collection[Engine] = ENGINES, *, nightly: bool = False, name: str | None = None
) -> list[Task]:
    """What these engines can say about it. Twins run where TLC does. `name` is how `protocols` knows it."""
    name, made = name or machine.name, []
    for bounds in machine.bounds.values():
        if bounds.nightly and not nightly:
            continue
        made.append(Task(name, Engine.PYTHON, bounds=bounds.name))
        if machine.module is not None:
            made.append(Task(name, Engine.TLC, bounds=bounds.name))
            if bounds.edges:
                made.append(Task(name, Engine.TWIN, bounds=bounds.name))
    for bug in machine.bugs.values():
        made.append(Task(name, Engine.PYTHON, bug=bug.name))
        if machine.module is not None:
            if can_break(machine, bug.breaks):
                made.append(Task(name, Engine.TLC, bug=bug.name))
            made.append(Task(name, Engine.TWIN, bug=bug.name))
    if has_proof(machine):
        made.append(Task(name, Engine.Z3))
    return [task for task in made if task.engine in engines]
