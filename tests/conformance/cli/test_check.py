"""`nilometer check` from the outside: what it prints, writes and ends with."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from nilometer.catalogue import load
from nilometer.cli import main
from nilometer.cli.check import default_specs, make_columns
from nilometer.report.jsonl import NAME, is_complete, read
from nilometer_reference.wire import messages as m
from tests.conformance.requirements.conftest import honest
from tests.conformance.requirements.faulty import FaultyBroker
from tests.conformance.scripted import SILENCE, ScriptedBroker

__all__ = ["honest"]  # the fixture
W4_APIS = {"Fetch": (4, 12), "ListOffsets": (1, 7)}


@pytest.fixture
def check(tmp_path: Path):
    def run(*arguments: str) -> Result:
        return CliRunner().invoke(
            main, ["check", *arguments, "-o", str(tmp_path / "out"), "--timeout", "1s"], catch_exceptions=False
        )

    return run


def test_a_premise_that_never_came_true_is_8_with_a_table_and_a_report(check, tmp_path):
    with ScriptedBroker() as broker:
        result = check(f"mine={broker.text}", "-k", "W1", "--seed", "5")
    assert result.exit_code == 8, result.output  # W1 needs a topic here, which this broker cannot make
    assert "seed 5" in result.output
    assert "mine  the broker at" in result.output
    records = read(tmp_path / "out" / NAME)
    assert [one["t"] for one in records] == ["header", "req", "result", "footer"]
    assert is_complete(records)
    assert (tmp_path / "out" / "report.txt").read_text().startswith("nilometer")


def test_nothing_applicable_is_5(check):
    with ScriptedBroker() as broker:
        result = check(broker.text, "-k", "W9")
    assert result.exit_code == 5
    assert "Produce is not advertised" in result.output


def test_nobody_there_is_7_and_names_the_address(check, tmp_path):
    with ScriptedBroker() as broker:
        pass
    result = check(broker.text, "-k", "W1")
    assert result.exit_code == 7
    assert "Connection refused" in result.output
    assert read(tmp_path / "out" / NAME)[-1]["exit"] == 7


def test_an_unknown_requirement_is_4_before_anything_is_started(check, tmp_path):
    assert check("-k", "W99").exit_code == 4
    assert not (tmp_path / "out").exists()


def test_json_lines_on_stdout_are_the_report(check, tmp_path):
    with ScriptedBroker() as broker:
        result = check(broker.text, "-k", "W9", "--json", "--progress", "none")
    assert [json.loads(line)["t"] for line in result.stdout.splitlines()] == ["header", "req", "result", "footer"]
    assert result.stdout == (tmp_path / "out" / NAME).read_text()


def test_quiet_says_only_totals(check):
    with ScriptedBroker() as broker:
        result = check(broker.text, "-k", "W9", "-q")
    assert "plan" not in result.output
    assert "1 n/a" in result.output


def test_a_dry_run_says_what_would_run_and_judges_nothing(check, tmp_path):
    with ScriptedBroker() as broker:
        result = check(broker.text, "-k", "W1,W9", "--dry-run")
        assert not any(isinstance(request, m.CreateTopicsRequest) for _, request in broker.requests)
    assert result.exit_code == 0
    assert "run      W1" in result.output
    assert "n/a      W9" in result.output
    assert not (tmp_path / "out").exists()


def test_several_targets_are_several_columns(check):
    with ScriptedBroker() as one, ScriptedBroker() as two:
        result = check(f"first={one.text}", f"second={two.text}", "-k", "W9")
    row = next(line for line in result.output.splitlines() if line.strip().startswith("MUST    W9"))
    assert row.split()[-2:] == ["n/a", "n/a"]
    assert "first" in result.output
    assert "second" in result.output


def test_the_same_target_twice_has_two_titles():
    assert [one.name for one in make_columns(("h:1", "h:1", "x=h:1", "kfake=h:2"))] == ["h:1", "h:1#2", "x", "kfake"]


def test_a_report_that_cannot_be_written_is_4(tmp_path):
    (tmp_path / "file").write_text("")
    with ScriptedBroker() as broker:
        result = CliRunner().invoke(main, ["check", broker.text, "-k", "W9", "-o", str(tmp_path / "file" / "out")])
    assert result.exit_code == 4
    assert "cannot write the report" in result.output


def test_environment_variables_are_options_too(check, monkeypatch):
    monkeypatch.setenv("NILOMETER_CHECK_SEED", "4711")
    with ScriptedBroker() as broker:
        assert "seed 4711" in check(broker.text, "-k", "W9").output


def test_without_a_target_it_is_the_reference_that_the_selection_is_about():
    catalogue = load()
    assert default_specs(list(catalogue)) == ("reference",)
    assert default_specs([catalogue["L3"], catalogue["S1"]]) == ("reference",)
    assert default_specs([catalogue["S1"]]) == ("registry:",)


def test_without_a_target_the_reference_broker_is_checked_and_conforms(check, tmp_path):
    result = check("-k", "L3,W4,W12", "--seed", "1")
    assert result.exit_code == 0, result.output
    assert "profile smoke" in result.output
    assert "reference  the reference broker" in result.output
    assert "reference  3 pass" in result.output
    assert result.output.rstrip().endswith("your own broker: nilometer check HOST:PORT")
    footer = read(tmp_path / "out" / NAME)[-1]
    assert (footer["exit"], footer["complete"], footer.get("leftovers")) == (0, True, {})


def test_a_failure_is_1_and_can_be_pasted_again(check, honest):
    def answered(passing):
        unacknowledged = isinstance(passing.request, m.ProduceRequest) and passing.request.acks == 0
        return m.ProduceResponse() if unacknowledged else None

    with FaultyBroker(honest, on_request=answered) as broker:
        first = check(broker.bootstrap, "-k", "W12", "--seed", "3")
        again = next(line for line in first.output.splitlines() if line.strip().startswith("again"))
        words = again.split()
        assert words[1:3] == ["nilometer", "check"]
        second = check(*words[3:])
    assert (first.exit_code, second.exit_code) == (1, 1)
    for result in (first, second):
        assert "FAIL  W12" in result.output
        assert "unasked-response" in result.output


def test_ctrl_c_ends_in_order_with_2_and_a_whole_report(tmp_path):
    with ScriptedBroker(
        lambda _header, request: SILENCE if isinstance(request, m.FetchRequest) else None, apis=W4_APIS
    ) as broker:
        process = subprocess.Popen(
            [sys.executable, "-m", "nilometer", "check", broker.text, "-k", "W1,W4", "--progress", "none",
             "--timeout", "60s", "-o", str(tmp_path)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )  # fmt: skip
        deadline = time.monotonic() + 30
        while not any(isinstance(request, m.MetadataRequest) and request.topics for _, request in broker.requests):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=20)
    assert process.returncode == 2, output
    assert "interrupted" in output
    records = read(tmp_path / NAME)
    assert records[-1]["t"] == "footer"
    assert not is_complete(records)
    assert {one["req"] for one in records if one["t"] == "result"} == {"W1", "W4"}
