"""A proof: every condition of a theory, answered; what failed is explained by a counterexample to induction.

    PROOF = Proof(theory(), Path(__file__).with_name("proof_premises.toml"), scope={"Replica": 3, "Epoch": 4})
    run = PROOF.run()
    run.proved, run.answers, run.failed, run.slowest
    run.explain(run.failed[0])                 the pair of states, or what else to do

`row()` is what `nilometer prove` shows and records: conditions, hygiene, and what the lockstep check found.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from nilometer_models.campaign.rows import FAILED, PROVED, TODAY, UNKNOWN, Engine, Row
from nilometer_models.prover import hygiene
from nilometer_models.prover.conditions import EFFORT, SEED, Answer, Conditions, Name, Verdict
from nilometer_models.prover.counterexamples import Counterexample, smallest
from nilometer_models.prover.premise_lists import Lists, load
from nilometer_models.prover.scope import Scopes, Sizes
from nilometer_models.prover.theory import Theory

CAUTION = "The state before may be unreachable: this shows what the proof needs, only the explorer shows a bug."
Report = Callable[[Answer], None]


@dataclass(frozen=True)
class ProofRun:
    """The answers to all conditions."""

    conditions: Conditions
    answers: tuple[Answer, ...]
    scopes: Scopes

    @property
    def proved(self) -> int:
        return sum(answer.verdict is Verdict.PROVED for answer in self.answers)

    @property
    def failed(self) -> list[Answer]:
        """Whatever is not proved: `unknown` too."""
        return [answer for answer in self.answers if answer.verdict is not Verdict.PROVED]

    @property
    def slowest(self) -> Answer:
        return max(self.answers, key=lambda answer: answer.seconds)

    @property
    def holds(self) -> bool:
        return bool(self.answers) and not self.failed

    def __getitem__(self, name: tuple[str, str]) -> Answer:
        return next(answer for answer in self.answers if answer.name == name)

    def counterexample(self, answer: Answer) -> Counterexample | None:
        """A counterexample to induction in a small scope, with all lemmas as premises."""
        return smallest(self.conditions, answer.name, self.scopes)

    def explain(self, answer: Answer) -> str:
        """Why a condition is not proved, and what to do."""
        found = self.counterexample(answer)
        if found is not None:
            return f"{answer.name}: {answer.verdict}\n{found}\n{CAUTION}"
        advice = f"no counterexample within {self.scopes}: derive its premises anew"
        return f"{answer.name}: {answer.verdict} with premises {', '.join(answer.premises) or 'none'}; {advice}"


@dataclass
class Proof:
    """A theory with the lists of premises that make it fast. Without a file, every lemma is a premise."""

    theory: Theory
    premises_path: Path | None = None
    scope: Sizes = field(default_factory=dict)
    """How many elements of each sort a counterexample may have; of sorts that are not named, 3."""
    needs_path: Path | None = None
    """What fails without each guard and lemma: written and read by `needs.py`."""
    spare: Mapping[str, str] = field(default_factory=dict)
    """Guards (`Action.guard`) that the proof does not need, with the reason why they are there."""
    variants: Mapping[str, Theory] = field(default_factory=dict)
    """The theory by other rules, by the name of the rule: each must fail."""
    lockstep: Callable[[], list[str]] | None = None
    """Runs the executable model beside the theory: what does not fit, in sentences."""

    @cached_property
    def premises(self) -> Lists | None:
        return None if self.premises_path is None else load(self.premises_path)

    @cached_property
    def scopes(self) -> Scopes:
        return Scopes(self.theory, self.scope)

    def run(
        self,
        theory: Theory | None = None,
        *,
        effort: int = EFFORT,
        seed: int = SEED,
        report: Report | None = None,
        only: Callable[[Name], bool] = lambda _: True,
    ) -> ProofRun:
        """Ask all conditions; `theory` is a variant of this one (a guard, a lemma, a rule less)."""
        conditions = Conditions(theory or self.theory, known(self.premises, theory or self.theory))
        answers = []
        for name in conditions.names():
            if only(name):
                answers.append(conditions.ask(name, effort=effort, seed=seed))
                if report is not None:
                    report(answers[-1])
        return ProofRun(conditions, tuple(answers), self.scopes)

    def without_guard(self, guard: str, action: str | None = None) -> ProofRun:
        """The proof without a guard: it must fail somewhere."""
        return self.run(self.theory.without_guard(guard, action))

    def row(self, model: str) -> Row:
        """What `nilometer prove` shows. The note does not depend on the machine."""
        run = self.run()
        verdict = PROVED
        if run.failed:
            verdict = FAILED if any(answer.verdict is Verdict.FAILED for answer in run.failed) else UNKNOWN
        problems = [*map(run.explain, run.failed), *hygiene.faults(self.theory), *self.stale_lists()]
        problems += self.lockstep() if self.lockstep is not None else []
        note = f"{run.proved} of {len(run.answers)} proved"
        if self.theory.assumptions:
            note += f", assuming {', '.join(name for name, _ in self.theory.assumptions)}"
        verdict = FAILED if problems and verdict == PROVED else verdict
        return Row(model, TODAY, "unbounded", Engine.Z3, verdict, problems=tuple(problems), note=note)

    def stale_lists(self) -> list[str]:
        """Entries of the file of premises that name no condition or no lemma."""
        names = set(Conditions(self.theory).names())
        found = []
        for name, premises in (self.premises or {}).items():
            if name not in names:
                found.append(f"{self.premises_path}: there is no condition {name}")
            found += [
                f"{self.premises_path}: {name} names {premise}, which is no lemma"
                for premise in premises
                if premise not in self.theory.lemmas
            ]
        return found


def known(premises: Lists | None, theory: Theory) -> Lists | None:
    """The lists as far as the theory has their lemmas: a variant may have one less."""
    if premises is None:
        return None
    return {name: tuple(p for p in listed if p in theory.lemmas) for name, listed in premises.items()}
