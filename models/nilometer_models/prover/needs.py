"""What a proof needs: without a guard, a lemma or a rule, some condition has a counterexample to induction.

    python -m nilometer_models.prover.needs replication           finds them, and writes the file next to the proof

A guard that may go without harm says less about the protocol than it seems to; a lemma that may go makes the proof
longer than it is. The file names for each the condition that fails without it; `faults` asks these again:

    [guards.ExpandIsr]
    expand_waits_for_epoch_start = "isr_holds_committed"          ExpandIsr / isr_holds_committed fails without it
    [lemmas]
    one_leader_an_epoch = "BecomeFollower / log_of_a_follower"    rests on it
    [rules]
    "truncation = none" = "BecomeFollower / log_of_a_follower"    by other rules: `Proof.variants`

A guard that stands there only to be read is in `Proof.spare`, with the reason.
"""

from __future__ import annotations

import importlib
import sys
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from nilometer_models.prover.conditions import Conditions, Name, Verdict
from nilometer_models.prover.counterexamples import Counterexample, find
from nilometer_models.prover.premises import LITTLE
from nilometer_models.prover.proofs import Proof, known


@dataclass(frozen=True)
class Part:
    """A guard of an action, a lemma, or a rule."""

    name: str
    section: str = "lemmas"
    """`lemmas`, `rules`, or `guards.` and an action."""

    @property
    def action(self) -> str | None:
        """The action whose guard it is."""
        return self.section.removeprefix("guards.") if self.section.startswith("guards.") else None

    def __str__(self) -> str:
        return self.name if self.action is None else f"{self.action}.{self.name}"


def guard_of(action: str, guard: str) -> Part:
    """The part that a guard is."""
    return Part(guard, f"guards.{action}")


Needs = dict[Part, Name]


def parts(proof: Proof) -> Iterator[Part]:
    """Every guard, every lemma and every rule that has a variant."""
    for action, names in proof.theory.guards().items():
        yield from (guard_of(action, guard) for guard in names)
    yield from (Part(lemma) for lemma in proof.theory.lemmas)
    yield from (Part(rule, "rules") for rule in proof.variants)


def without(proof: Proof, part: Part) -> Conditions:
    """The conditions of the theory that lacks a part."""
    variant = proof.variants.get(part.name) if part.section == "rules" else None
    if variant is None and part.action is None:
        variant = proof.theory.without_lemma(part.name)
    variant = variant or proof.theory.without_guard(part.name, part.action)
    return Conditions(variant, known(proof.premises, variant))


def doubtful(proof: Proof, part: Part) -> list[Name]:
    """Conditions that may fail without a part: of its action, or those that rest on the lemma."""
    conditions = Conditions(proof.theory, proof.premises)
    names = list(conditions.names())
    if part.section == "lemmas":
        return [name for name in names if name.claim != part.name and part.name in conditions.premise_names(name)]
    loose = without(proof, part)
    touched = [name for name in names if part.action in (None, name.action)]
    return [name for name in touched if loose.ask(name, effort=LITTLE).verdict is not Verdict.PROVED]


def needed_by(proof: Proof, part: Part) -> Counterexample | None:
    """What fails without the part, in the smallest scope that shows it; None: nothing does."""
    return first_counterexample(proof, without(proof, part), doubtful(proof, part))


def first_counterexample(proof: Proof, conditions: Conditions, names: Iterable[Name]) -> Counterexample | None:
    """A counterexample to any of these conditions."""
    chosen = list(names)
    found = (find(conditions, name, scope) for scope in proof.scopes.growing() for name in chosen)
    return next((pair for pair in found if pair is not None), None)


def load(path: Path) -> Needs:
    """The needs of a file."""
    tables = tomllib.loads(path.read_text("utf-8"))
    found = {
        guard_of(action, guard): Name(action, claim)
        for action, lists in tables.get("guards", {}).items()
        for guard, claim in lists.items()
    }
    for section in ("lemmas", "rules"):
        found |= {Part(name, section): Name(*by.split(" / ")) for name, by in tables.get(section, {}).items()}
    return found


def text(needs: Needs) -> str:
    """The text of a file."""
    lines = ["# Made by `python -m nilometer_models.prover.needs`: what fails without each guard and each lemma."]
    for section in dict.fromkeys(part.section for part in needs):
        lines += ["", f"[{section}]"]
        for part, name in needs.items():
            if part.section == section:
                key = f'"{part.name}"' if section == "rules" else part.name
                lines.append(f'{key} = "{name if part.action is None else name.claim}"')
    return "\n".join(lines) + "\n"


def unsaid(proof: Proof, needs: Needs) -> list[str]:
    """Parts of which nothing is said, and of which too much is."""
    known_parts = set(parts(proof))
    spare = {part for part in known_parts if str(part) in proof.spare}
    found = [f"nothing is said about {part}" for part in parts(proof) if part not in spare and part not in needs]
    found += [f"there is no {part} any more" for part in needs if part not in known_parts]
    found += [f"{part} is spare, and is needed by {needs[part]}" for part in needs if part in spare]
    return found


def faults(proof: Proof, needs: Needs) -> list[str]:
    """Parts without a condition that fails without them, and conditions that do not fail; empty if all is well."""
    return unsaid(proof, needs) or [
        f"{name} holds without {part}"
        for part, name in needs.items()
        if first_counterexample(proof, without(proof, part), [name]) is None
    ]


def renew(proof: Proof) -> int:
    """Find the needs of a proof, and write them if every part has one; else 1."""
    assert proof.needs_path is not None
    known_needs = load(proof.needs_path) if proof.needs_path.exists() else {}
    needs: Needs = {}
    unneeded = []
    for part in parts(proof):
        pair = None
        if part in known_needs and known_needs[part] in list(without(proof, part).names()):
            pair = first_counterexample(proof, without(proof, part), [known_needs[part]])
        pair = pair or needed_by(proof, part)
        if pair is not None:
            needs[part] = pair.name
        elif str(part) not in proof.spare:
            unneeded.append(part)
        print(f"{part}: {pair.name if pair else 'NOT NEEDED'}", flush=True)
    if unneeded:
        print(f"{', '.join(map(str, unneeded))}: nothing fails without; nothing was written")
        return 1
    proof.needs_path.write_text(text(needs), "utf-8")
    return 0


def main(protocol: str) -> int:
    """Find the needs of a protocol's proof."""
    return renew(importlib.import_module(f"nilometer_models.protocols.{protocol}.proof").PROOF)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
