"""How a model understands the events of a broker.

    READING = Reading(instance, translate, observe, silent=("SendRequest",), hidden=…)

    translate(event) -> Step | None              the actions that the event may tell of, with arguments that it names;
                                                 None for an event that is none of this model's business
    observe(before, after, event) -> fields      what the source of the event knows when this step is done, named as in
                                                 `event.observed`
    silent, hidden(before, after)                actions that may happen before any event, where the step changes
                                                 nothing that an event would tell of

A step that names no action may be any; arguments that it does not name may be any of their domain.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic

from nilometer_models.machine import Action, C, Instance, S, V
from nilometer_models.validation.events import Event


@dataclass(frozen=True)
class Step:
    """What an event says about the step of the model."""

    actions: tuple[str, ...] = ()
    """Any of these; any at all if none is named."""
    args: Mapping[str, Any] = field(default_factory=dict)


Translate = Callable[[Event], Step | None]
Hidden = Callable[[Any, Any], bool]
Observe = Callable[[Any, Any, Event], Mapping[str, Any]]
Move = tuple[Action, tuple[Any, ...]]


@dataclass(frozen=True)
class Reading(Generic[C, S, V]):
    """See the module."""

    instance: Instance[C, S, V]
    translate: Translate
    observe: Observe
    silent: tuple[str, ...] = ()
    hidden: Hidden = lambda _before, _after: True

    def moves(self, step: Step) -> Iterator[Move]:
        """Every action with arguments that the step may be."""
        machine = self.instance.machine
        actions = [machine.action_named(name) for name in step.actions] or machine.actions
        for action in actions:
            yield from _moves(self.instance.config, action, step.args)

    def silent_moves(self) -> list[Move]:
        """Every silent action with every combination of its arguments."""
        machine = self.instance.machine
        return [move for name in self.silent for move in _moves(self.instance.config, machine.action_named(name), {})]

    def differences(self, before: S, after: S, event: Event) -> dict[str, tuple[Any, Any]]:
        """Fields of which the event says something else than this step of the model: (event, model)."""
        known = self.observe(before, after, event)
        return {name: (value, known.get(name)) for name, value in event.observed.items() if known.get(name) != value}


def _moves(config: Any, action: Action, named: Mapping[str, Any]) -> Iterator[Move]:
    """The action with the named arguments, and every value of the others."""
    if not named.keys() <= action.domains.keys():
        return
    combinations: list[tuple[Any, ...]] = [()]
    for name, domain in action.domains.items():
        values = [named[name]] if name in named else list(domain(config))
        combinations = [(*before, value) for before in combinations for value in values]
    for combination in combinations:
        yield action, combination
