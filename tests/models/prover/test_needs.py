"""What a proof needs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from nilometer_models.prover import Name, Proof, State, Step, needs
from nilometer_models.prover.needs import Part, guard_of
from tests.models.prover.lock import PROOF

NEEDS = {
    guard_of("Take", "free"): Name("Take", "only_one_holds_it"),
    guard_of("Give", "holder"): Name("Give", "free_means_free"),
    Part("only_one_holds_it"): Name("Give", "free_means_free"),
    Part("free_means_free"): Name("Take", "only_one_holds_it"),
}


def test_each_guard_and_lemma_is_shown_by_a_condition_that_fails_without_it() -> None:
    pairs = {part: needs.needed_by(PROOF, part) for part in needs.parts(PROOF)}
    assert {part: pair and pair.name for part, pair in pairs.items()} == NEEDS
    assert needs.faults(PROOF, NEEDS) == []


def test_a_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "needs.toml"
    more = {**NEEDS, Part("taking = free for all", "rules"): Name("Take", "only_one_holds_it")}
    path.write_text(needs.text(more), "utf-8")
    assert needs.load(path) == more


def test_the_file_is_written_when_every_part_is_needed(tmp_path: Path) -> None:
    path = tmp_path / "needs.toml"
    assert needs.renew(replace(PROOF, needs_path=path)) == 0
    assert needs.load(path) == NEEDS
    idle = PROOF.theory.actions["Take"]

    def careful(s: State, client: Any) -> Step:
        return idle.effect(s, client).require("idle", s.free())

    theory = replace(PROOF.theory, actions={**PROOF.theory.actions, "Take": replace(idle, effect=careful)})
    assert needs.renew(Proof(theory, needs_path=tmp_path / "none.toml")) == 1
    assert not (tmp_path / "none.toml").exists()
    assert needs.renew(Proof(theory, needs_path=path, spare={"Take.idle": "twice", "Take.free": "twice"})) == 0


def test_what_is_missing_gone_or_not_true_is_a_fault() -> None:
    fewer = {part: name for part, name in NEEDS.items() if part.name != "holder"}
    assert needs.faults(PROOF, fewer) == ["nothing is said about Give.holder"]
    assert needs.faults(replace(PROOF, spare={"Give.holder": "for readers"}), fewer) == []
    assert needs.faults(replace(PROOF, spare={"Give.holder": "for readers"}), NEEDS) == [
        "Give.holder is spare, and is needed by Give / free_means_free"
    ]
    gone = {**NEEDS, Part("gone"): Name("Take", "only_one_holds_it")}
    assert needs.faults(PROOF, gone) == ["there is no gone any more"]
    untrue = {**NEEDS, guard_of("Take", "free"): Name("Take", "free_means_free")}
    assert needs.faults(PROOF, untrue) == ["Take / free_means_free holds without Take.free"]


def test_other_rules_are_a_variant_of_the_theory() -> None:
    rule = Part("anybody takes", "rules")
    proof = replace(PROOF, variants={rule.name: PROOF.theory.without_guard("free"), "same": PROOF.theory})
    pair = needs.needed_by(proof, rule)
    assert pair is not None
    assert pair.name == ("Take", "only_one_holds_it")
    assert needs.needed_by(proof, Part("same", "rules")) is None
