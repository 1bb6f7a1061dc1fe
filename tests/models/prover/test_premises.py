"""Lists of premises: found, written, read again."""

from __future__ import annotations

from pathlib import Path

from nilometer_models.prover import GOAL, Conditions, Name, Proof
from nilometer_models.prover.premise_lists import load, text
from nilometer_models.prover.premises import by_counterexamples, core, derive, renew
from tests.models.prover.lock import PROOF

TAKE = Name("Take", "only_one_holds_it")


def test_lists_are_derived_for_conditions_that_need_more_than_their_lemma() -> None:
    heard = []
    lists, failed = derive(PROOF.theory, PROOF.scopes, report=lambda name, found: heard.append((name, found)))
    assert failed == []
    assert lists == {
        TAKE: ("free_means_free",),
        Name("Give", "free_means_free"): ("only_one_holds_it",),
        Name(GOAL, "one_holder"): ("only_one_holds_it",),
    }
    assert len(heard) == 5


def test_the_file_is_written_only_when_everything_is_proved(tmp_path: Path) -> None:
    path = tmp_path / "premises.toml"
    assert renew(Proof(PROOF.theory.without_lemma("free_means_free"), path)) == 1
    assert not path.exists()
    assert renew(Proof(PROOF.theory, path)) == 0
    assert Proof(PROOF.theory, path).run().holds


def test_lists_that_still_prove_are_kept_on_request(tmp_path: Path) -> None:
    path = tmp_path / "premises.toml"
    longer = ("only_one_holds_it", "free_means_free")
    path.write_text(text({TAKE: longer, Name("Give", "free_means_free"): ("free_means_free",)}), "utf-8")
    assert renew(Proof(PROOF.theory, path), keep=True) == 0
    assert load(path) == {
        TAKE: longer,
        Name("Give", "free_means_free"): ("only_one_holds_it",),
        Name(GOAL, "one_holder"): ("only_one_holds_it",),
    }
    assert renew(Proof(PROOF.theory, path)) == 0
    assert load(path)[TAKE] == ("free_means_free",)


def test_a_core_is_enough_and_so_are_counterexamples() -> None:
    conditions = Conditions(PROOF.theory)
    assert core(conditions, TAKE) == ("free_means_free",)
    assert set(by_counterexamples(conditions, TAKE, PROOF.scopes) or ()) == {"only_one_holds_it", "free_means_free"}
    assert conditions.usual_premises(TAKE) == ("only_one_holds_it",)


def test_what_cannot_be_proved_has_no_list() -> None:
    weak = PROOF.theory.without_lemma("free_means_free")
    lists, failed = derive(weak, PROOF.scopes)
    assert failed == [TAKE]
    assert TAKE not in lists
    assert by_counterexamples(Conditions(weak), TAKE, PROOF.scopes) is None
