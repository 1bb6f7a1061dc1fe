"""The models as a page."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from nilometer.catalogue import Catalogue, load
from nilometer.documentation.models import bounds_rows, bug_row, ids, page, property_rows, sentence, witness_rows
from nilometer_models import protocols
from nilometer_models.campaign import manifest
from nilometer_models.campaign.checks import AnyMachine
from nilometer_models.campaign.rows import EQUAL, HOLDS, TODAY, Engine, Row, breaks
from tests.models.crossing import MACHINE


@pytest.fixture
def machine(tmp_path: Path) -> AnyMachine:
    made: AnyMachine = replace(MACHINE, home=tmp_path)
    python = Row(
        "crossing", TODAY, "two cars", Engine.PYTHON, HOLDS, states=4000, edges=72, depth=9, reached={"both_wait": 3}
    )
    manifest.record(
        made,
        [
            python,
            replace(python, engine=Engine.TLC, edges=None, reached={}),
            replace(python, bounds="one car", engine=Engine.TWIN, verdict=EQUAL, states=16, reached={}),
            Row("crossing", "impatient", "cars 1", Engine.PYTHON, breaks("everybody_gets_through"), length=6),
            Row("crossing", "impatient", "cars 1", Engine.TLC, breaks("everybody_gets_through")),
        ],
    )
    return made


def test_bounds_have_their_counts_and_say_who_agrees(machine: AnyMachine) -> None:
    assert list(bounds_rows(machine, manifest.load(machine))) == [
        ["one car: cars 1", "-", "-", "-", "edge by edge"],
        ["two cars: cars 2", "4,000", "72", "9", "Python, TLC"],
        ["five cars: cars 5, nightly", "-", "-", "-", "not recorded"],
    ]


def test_a_bug_says_what_it_breaks_and_who_finds_it(machine: AnyMachine) -> None:
    recorded = manifest.load(machine)
    assert bug_row(MACHINE.bugs["impatient"], recorded) == [
        "impatient", "A light turns red although cars wait", "", "`everybody_gets_through`", "cars 1",
        "Python in 5 steps, TLC",
    ]  # fmt: skip
    assert bug_row(MACHINE.bugs["turn_kept"], recorded)[-1] == "not recorded"


def test_a_promise_says_its_kind_and_who_breaks_it() -> None:
    rows = {row[0]: row[1:] for row in property_rows(MACHINE, Catalogue([]))}
    assert rows["`never_both_green`"] == ["invariant", "At most one light is green", "Z1", "green_at_once"]
    assert [row[0] for row in rows.values()] == ["invariant", "step", "stays possible", "must come"]


def test_witnesses_say_how_far_away_they_are(machine: AnyMachine) -> None:
    assert list(witness_rows(machine, manifest.load(machine))) == [["`both_wait`", "Cars wait at both lights", "2"]]
    assert list(witness_rows(machine, {})) == [["`both_wait`", "Cars wait at both lights", "not recorded"]]


def test_requirements_are_linked_where_the_suite_has_them() -> None:
    claim = replace(MACHINE.invariants["never_both_green"], ids=("L3", "Z1"))
    assert ids(claim, load()) == "[L3](requirements/log.md#l3), Z1"


def test_a_sentence_is_the_first_one_in_a_line() -> None:
    assert sentence("One | two\nthree. Four.") == "One \\| two three"


def test_every_model_has_its_section() -> None:
    text = page(load())
    for name in protocols.names():
        assert f"\n## {name}\n" in text
        assert f"`nilometer prove {name}`" in text
        for bug in protocols.machine(name).bugs:
            assert f"| {bug} |" in text
