"""One task, one row: what holds, what a bug breaks, and what is wrong about a model or a bug that is not right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from nilometer_models.campaign import checks
from nilometer_models.campaign.checks import Task, explore_bounds, explore_bug, run_task
from nilometer_models.campaign.rows import EQUAL, FAILED, HOLDS, SKIPPED, TODAY, Engine, breaks
from nilometer_models.explore import Progress
from nilometer_models.machine import Bounds, Bug, Machine
from tests.models import crossing
from tests.models.crossing import MACHINE, Config

NAME = "tests.models.crossing"
AnyMachine = Machine[Any, Any, Any]


def bug(name: str, breaks: str, **rules: bool) -> Bug[Config]:
    return Bug(name, "An edit", breaks, Config(1), rules, "")


class Sets(NamedTuple):
    """Bounds with a set in them."""

    voters: frozenset[str] = frozenset({"b", "c", "a"})
    most: int = 2
    rules: tuple[()] = ()


def test_bounds_are_described_in_the_same_words_by_every_process() -> None:
    assert checks.describe(Sets()) == "voters {a, b, c}, most 2"


def test_what_holds_is_counted_with_what_happened_on_the_way() -> None:
    row = run_task(Task(NAME, Engine.PYTHON, bounds="two cars"))
    assert (row.model, row.variant, row.bounds, row.verdict) == ("crossing", TODAY, "two cars", HOLDS)
    assert (row.states, row.edges, row.depth) == (40, 72, 9)
    assert row.reached == {"both_wait": 3}
    assert set(row.fired) == {"Arrive", "Pass", "TurnGreen", "TurnRed"}
    assert not row.problems
    assert row.seconds > 0


@pytest.mark.parametrize("name", list(MACHINE.bugs))
def test_each_bug_breaks_what_it_says(name: str) -> None:
    row = run_task(Task(NAME, Engine.PYTHON, bug=name))
    assert row.verdict == breaks(MACHINE.bugs[name].breaks)
    assert row.bounds == "cars 1"
    assert row.length is not None
    assert not row.problems


@pytest.mark.parametrize("name", list(MACHINE.bugs))
def test_wrong_rules_of_today_break_their_promise_whatever_kind_it_is(name: str) -> None:
    wrong = MACHINE.bugs[name]
    bounds = Bounds("wrong", crossing.crossing(1, **wrong.rules).config)
    row = explore_bounds(MACHINE, bounds)
    assert row.verdict == breaks(wrong.breaks)
    assert any("(start)" in problem for problem in row.problems)


@pytest.mark.parametrize(
    ("promise", "how"),
    [("never_both_green", "holds"), ("nobody_need_wait", "holds"), ("everybody_gets_through", "holds")],
)
def test_a_bug_that_breaks_nothing_survives(promise: str, how: str) -> None:
    row = explore_bug(MACHINE, bug("harmless", promise))
    assert row.verdict == HOLDS
    assert row.length is None
    assert row.problems == (f"harmless survives: {promise} {how} with {{}}",)


def broken_today(rules: dict[str, bool]) -> AnyMachine:
    """The machine whose rules of today are wrong; its bounds are gone, so that bugs need their own control."""
    rules_of_today = crossing.Rules(**rules)
    return replace(MACHINE, bounds={}, bugs={"same": Bug("same", "", "", Config(1, rules_of_today), {}, "")})


@pytest.mark.parametrize(
    ("rules", "promise", "said"),
    [
        ({"takes_turns": False}, "never_both_green", "without same:"),
        ({"hands_over": False}, "nobody_need_wait", "does not hold either"),
        ({"is_patient": False}, "everybody_gets_through", "does not hold either"),
    ],
)
def test_a_property_that_is_broken_without_the_bug_shows_nothing(
    rules: dict[str, bool], promise: str, said: str
) -> None:
    machine = broken_today(rules)
    row = explore_bug(machine, replace(machine.bugs["same"], breaks=promise))
    assert row.verdict == breaks(promise)
    assert any(said in problem for problem in row.problems)


def test_where_todays_rules_are_explored_anyway_a_bug_needs_no_control() -> None:
    heard: list[Progress] = []
    assert checks._control(MACHINE, bug("any", "never_both_green"), crossing.crossing(1), heard.append) == []
    assert checks._control(broken_today({}), bug("any", "never_both_green"), crossing.crossing(1), None) == []


def test_a_model_that_raises_fails_its_own_row_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = Path(crossing.__file__).read_text("utf-8").replace("not s.waiting[light - 1]", "not s.waiting[light + 1]")
    (tmp_path / "crossing_model").mkdir()
    (tmp_path / "crossing_model" / "__init__.py").touch()
    (tmp_path / "crossing_model" / "wrong.py").write_text(text, "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    row = run_task(Task("crossing_model.wrong", Engine.PYTHON, bounds="one car"))
    assert row.verdict == FAILED
    assert "IndexError" in row.problems[0]


def test_an_engine_that_is_not_installed_is_skipped_and_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NILOMETER_TLA_TOOLS", "/nowhere/tla2tools.jar")
    for engine in (Engine.TLC, Engine.TWIN):
        row = run_task(Task(NAME, engine, bounds="one car"))
        assert row.verdict == SKIPPED
        assert "which is not a file" in row.note or "Java" in row.note
        assert not row.problems


@pytest.fixture
def with_proof(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A copy of the toy that is a package with a proof."""
    package = tmp_path / "proved" / "crossing"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("from proved.crossing.model import MACHINE as MACHINE\n", "utf-8")
    (package / "model.py").write_text(Path(crossing.__file__).read_text("utf-8"), "utf-8")
    (package / "proof.py").write_text(
        "from nilometer_models.campaign.rows import PROVED, TODAY, Engine, Row\n"
        "def campaign_row():\n"
        "    return Row('crossing', TODAY, '', Engine.Z3, PROVED, note='3 of 3 proved')\n",
        "utf-8",
    )
    monkeypatch.syspath_prepend(tmp_path)
    return "proved.crossing"


