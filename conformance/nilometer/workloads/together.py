"""Jobs of several actors at the same time.

    together(run, [write, write, read])      each job gets an actor of its own, all begin at once

A job that raises lets the others end; then what it raised is raised here. Jobs judge nothing: a run counts in one
thread.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

from nilometer.clients.registry import RegistryClient
from nilometer.clients.session import Session
from nilometer.run import Run

Job = Callable[[Session], None]
A = TypeVar("A", Session, RegistryClient)


def together(run: Run, jobs: Sequence[Job]) -> None:
    """Returns when every job has ended."""
    _begin([run.actor() for _ in jobs], jobs)


def together_at_registry(run: Run, jobs: Sequence[Callable[[RegistryClient], None]]) -> None:
    """The same at a schema registry."""
    _begin([run.registry_actor() for _ in jobs], jobs)


def _begin(actors: Sequence[A], jobs: Sequence[Callable[[A], None]]) -> None:
    start = threading.Barrier(len(jobs))
    raised: list[BaseException] = []

    def work(job: Callable[[A], None], actor: A) -> None:
        try:
            start.wait()
            job(actor)
        except BaseException as error:
            raised.append(error)

    threads = [
        threading.Thread(target=work, args=(job, actor), daemon=True) for job, actor in zip(jobs, actors, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for actor in actors:
        actor.close()
    if raised:
        raise raised[0]
