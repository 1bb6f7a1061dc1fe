"""Counterexamples to induction: a state with every lemma, a step, and a state without one of them.

It may be unreachable: then it shows that the lemmas are too weak, or that the proof needs the guard that is missing.
Only the explorer's path shows a bug. Each is found by z3 in a small scope and evaluated again by `evaluate.py`, which
has nothing of z3, before anybody sees it; where the two differ, that is the finding.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import z3

from nilometer_models.prover.conditions import GOAL, INITIALLY, Conditions, Name, new_solver
from nilometer_models.prover.plain import PlainTheory
from nilometer_models.prover.scope import INTEGERS, Scope, Scopes
from nilometer_models.prover.structures import Structure, show_element, show_table
from nilometer_models.prover.theory import Theory


class EvaluatorsDisagree(Exception):
    """z3 and plain Python read a formula differently: a mistake in this package."""


@dataclass(frozen=True)
class Counterexample:
    """Before and after; both the same for a goal and for an initial state."""

    theory: Theory
    name: Name
    parameters: dict[str, Any]
    before: Structure
    after: Structure

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def lines(self) -> Iterator[str]:
        """The pair as people read it: what changes has an arrow."""
        if self.name.action in (INITIALLY, GOAL):
            yield f"{self.name.claim} is false in {'an initial' if self.name.action == INITIALLY else 'this'} state"
        else:
            sorts = self.theory.actions[self.name.action].parameters
            shown = ", ".join(f"{p}={show_element(self.theory, sorts[p].name, v)}" for p, v in self.parameters.items())
            yield f"{self.name.action}({shown}) makes {self.name.claim} false"
        plain = PlainTheory(self.theory)
        before, after = plain.meaningful(self.before), plain.meaningful(self.after)
        width = max(len(name) for name in self.theory.symbols)
        for name in self.theory.symbols:
            old = show_table(self.theory, before, name)
            new = show_table(self.theory, after, name)
            yield f"  {name:{width}}  {old}"
            if new != old:
                yield f"  {'':{width - 2}}->  {new}"


def find(
    conditions: Conditions, name: Name, scope: Scope, premises: Iterable[str] | None = None
) -> Counterexample | None:
    """A counterexample to a condition, within a scope; by default with all lemmas as premises.

    None where there is none, or z3 does not know.
    """
    theory = conditions.theory
    condition = conditions.condition(name, conditions.theory.lemmas if premises is None else premises)
    constants = theory.actions[name.action].constants() if name.action in theory.actions else {}
    solver = new_solver()
    solver.add(*scope.facts(constants))
    solver.add(*(scope.expand(claim) for _, claim in theory.assumptions))
    solver.add(*(scope.expand(assertion) for assertion in condition.assertions))
    if solver.check() != z3.sat:
        return None
    model = solver.model()
    return confirmed(
        conditions, name, tuple(condition.premises), scope.structure(model), scope.values(model, constants)
    )


def smallest(
    conditions: Conditions, name: Name, scopes: Scopes, premises: Iterable[str] | None = None
) -> Counterexample | None:
    """A counterexample of as few elements as possible."""
    chosen = None if premises is None else tuple(premises)
    found = (find(conditions, name, scope, chosen) for scope in scopes.growing())
    return next((pair for pair in found if pair is not None), None)


def within_window(after: Structure) -> Structure:
    """The structure with integers only as far as formulas may look two further and still find what a step wrote."""
    window = set(after.universes.get(INTEGERS, ()))
    inner = tuple(n for n in after.universes.get(INTEGERS, ()) if all(n + d in window for d in (-2, -1, 1, 2)))
    return Structure({**after.universes, INTEGERS: inner}, after.tables) if window else after


def confirmed(
    conditions: Conditions, name: Name, premises: Iterable[str], before: Structure, parameters: dict[str, Any]
) -> Counterexample:
    """The counterexample, evaluated in plain Python. EvaluatorsDisagree where it is none."""
    plain = PlainTheory(conditions.theory)
    wrong = [f"assumption {claim}" for claim, holds in plain.assumptions.items() if not holds(before, {})]
    if name.action == INITIALLY:
        wrong += [f"initial claim {claim}" for claim, holds in plain.initial.items() if not holds(before, {})]
        after = before
    else:
        wrong += [f"premise {lemma}" for lemma in premises if not plain.lemmas[lemma](before, {})]
        after = before
        if name.action != GOAL:
            action = plain.actions[name.action]
            wrong += [f"guard {guard}" for guard in action.closed_guards(before, parameters)]
            after = action.after(before, parameters)
        after = within_window(after)
    if name.claim in conditions.theory.step_goals:
        is_true = plain.actions[name.action].step_goals[name.claim](before, parameters)
    else:
        is_true = (plain.goals if name.action == GOAL else plain.lemmas)[name.claim](after, {})
    if is_true:
        wrong.append(f"{name.claim} is true after it")
    if wrong:
        raise EvaluatorsDisagree(f"{name}: {'; '.join(wrong)}")
    return Counterexample(conditions.theory, name, parameters, before, after)
