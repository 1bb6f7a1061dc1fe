"""How a broker decides: it looks for patterns in a sorted set instead of comparing all.

Patterns are sorted by name, the greatest first: so prefixes of a name come after it, the longest first. From `abc` a
walk meets `ab`, `a` and, between them, names that are no prefixes; over these it jumps to where they part.

    abc   abba   ab   aab   a        looking for abc: abba parts after ab, so on with ab; aab after a, so on with a
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from nilometer_models.protocols.access_rules.state import ANYONE, STAR, Config, Name, Pattern, Request, Rule, State


class Found(NamedTuple):
    """Patterns that a look-up takes for matching; `ends` is False where it would go on for ever."""

    patterns: frozenset[Pattern]
    ends: bool = True


def agreement(name: Name, other: Name) -> int:
    """How many letters both begin with."""
    return next(
        (at for at, pair in enumerate(zip(name, other, strict=False)) if pair[0] != pair[1]), min(len(name), len(other))
    )


def walk(c: Config, known: Iterable[Pattern], name: Name, start: Name) -> Found:
    """Every pattern from `start` on that matches `name`."""
    order = sorted(known, reverse=True)
    found, bound = set(), start
    left = [pattern for pattern in order if pattern.name <= bound]
    while left:
        pattern = left.pop(0)
        common = agreement(name, pattern.name)
        if common == len(pattern.name):
            if pattern.kind == "prefixed" or common == len(name) or not c.rules.literal_is_whole:
                found.add(pattern)
        elif pattern.name == STAR:
            found.add(pattern)
        elif c.rules.look_up == "stopping":
            break
        elif common >= len(bound):
            return Found(frozenset(found), ends=False)
        else:
            bound = bound[:common]
            left = [pattern for pattern in order if pattern.name <= bound]
    return Found(frozenset(found))


def in_range(c: Config, known: Iterable[Pattern], name: Name) -> Found:
    """The exact name, the wildcard, and prefixes between the name and its first letter."""
    first = name[:1]
    return Found(
        frozenset(
            pattern
            for pattern in known
            if (pattern.kind == "literal" and pattern.name in (name, STAR))
            or (
                pattern.kind == "prefixed"
                and first <= pattern.name <= name
                and not (pattern.name == first and c.rules.look_up == "exclusive_range")
                and name[: len(pattern.name)] == pattern.name
            )
        )
    )


def look_up(c: Config, s: State, name: Name) -> Found:
    """Patterns that match a name."""
    known = {rule.pattern for rule in s.rules}
    if c.rules.look_up.endswith("range"):
        return in_range(c, known, name)
    named = walk(c, known, name, name)
    if c.rules.wildcard_walk == "ends":
        return Found(named.patterns | (known & {Pattern(STAR, "literal")}), named.ends)
    starred = walk(c, known, name, STAR)
    return Found(named.patterns | starred.patterns, named.ends and starred.ends)


def says(c: Config, rule: Rule, request: Request) -> bool:
    """Whether a rule whose pattern matches is about this principal and operation."""
    if rule.principal not in (ANYONE, request.principal):
        return False
    if rule.operation in (request.operation, "all"):
        return True
    implies = c.rules.allow_implies if rule.permission == "allow" else c.rules.deny_implies
    return implies and request.operation == "describe" and rule.operation == "read"


def decision(c: Config, s: State, request: Request) -> bool:
    """Whether the broker allows the request."""
    found = look_up(c, s, request.name).patterns
    about = [rule for rule in s.rules if rule.pattern in found]
    told = {rule.permission for rule in about if says(c, rule, request)}
    if told:
        return "deny" not in told if c.rules.precedence == "deny" else "allow" in told
    return c.allowed_by_default and (not about or c.rules.default == "without_match")
