"""The check itself: the model states that are consistent with the log so far, event by event.

    accepted   every event is a step of the model, from a state that the events before it allow
    refused    after some event no state is left: the event, the nearest candidate and what differs
    unknown    more states than `width_max`: too little was observed to tell

The model may do more than the log shows: silent actions happen before an event, as often as they can within the
bounds of the model.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from nilometer_models.validation.events import Event
from nilometer_models.validation.reading import Move, Reading, Step

WIDTH_MAX: Final = 100_000
ACCEPTED, REFUSED, UNKNOWN = "accepted", "refused", "unknown"


@dataclass(frozen=True)
class Verdict:
    """What the log is to the model. `events` were consumed before the verdict; `skipped` are not the model's."""

    word: str
    events: int
    skipped: int
    width: int
    """The widest frontier."""
    event: Event | None = None
    """The one that was refused, or at which the frontier grew too wide."""
    reason: str = ""

    @property
    def accepted(self) -> bool:
        return self.word == ACCEPTED

    def __str__(self) -> str:
        counts = f"{self.events} events, {self.skipped} skipped, at most {self.width} states"
        return (
            f"{self.word}: {counts}" if self.event is None else f"{self.word} at {self.event}: {self.reason}; {counts}"
        )


def validate(reading: Reading[Any, Any, Any], events: Iterable[Event], *, width_max: int = WIDTH_MAX) -> Verdict:
    """Whether the events are a run of the model."""
    frontier: set[Any] = set(reading.instance.initial())
    silent = reading.silent_moves()
    consumed = skipped = 0
    width = len(frontier)
    for event in events:
        step = reading.translate(event)
        if step is None:
            skipped += 1
            continue
        closed = _closure(reading, frontier, silent, width_max)
        if closed is None:
            return Verdict(UNKNOWN, consumed, skipped, width_max, event, _advice(frontier))
        moves = list(reading.moves(step))
        taken = {(before, after) for before in closed for after in _after(reading, before, moves)}
        kept = {after for before, after in taken if not reading.differences(before, after, event)}
        if not kept:
            return Verdict(REFUSED, consumed, skipped, width, event, _why(reading, event, step, closed, taken))
        consumed += 1
        frontier = kept
        width = max(width, len(kept))
    return Verdict(ACCEPTED, consumed, skipped, width)


def _after(reading: Reading[Any, Any, Any], state: Any, moves: Iterable[Move]) -> list[Any]:
    config = reading.instance.config
    return [
        action.apply(config, state, *arguments)
        for action, arguments in moves
        if action.why_not(config, state, *arguments) is None
    ]


def _closure(reading: Reading[Any, Any, Any], states: set[Any], silent: list[Move], width_max: int) -> set[Any] | None:
    """These states, and all that silent actions lead to; None if they are too many."""
    if not silent:
        return states if len(states) <= width_max else None
    seen, queue = set(states), list(states)
    while queue:
        before = queue.pop()
        for state in _after(reading, before, silent):
            if state not in seen and reading.hidden(before, state):
                seen.add(state)
                queue.append(state)
                if len(seen) > width_max:
                    return None
    return seen


def _why(
    reading: Reading[Any, Any, Any], event: Event, step: Step, states: set[Any], taken: set[tuple[Any, Any]]
) -> str:  # fmt: skip
    """The nearest candidate: what differs in it; or why the step is not possible at all."""
    if taken:
        nearest = min((reading.differences(before, after, event) for before, after in taken), key=len)
        return ", ".join(f"{name} is {seen!r} where the model has {known!r}" for name, (seen, known) in nearest.items())
    config = reading.instance.config
    reasons = {
        str(action.why_not(config, state, *arguments)) for state in states for action, arguments in reading.moves(step)
    }
    return "; ".join(sorted(reasons)) or f"the model has no {' or '.join(step.actions)} with {', '.join(step.args)}"


def _advice(states: set[Any]) -> str:
    """Which field differs most among the states: to observe it would make them fewer."""
    sample = [state for _, state in zip(range(1_000), states, strict=False)]
    fields = getattr(sample[0], "_fields", ())
    spread = {name: len({repr(getattr(state, name)) for state in sample}) for name in fields}
    most = max(spread, key=lambda name: spread[name], default=None)
    return "the frontier is too wide" + (f"; observe what tells values of {most} apart" if most else "")
