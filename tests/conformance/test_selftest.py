"""Bugs are switched on one at a time, and their fate is told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nilometer.catalogue import Catalogue, load
from nilometer.selftest import Fate, Row, chosen_faults, run
from nilometer.settings import Profile, Settings
from nilometer.verdict import Level, Result, Verdict
from nilometer_reference.faults.catalogue import all_faults


def result(id: str, *, violations: int = 0, verdict: Verdict = Verdict.HOLDS) -> Result:
    made = Result(id, Level.MUST, verdict=verdict, judged=1)
    made.violations = violations
    return made


@pytest.mark.parametrize(
    ("violated", "fired", "fate"),
    [
        (["I2"], 3, Fate.KILLED),
        (["I2", "W1"], 3, Fate.KILLED),
        ([], 3, Fate.SURVIVED),
        ([], 0, Fate.SILENT),
        (["I2"], 0, Fate.SILENT),
        (["W1"], 3, Fate.SURVIVED),
    ],
)
def test_a_bug_is_killed_by_the_requirement_that_it_names_first(violated: list[str], fired: int, fate: Fate) -> None:
    row = Row(all_faults()["B028"], {id: result(id, violations=id in violated) for id in ("I2", "W1")}, fired)
    assert row.fate is fate
    assert row.ok == (fate is Fate.KILLED)


def test_one_that_only_another_named_one_catches_is_a_hole_in_the_first() -> None:
    row = Row(all_faults()["B063"], {"TI1": result("TI1")}, 1)
    assert row.fate is Fate.SURVIVED
    row = Row(all_faults()["B065"], {"TI1": result("TI1"), "TI8": result("TI8", violations=1)}, 1)
    assert row.fate is Fate.CAUGHT
    assert not row.ok


def test_a_control_must_find_nothing() -> None:
    assert Row(None, {"I2": result("I2")}).ok
    assert not Row(None, {"I2": result("I2", violations=1)}).ok


def test_a_check_that_breaks_is_our_mistake() -> None:
    assert Row(all_faults()["B028"], {"I2": result("I2", verdict=Verdict.ERROR)}).fate is Fate.FAILED


def test_only_bugs_with_a_requirement_are_chosen_and_unknown_ones_are_refused() -> None:
    assert [fault.id for fault in chosen_faults(["B028"], load())] == ["B028"]
    with pytest.raises(KeyError):
        chosen_faults(["B999"], load())


@pytest.mark.timeout(180)
@pytest.mark.parametrize(
    ("caught_by", "every", "judged", "fate"),
    [
        (("O4", "O3"), False, {"O4"}, Fate.KILLED),
        (("O4", "O3"), True, {"O3", "O4"}, Fate.KILLED),
        (("O3", "O4"), False, {"O3", "O4"}, Fate.CAUGHT),
    ],
)
def test_the_others_are_asked_where_the_first_finds_nothing(
    caught_by: tuple[str, ...], every: bool, judged: set[str], fate: Fate
) -> None:
    catalogue = Catalogue([load()[id] for id in ("O3", "O4")])
    fault = replace(all_faults()["B092"], caught_by=caught_by)
    rows = list(run([fault], catalogue, Settings(profile=Profile.SMOKE, seed=1), every=every))
    assert rows[0].fate is fate
    assert set(rows[0].results) == judged
    assert rows[0].fired
    assert set(rows[1].results) == {"O3", "O4"}  # the broker without a bug is asked everything


@pytest.mark.timeout(180)
def test_a_bug_of_the_reference_is_killed_and_the_reference_is_not_blamed() -> None:
    settings = Settings(profile=Profile.SMOKE, seed=1)
    rows = list(run(chosen_faults(["B028", "B092"], load()), load(), settings))
    assert [row.fate for row in rows] == [Fate.KILLED, Fate.KILLED, Fate.SURVIVED]
    assert all(row.fired for row in rows[:2])
    assert rows[2].ok
