"""Installers run and show that they move."""

import sys

import pytest

from nilometer.extras.progress import LINES_IN_ERROR, last_lines, run_reporting


def python(source: str) -> list[str]:
    return [sys.executable, "-c", source]


def test_every_line_is_reported_and_both_streams_are_one():
    said: list[str] = []
    code, output = run_reporting(python("import sys; print('a', flush=True); print('b', file=sys.stderr)"), said.append)
    assert (code, said, output) == (0, ["a", "b"], "a\nb")


def test_the_exit_code_comes_back():
    assert run_reporting(python("raise SystemExit(3)"), lambda _line: None)[0] == 3


def test_directory_and_environment_are_those_given(tmp_path):
    said: list[str] = []
    source = "import os; print(os.getcwd()); print(os.environ['X'])"
    run_reporting(python(source), said.append, cwd=tmp_path, env={"X": "y"})
    assert said == [str(tmp_path), "y"]


def test_an_interruption_kills_the_installer():
    def interrupt(_line: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_reporting(python("import time; print('x', flush=True); time.sleep(60)"), interrupt)


def test_an_error_shows_the_end():
    assert last_lines("\n".join(map(str, range(100)))).split() == [str(n) for n in range(100 - LINES_IN_ERROR, 100)]
