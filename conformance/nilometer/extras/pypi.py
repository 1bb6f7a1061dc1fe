"""Wheels that must not mix with the user's environment: a virtual environment of their own in the cache."""

import importlib.util
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from nilometer.extras.cache import installing
from nilometer.extras.errors import InstallFailed, ToolMissing
from nilometer.extras.progress import Report, last_lines, run_reporting


def install_environment(extra: str, version: str, requirements: Sequence[str], report: Report) -> None:
    """A virtual environment `<home>/<extra>/<version>` that holds exactly these pinned wheels."""
    with installing(extra, version, in_place=True) as directory:
        fill_environment(directory, requirements, report)


def fill_environment(directory: Path, requirements: Sequence[str], report: Report) -> None:
    """A virtual environment in this directory; options of `pip install` may stand before the requirements."""
    for command in commands(directory, requirements):
        code, output = run_reporting(command, report)
        if code != 0:
            raise InstallFailed(
                f"could not install {', '.join(requirements)} from PyPI: "
                f"`{' '.join(map(str, command[:4]))} …` ended with exit code {code}.\n"
                f"{last_lines(output)}"
            )


def commands(directory: Path, requirements: Sequence[str]) -> list[list[str | Path]]:
    """How to fill the environment: with venv and pip, or with uv where Python has no ensurepip."""
    wheels_only = ["--only-binary", ":all:", *requirements]
    python = directory / "bin" / "python"
    if importlib.util.find_spec("ensurepip") is not None:
        install: list[str | Path] = [
            python,
            "-m",
            "pip",
            "install",
            "--disable-pip-version-check",
            *wheels_only,
        ]
        return [[sys.executable, "-m", "venv", "--clear", directory], install]
    if uv := shutil.which("uv"):
        return [
            [uv, "venv", "--clear", "--python", sys.executable, directory],
            [uv, "pip", "install", "--python", python, *wheels_only],
        ]
    raise ToolMissing(
        "this Python has no ensurepip and there is no uv on PATH, so no virtual environment can be made. "
        "Install one of them (Debian: `apt install python3-venv`) and run the command again."
    )
