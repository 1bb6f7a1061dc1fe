"""Runs that did not happen, made of one that did: an event is dropped, doubled, swapped with its neighbour, or altered.

Some are runs of the model again: two independent events may change places, and a last event may be missing. What a
validator refuses of each kind says how much the events tell.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from nilometer_models.validation.events import Event

KINDS = ("drop", "double", "swap", "alter")


def corruptions(events: Sequence[Event], chance: random.Random) -> Iterator[tuple[str, int, list[Event]]]:
    """(kind, position, log) without end; every log differs from the given one."""
    while True:
        kind, at = chance.choice(KINDS), chance.randrange(len(events))
        made = list(events)
        if kind == "drop":
            del made[at]
        elif kind == "double":
            made.insert(at, events[at])
        elif kind == "swap":
            if at + 1 == len(events) or _says(events[at]) == _says(events[at + 1]):
                continue
            made[at], made[at + 1] = made[at + 1], made[at]
        elif (altered := _altered(events[at], chance)) is not None:
            made[at] = altered
        else:
            continue
        yield kind, at, made


def _says(event: Event) -> tuple[Any, ...]:
    return event.source, event.name, dict(event.args), dict(event.observed)


def _altered(event: Event, chance: random.Random) -> Event | None:
    """One observed number or truth is another one; None for an event that has none."""
    names = [name for name, value in event.observed.items() if isinstance(value, int)]
    if not names:
        return None
    name = chance.choice(names)
    value = event.observed[name]
    other = (not value) if isinstance(value, bool) else value + chance.choice((-2, -1, 1, 2))
    return replace(event, observed={**event.observed, name: other})
