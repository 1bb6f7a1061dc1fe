"""Runs requirements against one subject, one after the other, and always comes back with a verdict for each.

    what happens in a check                  verdict
    returns                                  by its counters (run.py)
    NotObservable                            not observable, with its reason; what was judged before stays judged
    anything else                            error: our own mistake, with the traceback
    its time limit is over                   its connections are cut; what it judged so far, else not observable (time)
    it does not end after that either        error: our own mistake; the thread is left behind
    the target's process ended, or is silent `broker-died` or `broker-silent`, charged to this requirement, if the
                                             process is ours: it is started again, at most `RESTARTS_MAX` times.
                                             A target of others is waited for, then everything left is target-gone
    interrupted                              what it judged so far; everything left is not run (interrupted)

A check runs in a thread of its own, so that nothing it waits for can keep us.
"""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

from nilometer.cleaning import clean_up
from nilometer.connecting import is_alive
from nilometer.deviations import deviation_of
from nilometer.plan import is_cheap, unobservable
from nilometer.requirement import Requirement
from nilometer.run import Run, Subject
from nilometer.settings import Settings
from nilometer.survival import RESTARTS_MAX, Death, revive
from nilometer.verdict import Counterexample, Level, NotObservable, Reason, Result, Verdict

ENDING_S = 5.0
"""How long a check whose connections are cut may need to notice it."""
PATIENCE_S = 10.0
"""How long a target that does not answer may need to come back."""
HEARTBEAT_S = 0.25


class Interrupted(Exception):
    """The user wants it to end (raised by `Runner.heartbeat`, or a KeyboardInterrupt)."""


class Runner:
    """One subject's run."""

    def __init__(
        self,
        subject: Subject,
        settings: Settings,
        *,
        heartbeat: Callable[[], None] = lambda: None,
        patience_s: float = PATIENCE_S,
        ending_s: float = ENDING_S,
    ) -> None:
        """`heartbeat` is called every `HEARTBEAT_S` while a check runs."""
        self.subject = subject
        self.settings = settings
        self.heartbeat = heartbeat
        self.patience_s = patience_s
        self.ending_s = ending_s
        self.gone = ""
        """Why the target is not there any more; empty while it is."""
        self.interrupted = False
        self.restarts = 0
        self.begin(1)

    def begin(self, count: int) -> None:
        """The budget begins now, for `count` requirements."""
        self._budget_ends = time.monotonic() + self.settings.budget
        self._left = count

    def run(self, requirements: Sequence[Requirement]) -> Iterator[Result]:
        """The results in the order of the requirements, each as soon as it is there."""
        self.begin(len(requirements))
        for requirement in requirements:
            yield self.next(requirement)

    def next(self, requirement: Requirement) -> Result:
        """Its result, if only that it was not tried: interrupted, no target, no time."""
        self._left -= 1
        if self.interrupted:
            return unobservable(requirement, Reason.INTERRUPTED, "the run was interrupted")
        if self.gone:
            return unobservable(requirement, Reason.TARGET_GONE, self.gone)
        if self.settings.is_promise and time.monotonic() > self._budget_ends and not is_cheap(requirement):
            text = f"the budget of {self.settings.budget:g} s was used up"
            return unobservable(requirement, Reason.TIME, text)
        return self.judge(requirement)

    def judge(self, requirement: Requirement) -> Result:
        """One requirement, whatever happens in its check."""
        started = time.monotonic()
        self.subject.journal.forget()
        share = max(0.0, self._budget_ends - started) / (max(0, self._left) + 1) * SHARES
        share = max(share, 0.0 if self.settings.is_promise else SHARE_MIN_S)
        limit = started + requirement.time_limit_s
        run = Run(requirement, self.subject, self.settings, min(limit, started + share), limit)
        try:
            self._attempt(run)
        except (KeyboardInterrupt, Interrupted):
            self.interrupted = True
            self._end(run, NotObservable(Reason.INTERRUPTED, "the run was interrupted"))
        result = run.finish()
        if not self.interrupted and self._is_suspicious(result):
            self._look_after(run, result)
        result.deviation = deviation_of(self.subject.target, result)
        result.elapsed_ms = round((time.monotonic() - started) * 1000)
        if not self.gone:
            with suppress(KeyboardInterrupt):
                clean_up(self.subject, self.settings)
        run.close()
        return result

    # ------------------------------------------------------------------------------------------ one check

    def _attempt(self, run: Run) -> None:
        """The check in its thread, until it ends or its time is over."""
        thread = threading.Thread(target=_check, args=(run,), name=f"check {run.requirement.id}", daemon=True)
        self._thread = thread
        thread.start()
        while thread.is_alive():
            thread.join(HEARTBEAT_S)
            self.heartbeat()
            if thread.is_alive() and time.monotonic() > run.limit:
                seconds = run.requirement.time_limit_s
                self._end(run, NotObservable(Reason.TIME, f"its limit of {seconds:g} s was over"))
                return

    def _end(self, run: Run, why: NotObservable) -> None:
        """Cut what the check waits for; a check that does not even end then is an error of ours."""
        run.stop(why)
        self._thread.join(self.ending_s)
        if self._thread.is_alive():
            run.result.verdict = Verdict.ERROR
            run.result.detail = f"the check did not end {self.ending_s:g} s after its connections were cut"

    # ------------------------------------------------------------------------------------------ the target's life

    def _is_suspicious(self, result: Result) -> bool:
        """Whether to look if the target still answers: its process ended, or something did not come."""
        target = self.subject.target
        if target is not None and not target.alive():
            return True
        return bool(result.violations or result.skipped.keys() & {Reason.NO_ANSWER, Reason.TIME})

    def _look_after(self, run: Run, result: Result) -> None:
        """Charge the death of the target to the requirement, and bring it back if it is ours."""
        target = self.subject.target
        ended = target is not None and not target.alive()
        if not ended and is_alive(self.subject, self.patience_s):
            return
        death = Death("broker-died" if ended else "broker-silent", self.patience_s, self.subject)
        ours = target is not None and bool(target.control)
        if ours and not run.requirement.needs:  # a check that stops the target may end while it is down
            charge(result, death.counterexample(run))
        self.gone = death.what
        if ours and self.restarts < RESTARTS_MAX:
            self.restarts += 1
            self.gone = revive(self.subject)
        if self.gone and not result.violations:
            result.skipped[Reason.TARGET_GONE] += 1
            result.detail = self.gone
            if not result.judged:
                result.verdict, result.reason = Verdict.NOT_OBSERVABLE, Reason.TARGET_GONE


SHARES = 4.0
"""A requirement may use this many fair shares of the time that is left for its generated cases: most need none."""


SHARE_MIN_S = 2.0
"""What generated cases of one requirement get at least when the budget is used up and the run goes on."""


def _check(run: Run) -> None:
    """Runs in the check's own thread; nothing leaves it."""
    try:
        run.requirement.check(run)
    except NotObservable as missing:
        why = run.stopped or missing  # what we cut ourselves is not the target's silence
        run.skip(why.reason, why.detail)
    except BaseException as error:
        run.result.verdict = Verdict.ERROR
        run.result.detail = f"{type(error).__name__}: {error}"
        run.result.traceback = traceback.format_exc()


def charge(result: Result, found: Counterexample) -> None:
    """A broker that dies or falls silent breaks a MUST, whatever the level of what made it do so."""
    result.verdict, result.level = Verdict.VIOLATED, Level.MUST
    result.judged += 1
    result.violations += 1
    result.counterexamples.insert(0, found)
    result.detail = found.seen
