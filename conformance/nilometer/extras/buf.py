"""buf, which compares .proto files: one binary that PyPI carries, in an environment of its own."""

import shutil
from pathlib import Path

from nilometer.extras.cache import extra_directory, is_installed
from nilometer.extras.errors import ExtraMissing
from nilometer.extras.progress import Report
from nilometer.extras.pypi import install_environment

VERSION = "1.75.0"


def install_buf(report: Report) -> Path:
    """The program; returns its path."""
    install_environment("buf", VERSION, [f"buf-bin=={VERSION}"], report)
    return find_buf()


def find_buf() -> Path:
    """The program of the extra, else one on PATH."""
    if is_installed("buf", VERSION) and (found := extra_directory("buf", VERSION) / "bin" / "buf").exists():
        return found
    if on_path := shutil.which("buf"):
        return Path(on_path)
    raise ExtraMissing("buf", "buf")
