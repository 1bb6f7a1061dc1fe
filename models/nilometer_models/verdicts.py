"""What a search says of each claim: it holds, it is broken and how, or nobody knows, as not everything was seen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic

from nilometer_models.machine import C, S, V

if TYPE_CHECKING:
    from nilometer_models.explore import Exploration
    from nilometer_models.liveness import Lasso
    from nilometer_models.traces import Trace


@dataclass(frozen=True, repr=False)
class Verdict(Generic[C, S, V]):
    """Of one claim, or of one witness."""

    name: str
    doc: str
    holds: bool | None
    """None: not known. Of a witness: whether it is reached."""
    states: int
    trace: Trace[C, S, V] | Lasso[C, S, V] | None = None
    """What breaks the claim, or reaches the witness."""
    is_witness: bool = False

    def __bool__(self) -> bool:
        return self.holds is True

    def __repr__(self) -> str:
        if self.is_witness:
            where = f"in {len(self.trace) - 1} steps" if self.trace else "in these bounds"
            words = {True: f"is reached {where}", False: f"is not reached {where}", None: "is not reached so far"}
        else:
            broken = f"is broken in {len(self.trace) - 1} steps" if self.trace else "is broken"
            words = {True: "holds", False: broken, None: f"is not broken in {self.states:,} states, which are not all"}
        return f"{self.name} {words[self.holds]}"


class Verdicts(Mapping[str, Verdict[Any, Any, Any]]):
    """By name. What is about the whole graph is worked out when it is asked for."""

    def __init__(self, run: Exploration[Any, Any, Any]) -> None:
        self._run = run
        machine = run.instance.machine
        self._claims = {**machine.properties, **machine.witnesses}

    def __getitem__(self, name: str) -> Verdict[Any, Any, Any]:
        if name not in self._claims:
            raise KeyError(f"{self._run.instance.machine.name} claims no {name}; it claims {', '.join(self._claims)}")
        run, doc = self._run, self._claims[name].doc
        if name in run.instance.machine.witnesses:
            trace = run.witnesses.get(name)
            reached = True if trace else False if run.exhausted else None
            return Verdict(name, doc, reached, run.states, trace, is_witness=True)
        broken = self._broken(name)
        holds = False if broken else True if run.exhausted else None
        return Verdict(name, doc, holds, run.states, broken)

    def _broken(self, name: str) -> Trace[Any, Any, Any] | Lasso[Any, Any, Any] | None:
        run = self._run
        machine = run.instance.machine
        if name not in machine.can_always and name not in machine.leading_to:
            return run.violations.get(name)
        return run.of_graph(name) if run.exhausted else None

    def __iter__(self) -> Iterator[str]:
        return iter(self._claims)

    def __len__(self) -> int:
        return len(self._claims)
