"""A place in a model, to walk on from by hand: what is possible, what is not and why, and a hunt for trouble from here.

s = model.initial_state().take("ElectLeader", leader=1)
s                       the state, how it was reached, what is possible
s.disabled()            what is not, and why
s.hunt("log_matching")  a shortest way from here to a state that breaks it
"""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import Any, Generic

from nilometer_models.machine import C, Disabled, Instance, Label, S, V
from nilometer_models.traces import Trace, show

HUNT_STATES: int = 20_000


@dataclass(frozen=True, repr=False)
class Position(Generic[C, S, V]):
    """The last state of a trace. Nothing is ever taken back: `take` gives another position."""

    trace: Trace[C, S, V]

    @property
    def instance(self) -> Instance[C, S, V]:
        return self.trace.instance

    @property
    def state(self) -> S:
        return self.trace.states[-1]

    def view(self) -> V:
        """The state as claims see it."""
        return self.instance.view(self.state)

    def enabled(self) -> list[Label]:
        """The steps that are possible."""
        return self.instance.enabled(self.state)

    def disabled(self) -> list[Disabled]:
        """The steps that are not, and why."""
        return self.instance.disabled(self.state)

    def why_not(self, action: str, **arguments: Any) -> str | None:
        """Why a step is not possible; None if it is."""
        return self.instance.why_not(self.state, action, **arguments)

    def take(self, action: str, **arguments: Any) -> Position[C, S, V]:
        """After this step. ValueError, with the reason, where it is not possible."""
        after = self.instance.take(self.state, action, **arguments)
        found = self.instance.machine.action_named(action)
        label = found.label(tuple(arguments[name] for name in found.domains))
        return Position(Trace(self.instance, (*self.trace.states, after), (*self.trace.labels, label)))

    def hunt(self, violating: str, *, states: int = HUNT_STATES) -> Trace[C, S, V] | None:
        """A shortest way on from here that breaks a property, with the way to here before it; None if there is none.

        ValueError if there is none among so many states, and there are more.
        """
        from nilometer_models.explore import shortest  # noqa: PLC0415  # explore knows traces, and they know positions

        found = shortest(self.instance, violating, starts=[self.state], states_max=states)
        if found is None:
            return None
        before = self.trace
        return Trace(self.instance, (*before.states, *found.states[1:]), (*before.labels, *found.labels), violating)

    def _facts(self) -> list[tuple[str, str]]:
        names = getattr(self.state, "_fields", None)
        if names is None:
            return [("state", show(self.state))]
        return [(name, show(getattr(self.state, name))) for name in names]

    def __repr__(self) -> str:
        facts = "\n".join(f"  {name} = {value}" for name, value in self._facts())
        steps = ", ".join(map(str, self.enabled())) or "nothing"
        return f"step {len(self.trace)}\n{facts}\n  possible: {steps}"

    def _repr_html_(self) -> str:
        """For notebooks."""
        rows = "".join(f"<tr><td>{name}</td><td>{html.escape(value)}</td></tr>" for name, value in self._facts())
        steps = "".join(f"<li>{html.escape(str(step))}</li>" for step in self.enabled())
        return f"<table><caption>step {len(self.trace)}</caption>{rows}</table>possible:<ul>{steps}</ul>"
