"""Becomes another program that dies with its parent: `python launch.py PARENT_PID PROGRAM ARGUMENT…`.

Linux sends SIGKILL to the process when the thread that started it ends (prctl(2), PR_SET_PDEATHSIG; it
survives execve(2)). A separate program, not `preexec_fn`: running Python between fork and exec can deadlock
where there are threads. Standard library only, no site: this runs before every broker.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    """Ask for the signal, check that the parent did not die before that, and become the program."""
    parent = int(arguments[0])
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            sys.exit(f"the process {parent} that wanted {arguments[1]} is gone")
    try:
        os.execvp(arguments[1], arguments[1:])
    except OSError as error:
        sys.exit(f"cannot run {arguments[1]}: {error.strerror}")


if __name__ == "__main__":
    main(sys.argv[1:])
