"""A child process that never outlives us.

    how we end                       what ends the child
    the block or fixture ends        `stop` or `kill`: signals to its process group, by number
    an exception, Ctrl-C, sys.exit   the `with` block; failing that, an exit handler that kills what is left
    SIGKILL, a crash, SIGTERM        the kernel (launch.py, Linux)

Linux ties the last row to the *thread* that started the child, so one thread that lives as long as we do
starts all of them. The child leads a session of its own: Ctrl-C at the terminal reaches us alone, and we
stop it in order.
"""

import atexit
import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path

LAUNCHER = Path(__file__).with_name("launch.py")


_Child = subprocess.Popen[bytes]
_Jobs = queue.SimpleQueue[tuple[Callable[[], _Child], Future[_Child]]]


class _Starter:
    """The thread that starts children; made on first use, and again in a forked copy of us."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pid = 0
        self._jobs: _Jobs = queue.SimpleQueue()

    def run(self, start: Callable[[], _Child]) -> _Child:
        with self._lock:
            if self._pid != os.getpid():
                self._pid, self._jobs = os.getpid(), queue.SimpleQueue()
                threading.Thread(target=self._work, args=(self._jobs,), name="starter", daemon=True).start()
        future: Future[_Child] = Future()
        self._jobs.put((start, future))
        return future.result()

    @staticmethod
    def _work(
        jobs: _Jobs,
    ) -> None:
        while True:
            start, future = jobs.get()
            try:
                future.set_result(start())
            except BaseException as error:
                future.set_exception(error)


_starter = _Starter()
_running: "weakref.WeakSet[ChildProcess]" = weakref.WeakSet()


class ChildProcess:
    """A running program whose output, both streams, is appended to a log file."""

    def __init__(
        self,
        command: Sequence[str | Path],
        log: Path,
        *,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
    ) -> None:
        self.command = [str(part) for part in command]
        self.log = log
        self.log_start = log.stat().st_size if log.exists() else 0
        """Size of the log before this process, in bytes: what follows is its own."""
        self._owner = os.getpid()
        launcher = [sys.executable, "-I", "-S", str(LAUNCHER), str(self._owner), *self.command]

        def start() -> _Child:
            with log.open("ab") as output:
                return subprocess.Popen(
                    launcher,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    cwd=cwd,
                    env=dict(env) if env is not None else None,
                    start_new_session=True,
                )

        self._popen = _starter.run(start)
        _running.add(self)

    @property
    def pid(self) -> int:
        """Of the process, and of its process group."""
        return self._popen.pid

    def poll(self) -> int | None:
        """Its exit code (negative: the signal), or None while it runs."""
        return self._popen.poll()

    def alive(self) -> bool:
        """Whether it still runs (a paused process does)."""
        return self.poll() is None

    def stop(self, timeout_s: float) -> int:
        """SIGTERM to the group, then `wait_or_kill`; returns the exit code."""
        self.signal(signal.SIGTERM)
        return self.wait_or_kill(timeout_s)

    def wait_or_kill(self, timeout_s: float) -> int:
        """For a process that was told to stop: SIGKILL for what is left after the time-out; returns the exit code.

        It is not told a second time: that would end it in the middle of its last words.
        """
        self.signal(signal.SIGCONT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._popen.wait(timeout_s)
        return self.kill()

    def kill(self) -> int:
        """SIGKILL to the group; returns the exit code when the process is gone."""
        # Also after the leader's end: a child of its own may be left in the group.
        self.signal(signal.SIGKILL)
        code = self._popen.wait()
        _running.discard(self)
        return code

    def signal(self, number: signal.Signals) -> None:
        """Sends a signal to the whole group; a group that is gone is no error."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._popen.pid, number)

    def resident_bytes(self) -> int | None:
        """Memory that it has in use; None where there is no /proc, or no such process any more."""
        try:
            pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        except (OSError, IndexError, ValueError):
            return None
        return pages * os.sysconf("SC_PAGE_SIZE")

    def own_log(self) -> str:
        """What this process printed."""
        if not self.log.exists():
            return ""
        with self.log.open("rb") as file:
            file.seek(self.log_start)
            return file.read().decode(errors="replace")

    def __repr__(self) -> str:
        return f"ChildProcess({self.pid}, {self.command[0]})"


@atexit.register
def kill_what_is_left() -> None:
    """No child survives a normal exit, whoever forgot it."""
    for process in list(_running):
        if process._owner == os.getpid():  # a forked copy of us must not kill its parent's children
            process.kill()
