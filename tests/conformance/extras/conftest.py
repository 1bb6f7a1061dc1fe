"""A cache directory and a PATH that hold nothing but what a test puts there."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty NILOMETER_HOME: tests of extras never touch the real one."""
    directory = tmp_path / "home"
    monkeypatch.setenv("NILOMETER_HOME", str(directory))
    return directory


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], Path]:
    """`program("mvn", "…python…")` puts a program on an otherwise empty PATH; its arguments are `sys.argv[1:]`."""
    directory = tmp_path / "bin"
    directory.mkdir()
    monkeypatch.setenv("PATH", f"{directory}{os.pathsep}/usr/bin{os.pathsep}/bin")

    def make(name: str, source: str) -> Path:
        path = directory / name
        path.write_text(f"#!{sys.executable}\nimport sys, pathlib\n{source}\n")
        path.chmod(0o755)
        return path

    return make


@pytest.fixture
def empty_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
