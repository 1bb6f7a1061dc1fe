"""Proofs without bounds: inductive invariants by z3, tied to the executable model by running both beside each other.

Start with `theory.py` (what a proof is written in); `tests/models/prover/lock.py` is the smallest whole one, and
`protocols/replication/proof.py` a real one.

    sorts.py            sorts, quantifiers          THING = theory.sort("Thing"), every(THING, lambda thing: …)
    theory.py           symbols, actions, lemmas    theory.relation("lit", LAMP); Step(s).require(…).set(…)
    conditions.py       (action, lemma): the question to z3, with premises, seed and time-out
    premises.py         which lemmas each condition needs: derived, kept in a file (premise_lists.py), derived anew
    needs.py            what fails without each guard, lemma and rule: the same
    proofs.py           Proof(theory, premises, scope).run(), .row("name") for the campaign
    counterexamples.py  state before, step, state after; found by scope.py, evaluated again by evaluate.py without z3
    hygiene.py          sorts must not make each other in a cycle, else z3 may not decide
    lockstep.py         every reachable step of the executable model is a step of the proof, and every lemma holds

How to write one:

1. Sorts for what is unbounded; numbers that are only compared become `theory.ordered`, numbers that are reckoned with
   `theory.integers` (`+`, `-`, `%`, `<` work on them). Functions along one direction of sorts only: a second direction
   becomes a relation. Symbols with `ghost=True` remember what the state forgets.
2. Actions with the names of the executable model (`of=` where one is split into cases). Guards by name: the name of
   the rule that demands them, or what they say. A value that is determined by a formula (a successor, a smallest
   element) is a parameter with a guard. Leave out guards that safety does not need: the proof then says more.
3. Lemmas with the sentence that they say. Words of `logic.py` and `every`, `some`, `choose`; never `and`, `or`, `not`,
   `if`. Values of functions that mean nothing (a log beyond its end) stand behind a premise in every lemma; `where=`
   of the function says so to people who read counterexamples.
4. `Proof(theory, None, scope).run()` uses all lemmas as premises; `explain` shows counterexamples: strengthen lemmas
   until all is proved. Then `python -m nilometer_models.prover.premises NAME` writes the lists.
5. `theory.goal` and `theory.step_goal` take the text of `invariants/`: of a state, or of each step.
6. `Lockstep` with a translation of states; every gap is a mistake in the proof or in the model.
"""

from nilometer_models.prover.conditions import GOAL, INITIALLY, Conditions, Name, Verdict
from nilometer_models.prover.proofs import Proof, ProofRun
from nilometer_models.prover.sorts import BOOLEAN, OrderedSort, Sort, choose, every, some
from nilometer_models.prover.structures import Structure
from nilometer_models.prover.theory import ANYTHING, State, Step, Theory

__all__ = [
    "ANYTHING",
    "BOOLEAN",
    "GOAL",
    "INITIALLY",
    "Conditions",
    "Name",
    "OrderedSort",
    "Proof",
    "ProofRun",
    "Sort",
    "State",
    "Step",
    "Structure",
    "Theory",
    "Verdict",
    "choose",
    "every",
    "some",
]
