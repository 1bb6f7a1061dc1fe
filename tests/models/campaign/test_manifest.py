"""Manifests: what is written, what is kept, what is different now."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from nilometer_models.campaign.checks import AnyMachine
from nilometer_models.campaign.manifest import FILE, differences, from_rows, load, record
from nilometer_models.campaign.rows import HOLDS, PROVED, SKIPPED, TODAY, Engine, Row, breaks
from tests.models.crossing import MACHINE

PYTHON = Row(
    "crossing", TODAY, "two cars", Engine.PYTHON, HOLDS, states=40, edges=72, depth=9, reached={"both_wait": 3}
)
TLC = Row("crossing", TODAY, "two cars", Engine.TLC, HOLDS, states=40, depth=9)
KILLED = Row("crossing", "green_at_once", "cars 1", Engine.PYTHON, breaks("never_both_green"), states=11, length=3)
PROOF = Row("crossing", TODAY, "", Engine.Z3, PROVED, note="3 of 3 proved")


@pytest.fixture
def machine(tmp_path: Path) -> AnyMachine:
    return replace(MACHINE, home=tmp_path)


def test_what_is_recorded_is_read_again(machine: AnyMachine) -> None:
    assert load(machine) == {}
    assert differences(machine, [PYTHON]) == [
        "two cars, python: {'verdict': 'holds', 'states': 40, 'edges': 72, 'depth': 9}; recorded nothing"
    ]
    record(machine, [PYTHON, TLC, KILLED, PROOF])
    assert load(machine) == {
        "bounds": {
            "two cars": {
                "python": {"verdict": "holds", "states": 40, "edges": 72, "depth": 9},
                "tlc": {"verdict": "holds", "states": 40, "depth": 9},
            }
        },
        "bugs": {
            "green_at_once": {
                "bounds": "cars 1",
                "python": {"verdict": "breaks never_both_green", "states": 11, "length": 3},
            }
        },
        "proof": {"verdict": "proved", "note": "3 of 3 proved"},
        "witnesses": {"both_wait": 3},
    }
    assert differences(machine, [PYTHON, TLC, KILLED, PROOF]) == []


def test_every_count_that_changes_is_a_difference(machine: AnyMachine) -> None:
    record(machine, [PYTHON, KILLED, PROOF])
    for changed in (
        replace(PYTHON, states=41),
        replace(PYTHON, edges=73),
        replace(PYTHON, verdict=breaks("never_both_green")),
        replace(KILLED, length=4),
        replace(PROOF, note="2 of 3 proved"),
    ):
        assert len(differences(machine, [changed])) == 1
    assert differences(machine, [replace(PYTHON, seconds=99)]) == []


def test_a_witness_that_is_further_away_now_is_a_difference(machine: AnyMachine) -> None:
    record(machine, [PYTHON])
    assert differences(machine, [replace(PYTHON, reached={"both_wait": 4})]) == ["both_wait: 4 states; recorded 3"]
    assert differences(machine, [replace(PYTHON, bounds="one car", reached={"both_wait": 4})])[1:] == []


def test_recording_a_part_keeps_the_rest_and_forgets_what_is_gone(machine: AnyMachine) -> None:
    record(machine, [PYTHON, TLC, KILLED, PROOF])
    record(machine, [replace(PYTHON, states=44)])
    kept = load(machine)
    assert kept["bounds"]["two cars"]["python"]["states"] == 44
    assert kept["bounds"]["two cars"]["tlc"]["states"] == 40
    assert "green_at_once" in kept["bugs"]
    assert kept["proof"]["note"] == "3 of 3 proved"
    fewer = replace(machine, bugs={}, bounds={}, witnesses={})
    record(fewer, [PROOF])
    assert load(fewer) == {"proof": {"verdict": "proved", "note": "3 of 3 proved"}}


def test_what_is_recorded_of_bounds_and_bugs_that_are_gone_is_said(machine: AnyMachine) -> None:
    record(machine, [PYTHON, KILLED])
    fewer = replace(machine, bugs={}, bounds={})
    assert differences(fewer, []) == [
        "two cars is recorded, and is no longer among the bounds",
        "green_at_once is recorded, and is no longer among the bugs",
    ]


def test_what_was_skipped_says_nothing(machine: AnyMachine) -> None:
    assert from_rows([replace(TLC, verdict=SKIPPED)])["bounds"] == {}
    record(machine, [PYTHON, TLC])
    assert differences(machine, [replace(TLC, verdict=SKIPPED, states=None)]) == []


def test_the_shortest_way_to_a_witness_counts() -> None:
    rows = [PYTHON, replace(PYTHON, bounds="one car", reached={"both_wait": 5})]
    assert from_rows(rows)["witnesses"] == {"both_wait": 3}


def test_recording_larger_bounds_alone_keeps_the_shortest_way_to_a_witness(machine: AnyMachine) -> None:
    record(machine, [PYTHON])
    larger = replace(PYTHON, bounds="one car", reached={"both_wait": 5})
    record(machine, [larger])
    assert load(machine)["witnesses"] == {"both_wait": 3}
    record(machine, [replace(PYTHON, reached={"both_wait": 4}), larger])
    assert load(machine)["witnesses"] == {"both_wait": 4}


def test_the_file_is_toml(machine: AnyMachine) -> None:
    record(machine, [PYTHON])
    assert machine.home is not None
    assert tomllib.loads((machine.home / FILE).read_text("utf-8")) == load(machine)
