"""A theory in plain Python: which lemmas and guards are true of a finite structure, and what an action makes of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cached_property
from typing import Any

from nilometer_models.prover.evaluate import Compiled, compile_change, compile_term, symbols_of
from nilometer_models.prover.structures import Structure
from nilometer_models.prover.theory import State, Symbol, Theory

Values = Mapping[str, Any]


class PlainAction:
    """An action, compiled."""

    def __init__(self, theory: Theory, name: str) -> None:
        self.name = name
        step = theory.actions[name].step(theory)
        self.guards = [(guard, compile_term(theory, claim)) for guard, claim in step.guards]
        self.changes = {
            symbol: compile_change(theory, theory.symbols[symbol], step) for symbol in step.changes
        }  # in the order in which they were written; all read the state before
        self.step_goals = {
            goal: compile_term(theory, claim.formula(step.before, step.after))
            for goal, claim in theory.step_goals.items()
        }
        """Goals about steps, in terms of the state before."""
        self.keeps = step.keeps

    def closed_guards(self, structure: Structure, values: Values) -> list[str]:
        """Guards that are not met."""
        return [name for name, holds in self.guards if not holds(structure, values)]

    def after(self, structure: Structure, values: Values) -> Structure:
        """The structure after the step."""
        return structure.with_tables({name: change(structure, values) for name, change in self.changes.items()})


def _places(symbol: Symbol, key: Any) -> Values:
    parts = key if len(symbol.arguments) != 1 else (key,)
    return {f"place.{at}": part for at, part in enumerate(parts)}


class _Actions(dict[str, PlainAction]):
    """Actions, compiled when they are asked for."""

    def __init__(self, theory: Theory) -> None:
        super().__init__()
        self._theory = theory

    def __missing__(self, name: str) -> PlainAction:
        self[name] = made = PlainAction(self._theory, name)
        return made


class PlainTheory:
    """A theory, compiled when it is asked."""

    def __init__(self, theory: Theory) -> None:
        self.theory = theory

    @cached_property
    def lemmas(self) -> dict[str, Compiled]:
        theory = self.theory
        return {name: compile_term(theory, theory.lemma_formula(name)) for name in theory.lemmas}

    @cached_property
    def goals(self) -> dict[str, Compiled]:
        before = State(self.theory)
        return {name: compile_term(self.theory, goal.formula(before)) for name, goal in self.theory.goals.items()}

    @cached_property
    def initial(self) -> dict[str, Compiled]:
        before = State(self.theory)
        return {claim.__name__: compile_term(self.theory, claim(before)) for claim in self.theory.initial}

    @cached_property
    def assumptions(self) -> dict[str, Compiled]:
        return {name: compile_term(self.theory, claim) for name, claim in self.theory.assumptions}

    @cached_property
    def actions(self) -> _Actions:
        return _Actions(self.theory)

    def meaningful(self, structure: Structure) -> Structure:
        """The structure without values of functions where they mean nothing."""
        state, tables = State(self.theory), {}
        for name, symbol in self.theory.symbols.items():
            if symbol.where is not None:
                places = [sort.constant(f"place.{at}") for at, sort in enumerate(symbol.arguments)]
                holds = compile_term(self.theory, symbol.where(state, *places))
                table = structure.tables[name]
                tables[name] = {key: table[key] for key in table if holds(structure, _places(symbol, key))}
        return structure.with_tables(tables)

    @cached_property
    def read_by(self) -> dict[str, frozenset[str]]:
        """Symbols that each lemma reads."""
        theory = self.theory
        return {name: symbols_of(theory, theory.lemma_formula(name)) for name in theory.lemmas}

    def broken_lemmas(self, structure: Structure, changed: Collection[str] | None = None) -> list[str]:
        """Lemmas that are false of it; only those that read one of these symbols, if only they have changed."""
        return [
            name
            for name, holds in self.lemmas.items()
            if (changed is None or not self.read_by[name].isdisjoint(changed)) and not holds(structure, {})
        ]
