"""Files of premise lists."""

from __future__ import annotations

from pathlib import Path

from nilometer_models.prover import GOAL, Name, Proof
from nilometer_models.prover.premise_lists import load, text
from tests.models.prover.lock import theory

LISTS = {
    Name("Take", "only_one_holds_it"): ("free_means_free",),
    Name("Give", "free_means_free"): ("only_one_holds_it", "free_means_free"),
    Name(GOAL, "one_holder"): ("only_one_holds_it",),
}


def test_a_file_is_read_as_it_was_written_and_proves_everything(tmp_path: Path) -> None:
    path = tmp_path / "premises.toml"
    path.write_text(text(LISTS), "utf-8")
    assert load(path) == LISTS
    assert Proof(theory(), path).run().holds


def test_without_a_file_there_are_no_lists(tmp_path: Path) -> None:
    assert load(tmp_path / "none.toml") == {}
