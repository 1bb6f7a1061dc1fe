"""srfake, the schema registry in memory that franz-go's authors test with, built here from the Go module proxy.

It is a library; `srfake/main.go.txt` beside this file is the program around it, with the versions and their content
pinned as for kfake (golang.py).
"""

from __future__ import annotations

import importlib.resources
from pathlib import Path

from nilometer.extras.cache import extra_directory, installing, is_installed
from nilometer.extras.errors import ExtraMissing, InstallFailed
from nilometer.extras.golang import SOURCES, find_go
from nilometer.extras.progress import Report, last_lines, run_reporting

VERSION = "sr-1.8.0"


def install_srfake(report: Report) -> Path:
    """Downloads the pinned module and builds the program; returns its path."""
    go = find_go()
    with installing("srfake", VERSION) as directory:
        source = directory / "source"
        source.mkdir()
        for name in SOURCES:
            text = importlib.resources.files("nilometer.extras") / "srfake" / f"{name}.txt"
            (source / name).write_bytes(text.read_bytes())
        program = directory / "bin" / "srfake"
        code, output = run_reporting(
            [go, "build", "-mod=readonly", "-trimpath", "-o", program, "."], report, cwd=source
        )
        if code != 0:
            raise InstallFailed(f"srfake was not built: go ended with exit code {code}.\n{last_lines(output)}")
    return extra_directory("srfake", VERSION) / "bin" / "srfake"


def find_srfake() -> Path:
    """The program, if it was built."""
    if not is_installed("srfake", VERSION):
        raise ExtraMissing("srfake", "srfake")
    return extra_directory("srfake", VERSION) / "bin" / "srfake"
