"""The tasks of a model: everything that some engine can say."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from nilometer_models.campaign.checks import Task
from nilometer_models.campaign.plan import can_break, tasks
from nilometer_models.campaign.rows import Engine
from tests.models.crossing import MACHINE


def test_every_engine_looks_at_bounds_and_bugs() -> None:
    made = tasks(MACHINE)
    assert [str(task) for task in made if task.bounds] == [
        "crossing: one car (python)",
        "crossing: one car (tlc)",
        "crossing: one car (twin)",
        "crossing: two cars (python)",
        "crossing: two cars (tlc)",
    ]
    assert {task.engine for task in made if task.bug == "impatient"} == {Engine.PYTHON, Engine.TLC, Engine.TWIN}


def test_tlc_is_not_asked_for_what_must_stay_possible() -> None:
    assert {task.engine for task in tasks(MACHINE) if task.bug == "turn_kept"} == {Engine.PYTHON, Engine.TWIN}
    assert not can_break(MACHINE, "nobody_need_wait")


def test_tlc_is_asked_for_what_must_come_only_where_the_module_says_it(tmp_path: Path) -> None:
    assert can_break(MACHINE, "everybody_gets_through")
    (tmp_path / "Crossing.tla").write_text("---- MODULE Crossing ----\n====\n", "utf-8")
    silent = replace(MACHINE, home=tmp_path)
    assert not can_break(silent, "everybody_gets_through")
    assert can_break(silent, "never_both_green")
    assert Task("crossing", Engine.TLC, bug="impatient") not in tasks(silent)


def test_large_bounds_wait_for_the_night() -> None:
    night = Task("crossing", Engine.PYTHON, bounds="five cars")
    assert night not in tasks(MACHINE)
    assert night in tasks(MACHINE, nightly=True)


def test_engines_can_be_chosen_and_a_model_without_module_has_one() -> None:
    assert {task.engine for task in tasks(MACHINE, {Engine.TLC})} == {Engine.TLC}
    assert {task.engine for task in tasks(replace(MACHINE, home=None))} == {Engine.PYTHON}


def test_a_proof_is_a_task_where_there_is_one(tmp_path: Path) -> None:
    assert not tasks(MACHINE, {Engine.Z3})
    (tmp_path / "proof.py").touch()
    assert tasks(replace(MACHINE, home=tmp_path), {Engine.Z3}) == [Task("crossing", Engine.Z3)]


def test_tasks_carry_the_name_under_which_the_model_is_found() -> None:
    assert {task.model for task in tasks(MACHINE, name="tests.models.crossing")} == {"tests.models.crossing"}
