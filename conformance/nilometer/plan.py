"""What a run will do to one target: which requirements run, in which order, and why the others do not.

order    area and number; where the budget may end before the requirements do (smoke), first those whose entry
         says `smoke`; at the very end what judges the traffic of all the others
not      an API that is not advertised (n/a), a version too low (n/a), processes that we do not control (not-run)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from nilometer.requirement import Requirement
from nilometer.run import Subject
from nilometer.settings import Profile
from nilometer.targets.target import Control
from nilometer.verdict import NotObservable, Reason, Result, Verdict


@dataclass
class Plan:
    """The requirements of one column."""

    run: list[Requirement] = field(default_factory=list)
    not_run: list[Result] = field(default_factory=list)

    @property
    def line(self) -> str:
        """`70 requirements run; 3 do not: 2 n/a (api-not-served), 1 not-run (no-fault-control)`."""
        text = f"{len(self.run)} requirement{'s' * (len(self.run) != 1)} run{'s' * (len(self.run) == 1)}"
        if self.not_run:
            why = Counter(f"{one.word} ({one.reason})" for one in self.not_run)
            text += f"; {len(self.not_run)} not: " + ", ".join(f"{count} {what}" for what, count in why.most_common())
        return text


def make_plan(requirements: Iterable[Requirement], subject: Subject, profile: Profile) -> Plan:
    """Sort what was selected into what runs on this subject and what does not; the rest is about another kind."""
    plan = Plan()
    for one in requirements:
        if one.kind is not subject.kind:
            continue
        missing = what_is_missing(one, subject)
        if missing is None:
            plan.run.append(one)
        else:
            plan.not_run.append(unobservable(one, missing.reason, missing.detail))
    plan.run.sort(key=lambda one: one.order)
    if profile is Profile.SMOKE:
        rank = _ranks(plan.run)
        plan.run.sort(key=lambda one: (one.last, not is_cheap(one), 0 if is_cheap(one) else rank[one.id], one.order))
    return plan


def _ranks(ordered: Iterable[Requirement]) -> dict[str, int]:
    """Which one of those of its area that are not cheap each is."""
    seen: Counter[str] = Counter()
    ranks = {}
    for one in ordered:
        ranks[one.id] = seen[one.area]
        seen[one.area] += not is_cheap(one)
    return ranks


def is_cheap(requirement: Requirement) -> bool:
    """Whether it runs even when the budget is used up."""
    return "smoke" in requirement.profiles or requirement.last


def what_is_missing(requirement: Requirement, subject: Subject) -> NotObservable | None:
    """Why the requirement cannot be judged on this subject; None if it can be tried."""
    try:
        for api, version in requirement.apis.items():
            subject.versions.common(api, at_least=version)
    except NotObservable as missing:
        return missing
    control = subject.target.control if subject.target is not None else Control.NONE
    if lacking := requirement.needs & ~control:
        return NotObservable(Reason.NO_FAULT_CONTROL, f"we cannot {verbs(lacking)} its processes")
    return None


def verbs(control: Control) -> str:
    """`kill and restart`."""
    return " and ".join(one.name.lower() for one in control if one.name)


def unobservable(requirement: Requirement, reason: Reason, detail: str) -> Result:
    """The result of a requirement that was not tried."""
    return Result(requirement.id, requirement.level, Verdict.NOT_OBSERVABLE, reason=reason, detail=detail)
