"""Runs an installer and shows that it moves: its lines go to `report`, the last ones into the error."""

import collections
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

Report = Callable[[str], None]
"""Takes one line of progress; the command line shows it, tests drop it."""

LINES_IN_ERROR = 15


def run_reporting(
    command: Sequence[str | Path],
    report: Report,
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> tuple[int, str]:
    """Exit code and last lines of the command; `report` hears every line as it is printed."""
    tail: collections.deque[str] = collections.deque(maxlen=LINES_IN_ERROR * 4)
    with subprocess.Popen(
        [str(part) for part in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        cwd=cwd,
        env=dict(env) if env is not None else None,
        text=True,
        errors="replace",
    ) as process:
        assert process.stdout is not None
        try:
            for line in process.stdout:
                tail.append(line.rstrip())
                report(line.rstrip())
        except BaseException:
            process.kill()
            raise
    return process.returncode, "\n".join(tail)


def last_lines(output: str) -> str:
    """The end of what an installer printed, short enough for an error message."""
    return "\n".join(output.splitlines()[-LINES_IN_ERROR:])
