"""The generated pages of docs/reference say what the code says."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
STALE = "import pathlib, sys; from nilometer.documentation.pages import stale; print(*stale(pathlib.Path(sys.argv[1])))"


def test_the_generated_pages_are_up_to_date() -> None:
    """In a process of its own, as `make docs` writes them: other tests may leave something behind in this one."""
    command = [sys.executable, "-c", STALE, ROOT / "docs" / "reference"]
    found = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout.strip()
    assert not found, f"`make docs` writes these again: {found}"
