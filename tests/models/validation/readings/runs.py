"""Runs of the reference broker, recorded in memory: what real producers do to it, told event by event."""

from __future__ import annotations

from functools import partial
from typing import Any

from nilometer_models.validation.events import Event
from nilometer_reference.broker.broker import Broker
from tests.reference.harness import Harness


class Recorder:
    """A tracer that makes the events of `nilometer_models.validation`."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def event(self, name: str, args: dict[str, Any], observed: dict[str, Any]) -> None:
        self.events.append(Event("broker-0", name, len(self.events) + 1, args, observed))


def recorded() -> tuple[Harness, Recorder]:
    """A broker that tells, and what it has told."""
    recorder = Recorder()
    return Harness(make_broker=partial(Broker, tracer=recorder)), recorder
