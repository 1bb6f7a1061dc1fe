"""The command: its verbs, its help, and the exit codes of what goes wrong."""

import signal
import subprocess
import sys
import time

import click
import pytest
from click.testing import CliRunner

from nilometer.cli import main
from nilometer.cli.entry import VERBS
from nilometer.report.records import suite_version
from nilometer.targets.ready import check_ready


def invoke(*arguments: str):
    return CliRunner().invoke(main, arguments)


def test_help_names_every_verb():
    result = invoke("--help")
    assert result.exit_code == 0
    for verb, (_, _, text) in VERBS.items():
        assert f"  {verb} " in result.output
        assert text in result.output


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help_of_its_own(verb):
    result = invoke(verb, "--help")
    assert result.exit_code == 0
    assert "Usage:" in result.output


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (("chekc",), "did you mean 'check'?"),
        (("zzz",), "there are check"),
        (("check", "--sed", "1"), "No such option"),
        (("check", "--seed", "many"), "not a valid integer"),
        (("check", "-k", "W1", "kafke:"), "did you mean 'kfake:'"),
        (("list", "wier"), "did you mean 'wire'?"),
        (("show", "L3x"), "nothing is called 'L3x'"),
        (("probe",), "Missing argument"),
    ],
)
def test_a_mistake_of_usage_is_4_with_a_hint(arguments, hint):
    result = invoke(*arguments)
    assert result.exit_code == 4
    assert hint in result.output


def test_the_version_is_that_of_the_distribution():
    assert invoke("--version").output.split()[-1] == suite_version()


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (click.Abort(), 2, "interrupted"),
        (KeyboardInterrupt(), 2, "interrupted"),
        (RuntimeError("our mistake"), 3, "this is a bug of nilometer"),
        (click.UsageError("wrong"), 4, "wrong"),
    ],
)
def test_what_is_raised_decides_the_exit_code(monkeypatch, error, code, said):
    @click.command("check")
    def failing() -> None:
        raise error

    monkeypatch.setattr("nilometer.cli.check.check", failing)
    result = invoke("check")
    assert result.exit_code == code
    assert said in result.output


def test_help_is_fast_since_verbs_are_imported_when_they_are_used():
    program = "import sys; from nilometer.cli import main; print('hypothesis' in sys.modules, 'rich' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout.split() == ["False", "False"]


def test_the_installed_command_runs():
    started = time.monotonic()
    found = subprocess.run([sys.executable, "-m", "nilometer", "--help"], capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
    assert "check" in found.stdout
    assert time.monotonic() - started < 10


def test_the_reference_broker_runs_until_it_is_told_to_end():
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "nilometer", "broker", "--port", "0", "--memory"],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("listening on 127.0.0.1:")
        check_ready("127.0.0.1", int(line.rpartition(":")[2]), 1, 5)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.communicate()
