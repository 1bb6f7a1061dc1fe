"""What the rows of a model must say together."""

from __future__ import annotations

from dataclasses import replace

from nilometer_models.campaign.judge import disagreements, problems, unbroken, unreached
from nilometer_models.campaign.rows import HOLDS, SKIPPED, TODAY, UNKNOWN, Engine, Row, breaks
from tests.models.crossing import MACHINE

PYTHON = Row(
    "crossing", TODAY, "two cars", Engine.PYTHON, HOLDS, states=40, edges=72, depth=9, reached={"both_wait": 3},
    fired=("Arrive", "Pass", "TurnGreen", "TurnRed"),
)  # fmt: skip
TLC = Row("crossing", TODAY, "two cars", Engine.TLC, HOLDS, states=40, depth=9)
KILLED = [
    Row("crossing", "green_at_once", "cars 1", engine, breaks("never_both_green"), states=states, length=3)
    for engine, states in ((Engine.PYTHON, 11), (Engine.TLC, None))
]


def test_engines_that_agree_leave_nothing_to_say() -> None:
    assert problems(MACHINE, [PYTHON, TLC, *KILLED]) == []


def test_each_difference_between_the_engines_is_said() -> None:
    for changed in (replace(TLC, states=41), replace(TLC, depth=8), replace(TLC, verdict=breaks("never_both_green"))):
        (said,) = disagreements(MACHINE, [PYTHON, changed])
        assert said.startswith("rules of today, two cars: ")
    (said,) = disagreements(MACHINE, [KILLED[0], replace(KILLED[1], length=4)])
    assert said == "green_at_once, cars 1: length is 3 in Python and 4 in TLC"


def test_what_cannot_be_compared_is_not() -> None:
    assert disagreements(MACHINE, [PYTHON, replace(TLC, bounds="one car", states=16)]) == []
    assert disagreements(MACHINE, [PYTHON, replace(TLC, verdict=SKIPPED, states=None, depth=None)]) == []
    assert disagreements(MACHINE, [KILLED[0], replace(KILLED[1], states=99)]) == []  # a search that stops early


def test_runs_that_go_on_for_ever_have_no_shortest_length() -> None:
    lasso = [replace(row, variant="impatient", verdict=breaks("everybody_gets_through")) for row in KILLED]
    assert disagreements(MACHINE, [lasso[0], replace(lasso[1], length=None)]) == []
    assert len(disagreements(MACHINE, [lasso[0], replace(lasso[1], verdict=HOLDS)])) == 1


def test_a_property_that_no_bug_breaks_is_named() -> None:
    assert unbroken(MACHINE) == []
    fewer = replace(MACHINE, bugs={name: bug for name, bug in MACHINE.bugs.items() if name != "impatient"})
    assert unbroken(fewer) == ["no bug breaks everybody_gets_through"]


def test_what_never_happens_is_named() -> None:
    assert unreached(MACHINE, [PYTHON]) == []
    assert unreached(MACHINE, [replace(PYTHON, reached={}, fired=("Arrive", "Pass", "TurnGreen"))]) == [
        "both_wait is not reached",
        "TurnRed never happens",
    ]


def test_what_only_python_can_tell_is_asked_only_if_it_looked() -> None:
    assert problems(MACHINE, [TLC]) == []
    assert problems(MACHINE, [TLC, replace(PYTHON, verdict=SKIPPED, reached={}, fired=())]) == []


def test_unknown_is_never_a_pass_and_problems_of_rows_are_told() -> None:
    assert "rules of today, python: unknown" in problems(MACHINE, [replace(PYTHON, verdict=UNKNOWN)])
    assert "rules of today, two cars, tlc: out of memory" in problems(MACHINE, [PYTHON, TLC.wrong("out of memory")])
