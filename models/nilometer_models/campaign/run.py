"""Tasks in processes beside each other; rows as they end. However it ends, no process stays behind.

Each worker leads a process group of its own, with the Java that it starts: Ctrl-C in a terminal reaches the caller
alone, which ends the groups. A worker whose caller is gone ends itself.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from typing import Any

from nilometer_models.campaign.checks import Task, run_task
from nilometer_models.campaign.rows import FAILED, Row
from nilometer_models.explore import Progress

Running = Sequence[tuple[Task, str]]
"""Tasks that are not done, with how far they say they are."""
Waiting = Callable[[Running], None]
TICK_S = 2.0
REPORT_S = 1.0
GRACE_S = 3.0
ENOUGH_SPECIFICATIONS = 24
"""Each twin leaves a class loader behind in its process: a fresh process after so many tasks bounds the memory."""
_CONTEXT = multiprocessing.get_context("spawn")


def run(tasks: Sequence[Task], jobs: int | None = None, waiting: Waiting | None = None) -> Iterator[tuple[Task, Row]]:
    """Every task with its row, in the order in which they end. `waiting` hears every two seconds what is not done."""
    # The largest first, and small ones into the gaps at the end: proofs, then bounds, then bugs.
    left = sorted(tasks, key=lambda task: (task.bug is not None, task.bounds is not None), reverse=True)
    workers: list[_Worker] = []
    spoke = time.monotonic()
    try:
        while left or workers:
            while left and len(workers) < (jobs or os.cpu_count() or 1):
                workers.append(_Worker())
                workers[-1].give(left.pop())
            heard = wait([worker.connection for worker in workers], timeout=max(0.0, spoke + TICK_S - time.monotonic()))
            for worker in [worker for worker in workers if worker.connection in heard]:
                task = worker.task
                row = worker.hear()
                if row is None:
                    continue
                if left and worker.is_fresh:
                    worker.give(left.pop())
                else:
                    workers.remove(worker)
                    worker.end()
                yield task, row
            if time.monotonic() >= spoke + TICK_S:
                spoke = time.monotonic()
                if waiting is not None:
                    waiting([(worker.task, worker.progress) for worker in workers])
    finally:
        for worker in workers:
            worker.kill()
        for worker in workers:
            worker.bury()


class _Worker:
    """A process that does a task at a time."""

    task: Task

    def __init__(self) -> None:
        self.connection, theirs = _CONTEXT.Pipe()
        self.process = _CONTEXT.Process(target=_work, args=(theirs,), daemon=True)
        with _interrupts_held():
            self.process.start()
        theirs.close()
        self.progress = ""
        self._done = 0

    def give(self, task: Task) -> None:
        self.task, self.progress = task, ""
        self.connection.send(task)

    def hear(self) -> Row | None:
        """The row of the task if it is done."""
        try:
            said = self.connection.recv()
        except (EOFError, ConnectionResetError):
            self.kill(signal.SIGKILL)
            self.process.join()
            self._done = ENOUGH_SPECIFICATIONS
            problem = f"the process ended with exit code {self.process.exitcode}"
            task = self.task
            return Row(task.model, task.variant, task.bounds or "", task.engine, FAILED, problems=(problem,))
        if isinstance(said, Row):
            self._done += 1
            return said
        self.progress = str(said)
        return None

    @property
    def is_fresh(self) -> bool:
        return self._done < ENOUGH_SPECIFICATIONS

    def end(self) -> None:
        """It has nothing to do: it ends when it hears so."""
        self.connection.close()
        self.bury()

    def kill(self, number: int = signal.SIGTERM) -> None:
        """End it and what it has started."""
        pid = self.process.pid
        assert pid is not None
        try:
            os.killpg(pid, number)
        except ProcessLookupError:
            if self.process.is_alive():  # it leads no group yet
                os.kill(pid, number)

    def bury(self) -> None:
        """Wait until it has ended, but not for long."""
        self.process.join(GRACE_S)
        if self.process.is_alive():
            self.kill(signal.SIGKILL)
        self.process.join()
        self.connection.close()


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Who is started here never hears of Ctrl-C."""
    resource_tracker.ensure_running()  # its start would let interrupts through
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _work(connection: Connection[Any, Any]) -> None:
    os.setsid()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    threading.Thread(target=_end_with_caller, daemon=True).start()
    try:
        while True:
            connection.send(run_task(connection.recv(), _Reporter(connection)))
    except (EOFError, BrokenPipeError, ConnectionResetError):
        pass  # nothing more to do


class _Reporter:
    """Tells the caller how far a search is, once a second at most."""

    def __init__(self, connection: Connection[Any, Any]) -> None:
        self._connection = connection
        self._next = time.monotonic() + REPORT_S

    def __call__(self, progress: Progress) -> None:
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + REPORT_S
            self._connection.send(str(progress))


def _end_with_caller() -> None:
    caller = multiprocessing.parent_process()
    assert caller is not None
    wait([caller.sentinel])
    os.killpg(0, signal.SIGKILL)
