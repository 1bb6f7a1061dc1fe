"""A target that died or fell silent in the middle of a run: what is shown of it, and how it comes back.

    signature       when
    broker-died     a process that we started has ended, and we did not end it
    broker-silent   it runs, and no fresh connection was answered for some seconds

Both can happen under any requirement, so they belong to none: `UNIVERSAL_SIGNATURES`.
"""

from __future__ import annotations

from dataclasses import dataclass

from nilometer.connecting import is_alive
from nilometer.run import Run, Subject
from nilometer.targets.errors import TargetError
from nilometer.targets.target import Control
from nilometer.verdict import Counterexample

UNIVERSAL_SIGNATURES = {
    "broker-died": "the process of the broker or registry ended during the check",
    "broker-silent": "the process of the broker or registry runs, and answers no new connection any more",
}
RESTARTS_MAX = 10
"""A broker that has to be started again more often is given up."""
LOG_LINES = 12
EVIDENCE_STEPS = 6


@dataclass(frozen=True)
class Death:
    """What happened to the target."""

    signature: str
    waited_s: float
    subject: Subject

    @property
    def what(self) -> str:
        """One sentence."""
        if self.signature == "broker-died":
            return f"{self.subject.name}: the {self.subject.kind}'s process ended"
        return f"{self.subject.name}: no new connection was answered within {self.waited_s:g} s"

    def counterexample(self, run: Run) -> Counterexample:
        """With the last exchanges before it, and what the broker printed last."""
        target = self.subject.target
        log = target.log_tail(LOG_LINES) if target is not None else ""
        return Counterexample(
            self.signature,
            f"a {self.subject.kind} that goes on serving",
            self.what + (f"; it printed last:\n{log}" if log else ""),
            tuple(one.step(run.journal.origin_ns) for one in run.journal.recent(EVIDENCE_STEPS)),
        )


def revive(subject: Subject) -> str:
    """Start a target of ours again, with its data if it can; returns why it is not there, or an empty string.

    A target without `Control.RESTART` comes back empty, at another address.
    """
    target = subject.target
    assert target is not None
    try:
        if Control.RESTART in target.control:
            target.kill()
            endpoint = target.restart()
        else:
            target.close()
            endpoint = target.start()
            subject.topics.clear()
            subject.groups.clear()
    except TargetError as error:
        return f"{subject.name} ended and could not be started again: {error}"
    subject.bootstrap[:] = endpoint.addresses
    if not is_alive(subject, 5.0):
        return f"{subject.name} was started again and does not answer"
    return ""
