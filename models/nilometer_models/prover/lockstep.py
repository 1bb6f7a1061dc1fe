"""The executable model and the proof side by side: every reachable step of one is a step of the other.

    Lockstep(PROOF.theory, structure, {"Produce": produced, …})

    structure(config, state)              the state as tables: of every symbol but the ghosts
    {action of the model: cases}          cases(config, before, args, after) yields (action of the proof, parameters)

From the initial states on, pairs (state of the model, ghosts) are explored. In each, every lemma must be true, by the
evaluator. For each step of the model one of its cases must fit: guards met, and everything that the proof's action
writes or keeps equal to the tables of the state after; ghosts are what the action makes of them. What does not fit is a
gap: the proof would be about another protocol. `matters(structure)` forgets values that mean nothing, such as a log's
entries beyond its end; lemmas must not read them.

So what z3 proves of the theory holds in the model, and the proof is not about nothing: each action is seen to happen.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from nilometer_models.machine import Instance
from nilometer_models.prover.plain import PlainTheory
from nilometer_models.prover.structures import Structure
from nilometer_models.prover.theory import Theory

Parameters = Mapping[str, Any]
Cases = Callable[[Any, Any, tuple[Any, ...], Any], Iterable[tuple[str, Parameters]]]
Translation = Callable[[Any, Any], Structure]


class NotTranslated(Exception):
    """A state that the proof cannot express, and why: that is a gap."""


@dataclass
class Walk:
    """What a lockstep run saw."""

    pairs: int = 0
    steps: int = 0
    gaps: list[str] = field(default_factory=list)
    fired: dict[str, int] = field(default_factory=dict)
    """Steps of each action of the proof."""
    exhausted: bool = False

    @property
    def fits(self) -> bool:
        return self.exhausted and not self.gaps and all(self.fired.values())


@dataclass
class Lockstep:
    """See the module."""

    theory: Theory
    structure: Translation
    cases: Mapping[str, Cases]
    matters: Callable[[Structure], Structure] = lambda structure: structure

    def run(self, instance: Instance[Any, Any, Any], *, gaps_max: int = 3, pairs_max: int = 1_000_000) -> Walk:
        """Explore an instance of the model; stops after some gaps."""
        return _Walker(self, instance).run(gaps_max, pairs_max)


class _Walker:
    def __init__(self, lockstep: Lockstep, instance: Instance[Any, Any, Any]) -> None:
        self.lockstep = lockstep
        self.instance = instance
        self.plain = PlainTheory(lockstep.theory)
        symbols = lockstep.theory.symbols
        self.real = [name for name, symbol in symbols.items() if not symbol.ghost]
        self.ghosts = [name for name, symbol in symbols.items() if symbol.ghost]
        self.walk = Walk(fired=dict.fromkeys(lockstep.theory.actions, 0))
        self.translated: dict[Any, Structure] = {}

    def run(self, gaps_max: int, pairs_max: int) -> Walk:
        walk = self.walk
        seen: set[Any] = set()
        queue: deque[tuple[Any, Structure]] = deque()
        for state in self.instance.initial():
            self._see(state, self._initial(state), None, seen, queue)
        while queue:
            if len(walk.gaps) >= gaps_max or walk.pairs >= pairs_max:
                return walk
            state, structure = queue.popleft()
            for action, args, after in self.instance.steps(state):
                walk.steps += 1
                found = self._step(action.name, str(action.label(args)), state, args, after, structure)
                if found is not None:
                    self._see(after, found, structure, seen, queue)
        walk.exhausted = True
        return walk

    def _translate(self, state: Any) -> Structure:
        if state not in self.translated:
            self.translated[state] = self.lockstep.structure(self.instance.config, state)
        return self.translated[state]

    def _initial(self, state: Any) -> Structure:
        """Ghosts start empty: relations without a tuple, functions with the first element."""
        made = self.lockstep.matters(self._translate(state))
        ghosts: dict[str, Any] = {}
        for name in self.ghosts:
            symbol = self.lockstep.theory.symbols[name]
            if symbol.is_relation:
                ghosts[name] = frozenset()
            else:
                first = made.universes[str(symbol.result.ref)][0]
                ghosts[name] = dict.fromkeys(made.keys(symbol), first)
        made = made.with_tables(ghosts)
        for name, holds in self.plain.initial.items():
            if not holds(made, {}):
                self._gap(f"initial state: {name} is false", state)
        return made

    def _see(
        self,
        state: Any,
        structure: Structure,
        before: Structure | None,
        seen: set[Any],
        queue: deque[tuple[Any, Structure]],
    ) -> None:
        key = (state, *(_frozen(structure.tables[name]) for name in self.ghosts))
        if key in seen:
            return
        seen.add(key)
        self.walk.pairs += 1
        queue.append((state, structure))
        changed = None
        if before is not None:  # lemmas were true of it: those that read nothing that changed still are
            changed = [name for name, table in structure.tables.items() if table != before.tables[name]]
        for lemma in self.plain.broken_lemmas(structure, changed):
            self._gap(f"{lemma} is false", state)
        for assumption, holds in self.plain.assumptions.items():
            if not holds(structure, {}):
                self._gap(f"assumption {assumption} is false", state)

    def _step(
        self, action: str, label: str, state: Any, args: tuple[Any, ...], after: Any, structure: Structure
    ) -> Structure | None:
        if action not in self.lockstep.cases:
            self._gap(f"the proof has no {action}", state)
            return None
        reasons = []
        for name, parameters in self.lockstep.cases[action](self.instance.config, state, args, after):
            if self.lockstep.theory.actions[name].of != action:
                reasons.append(f"{name} is not a case of it")
                continue
            found = self._case(name, parameters, after, structure)
            if isinstance(found, Structure):
                self.walk.fired[name] += 1
                return found
            reasons.append(f"{name}: {found}")
        self._gap(f"{label} is no step of the proof ({'; '.join(reasons) or 'no case'})", state)
        return None

    def _case(self, name: str, parameters: Parameters, after: Any, structure: Structure) -> Structure | str:
        """The structure after a step, or why it is none."""
        action = self.plain.actions[name]
        if closed := action.closed_guards(structure, parameters):
            return f"guard {', '.join(closed)}"
        made = self.lockstep.matters(action.after(structure, parameters))
        try:
            wanted = self._translate(after)
        except NotTranslated as reason:
            return str(reason)
        for symbol in self.real:
            if made.tables[symbol] != wanted.tables[symbol]:
                return self._difference(symbol, made, wanted)
        return made

    def _difference(self, name: str, made: Structure, wanted: Structure) -> str:
        symbol = self.lockstep.theory.symbols[name]
        keys = [key for key in wanted.keys(symbol) if made.value(symbol, key) != wanted.value(symbol, key)]
        if not keys:
            return f"{name} has different keys"
        ours, theirs = made.value(symbol, keys[0]), wanted.value(symbol, keys[0])
        return f"{name} of {keys[0]} is {ours} in the proof and {theirs} in the model"

    def _gap(self, text: str, state: Any) -> None:
        self.walk.gaps.append(f"{text}, in {state}")


def _frozen(table: Any) -> Any:
    return table if isinstance(table, frozenset) else frozenset(table.items())
