"""A machine that never ends, one that waits in a child process, and one whose process dies."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from nilometer_models.machine import Machine


class Config(NamedTuple):
    does: str


def view(_: Config, state: int) -> int:
    return state


MACHINE: Machine[Config, int, int] = Machine("slow", lambda _: [0], view)
CHILD = Path(os.environ.get("NILOMETER_TEST_CHILD", os.devnull))


@MACHINE.action("any")
class Count:
    """One more."""

    @staticmethod
    def why_not(_c: Config, _s: int) -> str | None:
        return None

    @staticmethod
    def apply(c: Config, s: int) -> int:
        if c.does == "dies":
            os._exit(7)
        if c.does == "waits":
            child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
            CHILD.write_text(str(child.pid), "utf-8")
            child.wait()
        return s + 1


@MACHINE.invariant("Z1")
def positive(s: int) -> bool:
    """It counts up."""
    return s >= 0


for does in ("counts", "waits", "dies"):
    MACHINE.bounded(does, Config(does))
