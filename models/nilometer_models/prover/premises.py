"""Which lemmas each condition rests on: found by z3, kept in a file next to the proof, and found again on request.

    python -m nilometer_models.prover.premises replication            derive all lists anew
    python -m nilometer_models.prover.premises replication changed    only those that do not prove their condition

For each condition: is the lemma itself enough? Else ask with all lemmas, and take those of the unsat core. Where z3
does not know with all of them, start from the lemma itself: find a counterexample in a small scope, add a lemma that is
false in it, until there is none. Then leave out one lemma after the other while the rest still proves it. The file
(`premise_lists.py`) holds the lists that are not just the lemma itself.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterable

import z3

from nilometer_models.prover.conditions import EFFORT, INITIALLY, Conditions, Name, Verdict, new_solver
from nilometer_models.prover.counterexamples import smallest
from nilometer_models.prover.plain import PlainTheory
from nilometer_models.prover.premise_lists import Lists, text
from nilometer_models.prover.proofs import Proof
from nilometer_models.prover.scope import Scopes
from nilometer_models.prover.theory import Theory

LITTLE = EFFORT // 10
"""What a list must not cost: then the condition is steady, too."""


def core(conditions: Conditions, name: Name) -> tuple[str, ...] | None:
    """Lemmas that z3 used to prove a condition from all of them; None where it does not prove it."""
    condition = conditions.condition(name, conditions.theory.lemmas)
    solver = new_solver()
    solver.add(*conditions.theory.axioms, *(guard for _, guard in condition.guards), z3.Not(condition.claim))
    for lemma, formula in condition.premises.items():
        solver.assert_and_track(formula, z3.Bool(f"premise {lemma}"))
    if solver.check() != z3.unsat:
        return None
    used = {str(label).strip("|").removeprefix("premise ") for label in solver.unsat_core()}
    return tuple(lemma for lemma in condition.premises if lemma in used)


def by_counterexamples(conditions: Conditions, name: Name, scopes: Scopes) -> tuple[str, ...] | None:
    """Lemmas that exclude every counterexample in the scopes; None where some state has all of them."""
    plain = PlainTheory(conditions.theory)
    chosen = conditions.usual_premises(name)
    while (found := smallest(conditions, name, scopes, chosen)) is not None:
        broken = plain.broken_lemmas(found.before)
        if not broken:
            return None
        chosen = (*chosen, broken[0])
    return chosen


def derive_one(conditions: Conditions, name: Name, scopes: Scopes) -> tuple[str, ...] | None:
    """A small list for a condition; None where z3 does not prove it."""
    usual = conditions.usual_premises(name)
    if conditions.ask(name, usual, effort=LITTLE).verdict is Verdict.PROVED:
        return usual
    found = core(conditions, name)
    if found is None:
        found = by_counterexamples(conditions, name, scopes)
        if found is None or conditions.ask(name, found).verdict is not Verdict.PROVED:
            return None
    return smaller(conditions, name, found)


def smaller(conditions: Conditions, name: Name, premises: tuple[str, ...]) -> tuple[str, ...]:
    """The list without what z3 can do without."""
    for lemma in premises:
        fewer = tuple(other for other in premises if other != lemma)
        if conditions.ask(name, fewer, effort=LITTLE).verdict is Verdict.PROVED:
            premises = fewer
    return premises


def derive(
    theory: Theory,
    scopes: Scopes,
    names: Iterable[Name] | None = None,
    report: Callable[[Name, tuple[str, ...] | None], None] | None = None,
) -> tuple[Lists, list[Name]]:
    """Lists for all conditions that need one, and the conditions that are not proved."""
    conditions = Conditions(theory)
    lists: Lists = {}
    failed: list[Name] = []
    for name in conditions.names() if names is None else names:
        if name.action == INITIALLY:
            continue
        found = derive_one(conditions, name, scopes)
        if report is not None:
            report(name, found)
        if found is None:
            failed.append(name)
        elif found != conditions.usual_premises(name):
            lists[name] = found
    return lists, failed


def renew(proof: Proof, *, keep: bool = False) -> int:
    """Derive the lists of a proof, and write them if everything is proved; else 1.

    `keep` leaves lists as they are where they prove their condition.
    """
    assert proof.premises_path is not None
    kept = _still_right(proof) if keep else {}
    wanted = [name for name in Conditions(proof.theory).names() if name not in kept]

    def report(name: Name, found: tuple[str, ...] | None) -> None:
        if found is None or len(found) > 1:
            print(f"{name}: {'NOT PROVED' if found is None else ', '.join(found)}", flush=True)

    lists, failed = derive(proof.theory, proof.scopes, wanted, report)
    usual = Conditions(proof.theory).usual_premises
    lists |= {name: premises for name, premises in kept.items() if premises != usual(name)}
    lists = {name: lists[name] for name in Conditions(proof.theory).names() if name in lists}
    if failed:
        print(f"{len(failed)} conditions are not proved; nothing was written")
        return 1
    proof.premises_path.write_text(text(lists), "utf-8")
    return 0


def _still_right(proof: Proof) -> Lists:
    run = proof.run(only=lambda name: name.action != INITIALLY)
    return {answer.name: answer.premises for answer in run.answers if answer.verdict is Verdict.PROVED}


def main(protocol: str, changed: str = "") -> int:
    """Derive the lists of a protocol's proof."""
    proof = importlib.import_module(f"nilometer_models.protocols.{protocol}.proof").PROOF
    return renew(proof, keep=changed == "changed")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
