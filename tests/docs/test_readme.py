"""README fits one screen, and CI runs its commands."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from nilometer.catalogue import load
from nilometer.requirement import AREAS

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")


def test_it_fits_one_screen() -> None:
    assert len(README.splitlines()) <= 55
    assert max(map(len, README.splitlines())) <= 120


def test_it_counts_the_requirements_and_names_their_areas() -> None:
    assert f"nilometer knows {len(load())} of them" in README
    checked = re.search(r"\*\*What is checked:\*\* (.*?)\.", README, re.DOTALL)
    assert checked is not None
    areas = {one.area for one in load()}
    assert re.split(r",\s+", checked[1]) == [area for area in AREAS.values() if area in areas]


@pytest.mark.parametrize("number", [1, 2])
def test_ci_runs_its_two_commands(number: int) -> None:
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    (function,) = re.findall(r"^readme\(\).*$", script, re.MULTILINE)
    shown = subprocess.run(
        ["bash", "-c", f"{function}\nreadme {number}"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    commands = [line.partition("#")[0].strip() for line in README.splitlines() if line.startswith("    ./run ")]
    assert shown.stdout.strip() == commands[number - 1]
    assert f"\n$(readme {number})\n" in script


def test_the_command_that_it_begins_with_can_be_run() -> None:
    assert os.access(ROOT / "run", os.X_OK)


def test_the_style_fits_one_page() -> None:
    assert len((ROOT / "STYLE.md").read_text("utf-8").splitlines()) <= 60
