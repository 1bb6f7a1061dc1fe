"""How deep a run goes: a profile is a budget of time and of generated cases.

profile   budget     generated cases a requirement   meant for
smoke     30 s       few                             first contact
core      5 min      enough to find known bugs       every commit
full      30 min     many                            every night
soak      --time     many                            days

Generated cases end with the budget. What has to be tried at all is tried later too, unless the budget is a promise:
that of smoke, or one that was given.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from enum import StrEnum

from nilometer.verdict import Level


class Profile(StrEnum):
    """Depth of a run."""

    SMOKE = "smoke"
    CORE = "core"
    FULL = "full"
    SOAK = "soak"


BUDGET_S = {Profile.SMOKE: 30.0, Profile.CORE: 300.0, Profile.FULL: 1800.0, Profile.SOAK: 3600.0}
DEPTH = {Profile.SMOKE: 1, Profile.CORE: 4, Profile.FULL: 20, Profile.SOAK: 60}
"""Generated cases of a requirement are a small number of its own times this."""


def random_seed() -> int:
    """A seed that is short enough to retype."""
    return secrets.randbelow(1_000_000)


def random_run_id() -> str:
    """Six characters that name this run's topics, groups and transactional ids."""
    return "".join(secrets.choice("abcdefghijkmnpqrstuvwxyz23456789") for _ in range(6))


@dataclass(frozen=True)
class Settings:
    """Everything that a run is told."""

    profile: Profile = Profile.CORE
    seed: int = field(default_factory=random_seed)
    run_id: str = field(default_factory=random_run_id)
    budget_s: float | None = None
    """None: the profile's."""
    prefix: str = "nilometer"
    timeout_s: float = 10.0
    """Of one request."""
    liveness_s: float = 15.0
    """T: what has to happen must have happened after this time without faults."""
    cases: int | None = None
    """Factor on generated cases; None: the profile's."""
    max_fail: int | None = None
    """Failures after which the run ends."""
    level: Level = Level.MUST
    """The weakest level whose breach fails the run."""
    strict: bool = False
    """Not-run and unknown fail the run too."""
    allow_unknown: bool = False
    """Unknown verdicts do not matter for the exit code."""

    @property
    def budget(self) -> float:
        """Seconds for all requirements together."""
        return BUDGET_S[self.profile] if self.budget_s is None else self.budget_s

    @property
    def is_promise(self) -> bool:
        """Whether the run ends with its budget, with requirements left that were not tried."""
        return self.budget_s is not None or self.profile is Profile.SMOKE

    @property
    def depth(self) -> int:
        """Factor on generated cases."""
        return DEPTH[self.profile] if self.cases is None else self.cases
