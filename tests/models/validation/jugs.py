"""Jugs as a broker would tell of them: every step with its jug, or with what the big one holds only."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from nilometer_models.machine import Instance
from nilometer_models.validation.events import Event
from nilometer_models.validation.reading import Reading, Step
from tests.models import toy

NAMES = {"filled": "Fill", "emptied": "Empty", "poured": "Pour"}


def named(event: Event) -> Step | None:
    """The event names its action; heartbeats are not the model's."""
    return None if event.name == "heartbeat" else Step((NAMES[event.name],), event.args)


def unnamed(event: Event) -> Step | None:
    """Something has happened."""
    return None if event.name == "heartbeat" else Step()


def observe(_: toy.State, state: toy.State, event: Event) -> Mapping[str, Any]:
    assert event.source == "kitchen"
    return {"small": state.small, "big": state.big}


def reading(**options: Any) -> Reading[toy.Config, toy.State, toy.State]:
    return Reading(toy.instance(), **{"translate": named, "observe": observe, **options})


def walk(steps: int, chance: random.Random, fields: tuple[str, ...] = ("small", "big")) -> list[Event]:
    """A run, as its events."""
    instance: Instance[toy.Config, toy.State, toy.State] = toy.instance()
    state = next(instance.initial())
    events = []
    for clock in range(1, steps + 1):
        action, arguments, state = chance.choice(list(instance.steps(state)))
        name = next(name for name, known in NAMES.items() if known == action.name)
        observed = {field: getattr(state, field) for field in fields}
        events.append(Event("kitchen", name, clock, dict(zip(action.domains, arguments, strict=True)), observed))
    return events
