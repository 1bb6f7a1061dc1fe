"""Wheels in an environment of their own."""

import sys
from pathlib import Path

import pytest

from nilometer.extras import pypi
from nilometer.extras.cache import is_installed
from nilometer.extras.errors import InstallFailed, ToolMissing


def test_venv_and_pip_where_python_has_them():
    make, install = pypi.commands(Path("/e"), ["a==1"])
    assert make == [sys.executable, "-m", "venv", "--clear", Path("/e")]
    assert install[0] == Path("/e/bin/python")
    assert install[-3:] == ["--only-binary", ":all:", "a==1"]


def test_uv_where_python_has_no_ensurepip(monkeypatch, program):
    uv = program("uv", "")
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    make, install = pypi.commands(Path("/e"), ["a==1"])
    assert make[:2] == [str(uv), "venv"]
    assert install[:3] == [str(uv), "pip", "install"]


@pytest.mark.usefixtures("empty_path")
def test_with_neither_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(ToolMissing, match="python3-venv"):
        pypi.commands(Path("/e"), ["a==1"])


def test_a_failure_shows_what_was_printed_and_leaves_nothing(monkeypatch):
    broken = [[sys.executable, "-c", "print('no such wheel'); raise SystemExit(2)"]]
    monkeypatch.setattr(pypi, "commands", lambda _directory, _requirements: broken)
    with pytest.raises(InstallFailed, match="no such wheel"):
        pypi.install_environment("java", "1", ["x==1"], lambda _line: None)
    assert not is_installed("java", "1")


def test_success_makes_it_installed(monkeypatch):
    monkeypatch.setattr(pypi, "commands", lambda directory, _requirements: [["touch", directory / "made"]])
    pypi.install_environment("java", "1", ["x==1"], lambda _line: None)
    assert is_installed("java", "1")
