"""kfake, the broker that franz-go's authors test with, built here from the Go module proxy.

kfake is a library; `kfake/main.go.txt` beside this file is the program around it. `kfake/go.mod.txt` pins
the versions and `kfake/go.sum.txt` their content (their names end in .txt so that no tool takes this folder
for a Go module).
"""

import importlib.resources
import shutil
from pathlib import Path

from nilometer.extras.cache import extra_directory, installing, is_installed
from nilometer.extras.errors import ExtraMissing, InstallFailed, ToolMissing
from nilometer.extras.progress import Report, last_lines, run_reporting

VERSION = "kfake-20260918054303"
SOURCES = ("main.go", "go.mod", "go.sum")


def find_go() -> Path:
    """`go` on PATH, or why it is needed."""
    if found := shutil.which("go"):
        return Path(found)
    raise ToolMissing(
        "kfake is built from source with `go`, which is not on PATH. "
        "Install Go 1.26 or newer (https://go.dev/dl) and run the command again."
    )


def install_kfake(report: Report) -> Path:
    """Downloads the pinned modules and builds the program; returns its path."""
    go = find_go()
    with installing("go", VERSION) as directory:
        source = directory / "source"
        source.mkdir()
        for name in SOURCES:
            text = importlib.resources.files("nilometer.extras") / "kfake" / f"{name}.txt"
            (source / name).write_bytes(text.read_bytes())
        program = directory / "bin" / "kfake"
        code, output = run_reporting(
            [go, "build", "-mod=readonly", "-trimpath", "-o", program, "."], report, cwd=source
        )
        if code != 0:
            raise InstallFailed(f"kfake was not built: go ended with exit code {code}.\n{last_lines(output)}")
    return extra_directory("go", VERSION) / "bin" / "kfake"


def find_kfake() -> Path:
    """The program, if it was built."""
    if not is_installed("go", VERSION):
        raise ExtraMissing("kfake", "go")
    return extra_directory("go", VERSION) / "bin" / "kfake"
