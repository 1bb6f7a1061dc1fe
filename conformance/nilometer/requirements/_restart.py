"""A broker that goes and comes back in the middle of a check, where its process is ours."""

from __future__ import annotations

from nilometer.clients.session import Session
from nilometer.run import Run
from nilometer.settings import Profile
from nilometer.targets.errors import TargetError
from nilometer.targets.target import Control
from nilometer.verdict import Reason


def may_restart(run: Run) -> bool:
    """Whether we can kill the target and start it with its data; says why not."""
    target = run.subject.target
    if target is None or (Control.KILL | Control.RESTART) & ~target.control:
        run.skip(Reason.NO_FAULT_CONTROL, "we cannot kill and restart its processes")
        return False
    if run.settings.profile is Profile.SMOKE:
        run.skip(Reason.TIME, "the profile smoke restarts nothing")
        return False
    return True


def restart(run: Run, *, kill: bool) -> Session:
    """SIGKILL or a clean stop, then a start with the same data; a new actor. NotObservable if it does not come back."""
    bring_back(run, kill=kill)
    run.session.close()  # its connections ended with the process; the next request opens new ones
    return run.actor()


def bring_back(run: Run, *, kill: bool) -> None:
    """The same without an actor."""
    target = run.subject.target
    assert target is not None
    try:
        if kill:
            target.kill()
        endpoint = target.restart()
    except TargetError as error:
        run.not_observable(Reason.TARGET_GONE, f"it did not come back: {error}")
    run.subject.bootstrap[:] = endpoint.addresses
