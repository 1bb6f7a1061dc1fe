"""A path through a model, and how people read it: a table with a row a step and only what changed.

step  action                              changes
   1  (start)
   2  ElectLeader(replica=1)              leader: None -> 1, epoch: -1 -> 0
!  9  IncreaseHighWatermark(leader=1)     high_watermark[1]: 0 -> 1
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic

from nilometer_models.machine import C, Disabled, Instance, Label, S, V

if TYPE_CHECKING:
    from nilometer_models.position import Position


def changes(before: Any, after: Any, path: str = "") -> Iterator[str]:
    """What differs between two states, as `field[index]: old -> new`."""
    if before == after:
        return
    if hasattr(before, "_fields") and type(before) is type(after):
        for name in before._fields:
            yield from changes(getattr(before, name), getattr(after, name), f"{path}.{name}" if path else name)
    elif isinstance(before, tuple) and isinstance(after, tuple) and len(before) == len(after):
        for index, (old, new) in enumerate(zip(before, after, strict=True), start=1):
            yield from changes(old, new, f"{path}[{index}]")
    elif isinstance(before, tuple) and isinstance(after, tuple) and after[: len(before)] == before:
        yield f"{path} + {', '.join(map(show, after[len(before) :]))}"
    elif _are_sets_of_records(before, after):
        yield from (f"{path} - {show(gone)}" for gone in sorted(before - after, key=show))
        yield from (f"{path} + {show(come)}" for come in sorted(after - before, key=show))
    else:
        yield f"{path}: {show(before)} -> {show(after)}"


def _are_sets_of_records(before: Any, after: Any) -> bool:
    """Sets of small things are shown whole; messages and the like, one by one."""
    are_sets = isinstance(before, frozenset) and isinstance(after, frozenset)
    return are_sets and all(isinstance(item, tuple) for item in before | after)


def show(value: Any) -> str:
    """A value in few characters: sets sorted, records without their class."""
    if isinstance(value, frozenset):
        return "{" + ", ".join(sorted(map(show, value))) + "}"
    if hasattr(value, "_fields"):
        return "(" + ", ".join(f"{name}={show(getattr(value, name))}" for name in value._fields) + ")"
    if isinstance(value, tuple):
        return "<" + ", ".join(map(show, value)) + ">"
    return str(value)


@dataclass(frozen=True, repr=False)
class Trace(Generic[C, S, V]):
    """States of a path, the first one initial, and the step that led to each but the first."""

    instance: Instance[C, S, V]
    states: tuple[S, ...]
    labels: tuple[Label, ...]
    broken: str | None = None
    """The property that the last state, or the last step, breaks."""

    def __post_init__(self) -> None:
        assert len(self.states) == len(self.labels) + 1

    def __len__(self) -> int:
        """States, the initial one included, as TLC counts them."""
        return len(self.states)

    def at(self, step: int) -> Position[C, S, V]:
        """A row of the table (the first is 1), to ask what was possible there, and to walk on from."""
        from nilometer_models.position import Position  # noqa: PLC0415  # positions know traces

        if not 1 <= step <= len(self.states):
            raise IndexError(f"the trace has steps 1 to {len(self.states)}, not {step}")
        return Position(Trace(self.instance, self.states[:step], self.labels[: step - 1]))

    def save(self, path: str | Path) -> None:
        """Write it as JSON; `trace_files.load` reads it again."""
        from nilometer_models.trace_files import save  # noqa: PLC0415

        save(self, Path(path))

    def why_not(self, step: int, action: str, **arguments: Any) -> str | None:
        """Why an action was not possible in that row; None if it was."""
        return self.at(step).why_not(action, **arguments)

    def disabled(self, step: int) -> list[Disabled]:
        """What was not possible in that row, and why."""
        return self.at(step).disabled()

    def rows(self) -> Iterator[tuple[int, str, str]]:
        """(step, action, changes) of each row."""
        yield 1, "(start)", ""
        for index, label in enumerate(self.labels):
            text = ", ".join(changes(self.states[index], self.states[index + 1]))
            yield index + 2, str(label), text

    def __repr__(self) -> str:
        return str(self)

    def __str__(self) -> str:
        rows = list(self.rows())
        width = max(len(action) for _, action, _ in rows)
        lines = [f"  step  {'action':{width}}  changes"]
        for number, action, text in rows:
            mark = "!" if self.broken and number == len(rows) else " "
            lines.append(f"{mark} {number:4}  {action:{width}}  {text}".rstrip())
        if self.broken:
            lines.append(f"  breaks {self.broken}")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        """For notebooks."""
        import html  # noqa: PLC0415

        body = "".join(
            f"<tr><td>{number}</td><td>{html.escape(action)}</td><td>{html.escape(text)}</td></tr>"
            for number, action, text in self.rows()
        )
        foot = f"<caption>breaks {html.escape(self.broken)}</caption>" if self.broken else ""
        return f"<table>{foot}<tr><th>step</th><th>action</th><th>changes</th></tr>{body}</table>"


def replay(instance: Instance[C, S, V], labels: Sequence[Label], start: int = 1) -> Trace[C, S, V]:
    """The trace of these steps from an initial state, counted from 1. ValueError where a step is not possible."""
    states = [next(islice(instance.initial(), start - 1, None))]
    for number, label in enumerate(labels, start=2):
        try:
            states.append(instance.take(states[-1], label.action, **dict(label.args)))
        except ValueError as refused:
            raise ValueError(f"the trace diverges at step {number}: {refused}") from None
    return Trace(instance, tuple(states), tuple(labels))
