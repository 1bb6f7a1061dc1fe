"""The conditions of an inductive proof, each with its premises, and what z3 says to them.

    (initially, lemma)    initial states                                         |- lemma
    (action, lemma)       premises before the step, guards of the action         |- lemma after the step
(goal, name)          premises                                               |- goal, in the same state
(action, step goal)   premises before the step, guards of the action         |- goal of the states before and after

A condition is the question whether premises and the negated claim have a model: `unsat` proves it. Everything else
is a failure, `unknown` as well. The premises of a condition are all lemmas, or those that its list names
(`premise_lists.py`): z3 is fast and steady only when it is told which few it needs.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, NamedTuple

import z3

from nilometer_models.prover.theory import State, Step, Theory

INITIALLY: Final = "initially"
GOAL: Final = "goal"
SEED: Final = 1
EFFORT: Final = 30_000_000
"""z3's own count of steps, about ten seconds: the answer does not depend on how busy the machine is."""
TIMEOUT_MS: Final = 120_000
"""Only a machine that is very busy comes to this."""

Premises = Mapping["Name", tuple[str, ...]]


class Name(NamedTuple):
    """A condition: `initially`, `goal` or an action, and a lemma or goal."""

    action: str
    claim: str

    def __str__(self) -> str:
        return f"{self.action} / {self.claim}"


class Verdict(StrEnum):
    """What z3 says."""

    PROVED = "proved"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Condition:
    """Premises by name, and the claim."""

    name: Name
    premises: dict[str, Any]
    """Lemmas before the step; initial claims for `initially`."""
    guards: tuple[tuple[str, Any], ...]
    claim: Any

    @property
    def assertions(self) -> list[Any]:
        """All that must not have a model, but for the axioms."""
        return [*self.premises.values(), *(guard for _, guard in self.guards), z3.Not(self.claim)]


@dataclass(frozen=True)
class Answer:
    """z3's answer to one condition."""

    name: Name
    verdict: Verdict
    seconds: float
    premises: tuple[str, ...]
    model: Any = None
    """z3's model where it found one."""


class Conditions:
    """All conditions of a theory. Formulas are built once."""

    def __init__(self, theory: Theory, premises: Premises | None = None) -> None:
        self.theory = theory
        self.listed = premises
        self._steps: dict[str, Step] = {}

    @property
    def lemmas(self) -> dict[str, Any]:
        """The lemmas of a state, as formulas."""
        return {name: self.theory.lemma_formula(name) for name in self.theory.lemmas}

    def step(self, action: str) -> Step:
        """What an action does, for the names of its parameters."""
        if action not in self._steps:
            self._steps[action] = self.theory.actions[action].step(self.theory)
        return self._steps[action]

    def names(self) -> Iterator[Name]:
        """Every condition that there is."""
        for action in (INITIALLY, *self.theory.actions):
            for lemma in self.theory.lemmas:
                yield Name(action, lemma)
        for action in self.theory.actions:
            for goal in self.theory.step_goals:
                yield Name(action, goal)
        for goal in self.theory.goals:
            yield Name(GOAL, goal)

    def premise_names(self, name: Name) -> tuple[str, ...]:
        """The lemmas that the condition rests on: its list, or the lemma itself; all, if there are no lists."""
        if name.action == INITIALLY:
            return ()
        if self.listed is None:
            return tuple(self.theory.lemmas)
        return self.listed.get(name, self.usual_premises(name))

    def usual_premises(self, name: Name) -> tuple[str, ...]:
        """What a condition that has no list rests on: the lemma itself, before the step; a goal on nothing."""
        return (name.claim,) if name.claim in self.theory.lemmas and name.action not in (INITIALLY, GOAL) else ()

    def condition(self, name: Name, premises: Iterable[str] | None = None) -> Condition:
        """The condition with these lemmas as premises; by default, with its own."""
        theory, before = self.theory, State(self.theory)
        if name.action == INITIALLY:
            initial = {claim.__name__: claim(before) for claim in theory.initial}
            return Condition(name, initial, (), theory.lemma_formula(name.claim))
        chosen = self.premise_names(name) if premises is None else premises
        lemmas = {lemma: theory.lemma_formula(lemma) for lemma in chosen}
        if name.action == GOAL:
            return Condition(name, lemmas, (), theory.goals[name.claim].formula(before))
        step = self.step(name.action)
        if name.claim in theory.step_goals:
            claim = theory.step_goals[name.claim].formula(before, step.after)
        else:
            claim = theory.lemmas[name.claim].claim(step.after)
        return Condition(name, lemmas, tuple(step.guards), claim)

    def ask(
        self,
        name: Name,
        premises: Iterable[str] | None = None,
        *,
        effort: int = EFFORT,
        timeout_ms: int = TIMEOUT_MS,
        seed: int = SEED,
    ) -> Answer:
        """What z3 says to a condition."""
        condition = self.condition(name, premises)
        solver = new_solver(effort, timeout_ms, seed)
        solver.add(*self.theory.axioms, *condition.assertions)
        started = time.perf_counter()
        found = solver.check()
        seconds = time.perf_counter() - started
        chosen = tuple(condition.premises)
        if found == z3.unsat:
            return Answer(name, Verdict.PROVED, seconds, chosen)
        if found == z3.sat:
            return Answer(name, Verdict.FAILED, seconds, chosen, solver.model())
        return Answer(name, Verdict.UNKNOWN, seconds, chosen)


def new_solver(effort: int = EFFORT, timeout_ms: int = TIMEOUT_MS, seed: int = SEED) -> Any:
    """A solver whose answer depends on the formulas alone."""
    solver = z3.SimpleSolver()
    solver.set("rlimit", effort)
    solver.set("timeout", timeout_ms)
    solver.set("random_seed", seed)
    return solver
