"""The event log of a broker: one line of JSON for each step, at its linearisation point, in the order of `clock`.

    {"kind":"event","source":"broker-0","name":"Append","data":{"clock":7,"args":{…},"observed":{…}}}

`args` say which step it was, `observed` what the source knew when it was done: never a snapshot of a cluster. What is
not known is left out. Lines of other kinds are skipped. The form is that of histories, so that one file may hold both.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any


class BadEvent(ValueError):
    """A line that is no event; the message says which and why."""


@dataclass(frozen=True)
class Event:
    """One step of one source. Clocks of a source count from 1, without gaps."""

    source: str
    name: str
    clock: int
    args: Mapping[str, Any] = field(default_factory=dict)
    observed: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        args = ", ".join(f"{name}={value}" for name, value in self.args.items())
        observed = ", ".join(f"{name}={value}" for name, value in self.observed.items())
        return f"{self.source} #{self.clock} {self.name}({args})" + (f" -> {observed}" if observed else "")


def to_line(event: Event) -> str:
    """The event as a line of JSON, without its end."""
    data = {"clock": event.clock, "args": dict(event.args), "observed": dict(event.observed)}
    return json.dumps(
        {"kind": "event", "source": event.source, "name": event.name, "data": data}, separators=(",", ":")
    )


def from_lines(lines: Iterable[str]) -> Iterator[Event]:
    """The events of a log. Raises BadEvent."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
            if entry["kind"] != "event":
                continue
            data = entry["data"]
            yield Event(entry["source"], entry["name"], data["clock"], data["args"], data["observed"])
        except (ValueError, KeyError, TypeError) as error:
            raise BadEvent(f"line {number} is no event ({type(error).__name__}: {error}): {line[:120]}") from error