def test_a_protocol_with_a_proof_is_proved(with_proof: str) -> None:
    row = run_task(Task(with_proof, Engine.Z3))
    assert (row.verdict, row.note) == ("proved", "3 of 3 proved")


def test_tasks_read_as_what_they_look_at() -> None:
    assert str(Task("crossing", Engine.TLC, bounds="one car")) == "crossing: one car (tlc)"
    assert str(Task("crossing", Engine.TWIN, bug="impatient")) == "crossing: impatient (twin)"
    assert str(Task("crossing", Engine.Z3)) == "crossing: proof (z3)"
    assert Task("crossing", Engine.TWIN, bug="impatient").variant == "impatient"
    assert Task("crossing", Engine.TWIN, bounds="one car").variant == TODAY


def test_tla_names_are_given_back_in_python() -> None:
    assert checks.python_name(MACHINE, "EverybodyGetsThrough") == "everybody_gets_through"
    assert checks.python_name(MACHINE, "Unheard") == "Unheard"
    assert checks.python_name(MACHINE, None) is None


@pytest.mark.java
@pytest.mark.xdist_group("jvm")
def test_tlc_and_twins_say_the_same() -> None:
    tlc = run_task(Task(NAME, Engine.TLC, bounds="two cars"))
    assert (tlc.verdict, tlc.states, tlc.depth, tlc.problems) == (HOLDS, 40, 9, ())
    twin = run_task(Task(NAME, Engine.TWIN, bounds="one car"))
    assert (twin.verdict, twin.states, twin.edges, twin.note) == (EQUAL, 16, 24, "")
    wrong = run_task(Task(NAME, Engine.TWIN, bug="red_runner"))
    assert (wrong.verdict, wrong.variant, wrong.bounds) == (EQUAL, "red_runner", "cars 1")


@pytest.mark.java
def test_tlc_looks_for_what_need_not_come_unless_bounds_spare_it() -> None:
    hasty = crossing.crossing(1, is_patient=False).config
    assert checks.check_bounds(MACHINE, Bounds("all", hasty)).verdict == breaks("everybody_gets_through")
    spared = checks.check_bounds(MACHINE, Bounds("spared", hasty, tlc_liveness=False))
    assert (spared.verdict, spared.problems) == (HOLDS, ())


@pytest.mark.java
def test_tlc_kills_bugs_and_lets_the_harmless_live() -> None:
    assert checks.check_bug(MACHINE, MACHINE.bugs["green_at_once"]).length == 3
    lasso = checks.check_bug(MACHINE, MACHINE.bugs["impatient"])
    assert (lasso.verdict, lasso.length, lasso.problems) == (breaks("everybody_gets_through"), None, ())
    row = checks.check_bug(MACHINE, bug("harmless", "never_both_green"))
    assert row.problems == ("TLC does not find that harmless breaks never_both_green",)


@pytest.mark.java
def test_a_specification_that_tlc_cannot_read_fails_its_row(tmp_path: Path) -> None:
    (tmp_path / "Crossing.tla").write_text("---- MODULE Crossing ----\nInit ==\n====\n", "utf-8")
    machine = replace(MACHINE, home=tmp_path)
    with pytest.raises(checks.TlcFailed):
        checks.check_bounds(machine, MACHINE.bounds["one car"])
