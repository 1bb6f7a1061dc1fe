"""`python -m nilometer.targets.hold TARGET [--while PID]`: starts a target, says where, and holds it.

It prints `listening on HOST:PORT,…`, then waits for SIGTERM or Ctrl-C, or for the end of process PID, and
closes the target. For shells, and for several test processes that share one broker.
"""

import argparse
import os
import select
import signal
import sys

from nilometer.targets.errors import TargetError
from nilometer.targets.parse import parse_target

LONGEST_WAIT_S = 1.0
"""Where the end of another process cannot be waited for (no pidfd_open), we look this often."""


def main(arguments: list[str]) -> int:
    """Exit code 0 after a held target, 7 if it cannot be started."""
    parser = argparse.ArgumentParser(prog="nilometer.targets.hold", description="start a target and hold it")
    parser.add_argument("target")
    parser.add_argument("--while", dest="pid", type=int, metavar="PID", help="end when this process ends")
    options = parser.parse_args(arguments)
    ended, end = os.pipe()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: os.write(end, b"."))
    try:
        with parse_target(options.target) as target:
            print(f"listening on {target.endpoint.text}", flush=True)
            wait(ended, options.pid)
    except TargetError as error:
        print(error, file=sys.stderr)
        return 7
    return 0


def wait(ended: int, pid: int | None) -> None:
    """Until a byte arrives on the descriptor `ended`, or the process is gone."""
    if pid is None:
        select.select([ended], [], [])
        return
    if hasattr(os, "pidfd_open"):
        try:
            process = os.pidfd_open(pid)
        except ProcessLookupError:
            return
        select.select([ended, process], [], [])
        os.close(process)
        return
    while _exists(pid) and not select.select([ended], [], [], LONGEST_WAIT_S)[0]:
        pass


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
