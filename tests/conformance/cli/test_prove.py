"""`nilometer prove`, on machines that are small enough to know by heart."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from nilometer.cli.prove import cell, chosen_engines, killed, prove, sentence
from nilometer_models.campaign.rows import HOLDS, PROVED, SKIPPED, TODAY, Engine, Row, breaks
from tests.models import crossing
from tests.waiting import eventually

ROOT = Path(__file__).parents[3]


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(prove, [*arguments, "--jobs", "1"], catch_exceptions=False)


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A copy of the toy, whose manifest is its own."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return copy(tmp_path, "crossing")


def copy(tmp_path: Path, name: str, *changes: tuple[str, str]) -> str:
    """A copy of the toy that is different; each in a package of its own, as modules are imported once."""
    package = f"{tmp_path.name}_{name}"
    folder = tmp_path / package
    folder.mkdir()
    (folder / "__init__.py").touch()
    text = Path(crossing.__file__).read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (folder / "model.py").write_text(text, "utf-8")
    (folder / "Crossing.tla").write_bytes((Path(crossing.__file__).parent / "Crossing.tla").read_bytes())
    return f"{package}.model"


def test_what_is_recorded_holds_again(model: str) -> None:
    recorded = invoke(model, "--python", "--record")
    assert recorded.exit_code == 0, recorded.output
    again = invoke(model, "--python")
    assert again.exit_code == 0, again.output
    assert "40 states, depth 9" in again.output
    assert "4 of 4" in again.output
    assert "crossing" in again.output


def test_what_was_never_recorded_fails(model: str) -> None:
    result = invoke(model, "--python")
    assert result.exit_code == 1
    assert (
        "two cars, python: {'verdict': 'holds', 'states': 40, 'edges': 72, 'depth': 9}; recorded nothing"
        in result.output
    )


def test_each_task_has_its_line_with_what_was_found(model: str) -> None:
    result = invoke(model, "--python", "--record")
    assert f"{model}: two cars (python): holds, 40 states, 72 edges, depth 9" in result.output
    assert f"{model}: impatient (python): breaks everybody_gets_through, in 5 steps, 16 states" in result.output


def test_rules_that_are_wrong_fail_with_the_trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    wrong = copy(tmp_path, "wrong", ("takes_turns: bool = True", "takes_turns: bool = False"))
    result = invoke(wrong, "--python", "--record")
    assert result.exit_code == 1
    assert "breaks never_both_green" in result.output
    assert "TurnGreen(light=2)" in result.output
    assert "without red_runner" not in result.output  # explored in its own right


def test_a_bug_that_survives_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    blunt = copy(tmp_path, "blunt", ("config=Config(1), hands_over=False", "config=Config(1), hands_over=True"))
    result = invoke(blunt, "--python", "--record")
    assert result.exit_code == 1
    assert "turn_kept survives: nobody_need_wait holds" in result.output
    assert "3 of 4" in result.output


def test_a_part_can_be_chosen(model: str) -> None:
    invoke(model, "--python", "--record")
    bug = invoke(model, "--python", "--mutant", "impatient")
    assert bug.exit_code == 0, bug.output
    assert "1/1" in bug.output
    both = invoke(model, "replication", "--python", "--mutant", "impatient")
    assert both.exit_code == 0, both.output
    assert not any(line.startswith("replication ") for line in both.output.splitlines())
    night = invoke(model, "--python", "--bounds", "five cars")
    assert night.exit_code == 1
    assert "five cars, python" in night.output
    nothing = invoke(model, "--mutant", "no_such_bug")
    assert nothing.exit_code == 2
    assert "nothing fits" in nothing.output


def test_the_list_names_bounds_and_bugs(model: str) -> None:
    output = invoke(model, "--list").output
    assert "  bounds  five cars (nightly)\n" in output
    assert "A light keeps the turn: breaks nobody_need_wait" in output
    assert "replication\n" in invoke("--list").output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["replicatoin"], "replication"),
        (["no.such.module"], "there is no module no.such.module"),
        (["replication", "--all"], "name models, or say --all"),
    ],
)
def test_what_there_is_not_is_refused(arguments: list[str], said: str) -> None:
    result = CliRunner().invoke(prove, arguments)
    assert result.exit_code != 0
    assert said in result.output


def test_an_engine_that_is_missing_is_named_and_asked_for_it_is_no_success(
    model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NILOMETER_TLA_TOOLS", "/nowhere/tla2tools.jar")
    everything = invoke(model, "--bounds", "one car", "--record")
    assert everything.exit_code == 0, everything.output
    assert "skipped, because" in everything.output
    asked_for = invoke(model, "--tlc", "--bounds", "one car")
    assert asked_for.exit_code == 4
    assert "skipped" in asked_for.output


@pytest.mark.java
@pytest.mark.xdist_group("jvm")
def test_every_engine_agrees_about_the_toy(model: str) -> None:
    for part in (["--bounds", "one car"], ["--mutant", "impatient"]):
        invoke(model, *part, "--record")
        again = invoke(model, *part)
        assert again.exit_code == 0, again.output


@pytest.mark.java
def test_a_module_that_says_something_else_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    other = copy(tmp_path, "other")
    module = tmp_path / other.partition(".")[0] / "Crossing.tla"
    module.write_text(module.read_text("utf-8").replace("arrived < Cars", "arrived <= Cars"), "utf-8")
    result = invoke(other, "--bounds", "one car", "--record")
    assert result.exit_code == 1
    assert "rules of today, one car: states is 16 in Python and 40 in TLC" in result.output
    assert "only TLA+ reaches" in result.output


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_it_in_order_with_what_was_found(tmp_path: Path, number: signal.Signals) -> None:
    child = tmp_path / "child"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "NILOMETER_TEST_CHILD": str(child)}
    models = ["tests.models.campaign.slow", "tests.models.crossing"]
    with (tmp_path / "out").open("w") as out, (tmp_path / "err").open("w") as err:
        command = [
            sys.executable,
            "-c",
            "from nilometer.cli import main; main()",
            "prove",
            *models,
            "--python",
            "--jobs",
            "4",
        ]
        running = subprocess.Popen(command, env=environment, stdout=out, stderr=err, start_new_session=True)
        eventually(lambda: child.exists() and child.read_text("utf-8"))
        for said in ("impatient", "depth 9"):  # a bug, and the bounds that the table is to show
            eventually(lambda said=said: said in (tmp_path / "err").read_text("utf-8"))
        os.killpg(running.pid, number)  # as a terminal does it
        assert running.wait(20) == 2
    output, errors = (tmp_path / "out").read_text("utf-8"), (tmp_path / "err").read_text("utf-8")
    assert "interrupted after" in output
    assert "40 states, depth 9" in output
    assert "not finished" in next(line for line in output.splitlines() if line.startswith("slow "))
    assert "Traceback" not in output + errors
    pid = int(child.read_text("utf-8"))
    assert not Path(f"/proc/{pid}").exists() or "Z" in Path(f"/proc/{pid}/stat").read_text("utf-8").split()


def test_a_row_reads_as_a_few_words() -> None:
    row = Row("m", "B001", "b", Engine.PYTHON, breaks("x"), states=1200, length=10)
    assert sentence(row) == "breaks x, in 9 steps, 1,200 states"
    assert (
        sentence(Row("m", TODAY, "b", Engine.TLC, HOLDS, states=5, depth=2, note="n")) == "holds, 5 states, depth 2, n"
    )


def test_twins_come_with_tlc_and_without_a_choice_everything_looks() -> None:
    assert chosen_engines([]) == set(Engine)
    assert chosen_engines(["tlc"]) == {Engine.TLC, Engine.TWIN}
    assert chosen_engines(["python"]) == {Engine.PYTHON}


def test_a_bug_counts_as_killed_if_every_engine_that_looked_has_found_it() -> None:
    def row(engine: Engine, *problems: str, verdict: str = "breaks x") -> Row:
        return Row("crossing", "impatient", "cars 1", engine, verdict, problems=problems)

    assert killed(crossing.MACHINE, [row(Engine.PYTHON), row(Engine.TLC)]) == "1 of 4"
    assert killed(crossing.MACHINE, [row(Engine.PYTHON), row(Engine.TLC, "not found")]) == "0 of 4"
    assert killed(crossing.MACHINE, [row(Engine.PYTHON, verdict=SKIPPED)]) == "0 of 4"


def test_a_proof_stands_beside_whatever_bounds_were_explored() -> None:
    rows = [
        Row("m", TODAY, "small", Engine.PYTHON, HOLDS, states=5, depth=2),
        Row("m", TODAY, "unbounded", Engine.Z3, PROVED, note="7 of 7 proved"),
    ]
    assert cell(rows, Engine.Z3, "small") == "7 of 7 proved"
    assert cell(rows, Engine.PYTHON, "small") == "5 states, depth 2"
    assert cell(rows, Engine.TLC, "small") == "-"
