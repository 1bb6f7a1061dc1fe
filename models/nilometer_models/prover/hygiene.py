"""Which sort makes which: z3 decides formulas whose sorts make each other along no cycle (called EPR).

    function  f: A x B -> C                  edges A -> C, B -> C
    for all a in A there is a c in C         edge A -> C, in a premise; in a negated claim the other way round

Where the graph has no cycle, only finitely many elements follow from those that are named, and z3 answers. A cycle is a
fault, unless one of its edges has a waiver with a reason. A waiver that breaks no cycle is a fault, too.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import z3

from nilometer_models.prover.conditions import INITIALLY, Conditions
from nilometer_models.prover.theory import State, Theory

Edge = tuple[str, str]


def edges_of_term(term: Any, holds: bool = True) -> set[Edge]:
    """Edges from sorts that are quantified over in an assertion to sorts of witnesses inside."""
    found: set[Edge] = set()
    _walk(term, holds, frozenset(), found)
    return found


def _walk(term: Any, holds: bool, around: frozenset[str], found: set[Edge]) -> None:
    if z3.is_quantifier(term):
        sorts = {str(term.var_sort(at)) for at in range(term.num_vars())}
        if term.is_forall() == holds:
            around = around | sorts
        else:
            found |= {(outer, inner) for outer in around for inner in sorts if inner != "Bool"}
        _walk(term.body(), holds, around, found)
    elif z3.is_not(term):
        _walk(term.arg(0), not holds, around, found)
    elif z3.is_implies(term):
        _walk(term.arg(0), not holds, around, found)
        _walk(term.arg(1), holds, around, found)
    elif z3.is_and(term) or z3.is_or(term):
        for child in term.children():
            _walk(child, holds, around, found)
    else:  # equal, if-then-else, arguments: formulas inside count both ways
        for child in term.children():
            for way in (True, False) if z3.is_bool(child) else (holds,):
                _walk(child, way, around, found)


def edges(theory: Theory) -> dict[Edge, list[str]]:
    """The graph, with where each edge comes from."""
    conditions, before = Conditions(theory), State(theory)
    found: dict[Edge, list[str]] = defaultdict(list)
    for symbol in theory.symbols.values():
        if not symbol.is_relation:
            for sort in symbol.arguments:
                found[str(sort.ref), str(symbol.result.ref)].append(f"function {symbol.name}")
    for origin, term, holds in _assertions(theory, conditions, before):
        for edge in edges_of_term(term, holds):
            if origin not in found[edge]:
                found[edge].append(origin)
    return dict(found)


def _assertions(theory: Theory, conditions: Conditions, before: State) -> Iterator[tuple[str, Any, bool]]:
    yield from ((f"axiom {at}", axiom, True) for at, axiom in enumerate(theory.axioms))
    yield from ((f"{INITIALLY} {claim.__name__}", claim(before), True) for claim in theory.initial)
    for name in theory.lemmas:
        term = theory.lemma_formula(name)
        yield f"lemma {name}", term, True
        yield f"lemma {name}, negated", term, False
    yield from ((f"goal {name}, negated", goal.formula(before), False) for name, goal in theory.goals.items())
    for action in theory.actions:
        step = conditions.step(action)
        yield from ((f"guard {guard} of {action}", claim, True) for guard, claim in step.guards)
        for name, lemma in theory.lemmas.items():
            yield f"lemma {name} after {action}, negated", lemma.claim(step.after), False
        for name, goal in theory.step_goals.items():
            yield f"goal {name} of {action}, negated", goal.formula(before, step.after), False


def cycle(graph: set[Edge]) -> list[str] | None:
    """Sorts along a cycle, the first one again at the end; None if there is none."""
    following: dict[str, list[str]] = defaultdict(list)
    for source, target in sorted(graph):
        following[source].append(target)
    done: set[str] = set()

    def search(path: list[str]) -> list[str] | None:
        for target in following[path[-1]]:
            if target in path:
                return [*path[path.index(target) :], target]
            if target not in done and (found := search([*path, target])) is not None:
                return found
        done.add(path[-1])
        return None

    for source in sorted(following):
        if source not in done and (found := search([source])) is not None:
            return found
    return None


def faults(theory: Theory) -> list[str]:
    """What is wrong with the graph, in sentences; empty if nothing is."""
    graph = edges(theory)
    waived = {(waiver.source, waiver.target) for waiver in theory.waivers}
    found = []
    if (bad := cycle(set(graph) - waived)) is not None:
        steps = [f"{a} -> {b} ({graph[a, b][0]})" for a, b in itertools.pairwise(bad)]
        found.append(f"sorts make each other: {', '.join(steps)}")
    for edge in sorted(waived):
        if edge not in graph or cycle(set(graph) - (waived - {edge})) is None:
            found.append(f"the waiver for {edge[0]} -> {edge[1]} is not needed")
    return found
