"""Access rules come and go; what is decided is what they mean (KIP-11, KIP-290).

rules    Create  Delete
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from nilometer_models.machine import Instance, Machine
from nilometer_models.protocols.access_rules.lookup import decision, look_up
from nilometer_models.protocols.access_rules.state import (
    STAR,
    Config,
    Pattern,
    Rule,
    Rules,
    State,
    View,
    fits,
    initial,
    meaning,
    names,
    operations,
    patterns,
    requests,
    rule_principals,
)

MACHINE: Machine[Config, State, View] = Machine("access_rules", initial, View, home=Path(__file__).parent)


def model(rules: Rules | None = None, **bounds: Any) -> Instance[Config, State, View]:
    """An instance with these bounds; what is not named is as in `Config`."""
    return Instance(MACHINE, Config(**bounds, rules=rules or Rules()))


def permissions(_: Config) -> Iterable[str]:
    return "allow", "deny"


@MACHINE.action("rules", pattern=patterns, principal=rule_principals, operation=operations, permission=permissions)
class Create:
    """A rule is added to the set."""

    @staticmethod
    def why_not(c: Config, s: State, pattern: Pattern, principal: int, operation: str, permission: str) -> str | None:
        if Rule(pattern, principal, operation, permission) in s.rules:
            return "there is such a rule"
        return "bound: size" if len(s.rules) >= c.size else None

    @staticmethod
    def apply(_: Config, s: State, pattern: Pattern, principal: int, operation: str, permission: str) -> State:
        return State(s.rules | {Rule(pattern, principal, operation, permission)})


@MACHINE.action("rules", pattern=patterns, principal=rule_principals, operation=operations, permission=permissions)
class Delete:
    """A rule is taken out of the set."""

    @staticmethod
    def why_not(_: Config, s: State, pattern: Pattern, principal: int, operation: str, permission: str) -> str | None:
        there = Rule(pattern, principal, operation, permission) in s.rules
        return None if there else "there is no such rule"

    @staticmethod
    def apply(_: Config, s: State, pattern: Pattern, principal: int, operation: str, permission: str) -> State:
        return State(s.rules - {Rule(pattern, principal, operation, permission)})


@MACHINE.invariant("X5")
def decisions_are_the_meaning(view: View) -> bool:
    """Every request is decided as the rules mean it, whatever their order."""
    c, s = view
    return all(decision(c, s, request) == meaning(c, s, request) for request in requests(c))


@MACHINE.invariant("X5")
def matching_patterns_are_found(view: View) -> bool:
    """For every name the look-up finds just the patterns that match it."""
    c, s = view
    known = {rule.pattern for rule in s.rules}
    return all(look_up(c, s, name).patterns == {p for p in known if fits(p, name)} for name in names(c))


@MACHINE.invariant("X5")
def look_ups_end(view: View) -> bool:
    """Every look-up ends."""
    c, s = view
    return all(look_up(c, s, name).ends for name in names(c))


@MACHINE.step_property("X5")
def allow_gives_and_deny_takes(before: View, after: View) -> bool:
    """Where the default denies, a rule that allows takes access from nobody, and one that denies gives it to nobody."""
    c = before.config
    changed = {rule.permission for rule in before.state.rules ^ after.state.rules}
    less, more = (before, after) if len(before.state.rules) < len(after.state.rules) else (after, before)
    if c.allowed_by_default or len(changed) != 1:
        return True
    low, high = (less, more) if "allow" in changed else (more, less)
    return all(not decision(c, low.state, request) or decision(c, high.state, request) for request in requests(c))


@MACHINE.witness("X5")
def deny_beats_allow(view: View) -> bool:
    """A name has a rule that allows and one that denies."""
    about = [{rule.permission for rule in view.state.rules if fits(rule.pattern, name)} for name in names(view.config)]
    return any(len(told) > 1 for told in about)


@MACHINE.witness("X5")
def allowed_by_the_wildcard(view: View) -> bool:
    """A name is allowed though no rule has its letters."""
    c, s = view
    known = {rule.pattern for rule in s.rules}
    starred = known == {Pattern(STAR, "literal")}
    return starred and any(decision(c, s, request) for request in requests(c))


@MACHINE.witness("X5")
def a_prefix_behind_another_name(view: View) -> bool:
    """A prefix allows a name though, in their order, a name that is no prefix lies between."""
    c, s = view
    known = sorted({rule.pattern.name for rule in s.rules})
    return any(
        decision(c, s, request) and len(known) > 1 and known[0] == request.name[:1] < known[1] < request.name
        for request in requests(c)
        if known[1:] and request.name[: len(known[1])] != known[1]
    )
