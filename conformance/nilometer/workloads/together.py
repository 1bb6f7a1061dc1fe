"""Jobs of several actors at the same time.

    together(run, [write, write, read])      each job gets an actor of its own, all begin at once

A job that raises lets the others end; then what it raised is raised here. Jobs judge nothing: a run counts in one
thread.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from nilometer.clients.session import Session
from nilometer.run import Run

Job = Callable[[Session], None]


def together(run: Run, jobs: Sequence[Job]) -> None:
    """Returns when every job has ended."""
    actors = [run.actor() for _ in jobs]
    start = threading.Barrier(len(jobs))
    raised: list[BaseException] = []

    def work(job: Job, actor: Session) -> None:
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
