"""How the models of `protocols` understand the events of the reference broker, one file each.

A run of a broker is many runs of a model, each of which has one producer, one transactional id or one group: every
module has `parts(events)`, which answers them with the events of each in the model's own numbers.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from nilometer_models.validation.events import Event
from nilometer_models.validation.reading import Reading


class Part(NamedTuple):
    """A run of one model within the run of a broker."""

    title: str
    reading: Reading[Any, Any, Any]
    events: list[Event]


def _parts_of(name: str) -> Callable[[Sequence[Event]], Iterator[Part]]:
    """`parts` of the module of that name, which is imported when it is used."""

    def parts(events: Sequence[Event]) -> Iterator[Part]:
        found: Iterator[Part] = importlib.import_module(f"{__name__}.{name}").parts(events)
        return found

    return parts


READINGS: Final = {name: _parts_of(name) for name in ("classic_group", "idempotence", "transactions")}
"""By the name of the model."""
