"""Access rules, requests, and what the rules mean, without any order.

A name is a tuple of letters. Letters are numbers in the order of their code points; the wildcard `*` is 2, so that 1
stands for what sorts before it (`!`, `#`), and 3 and more for what sorts after it (letters, digits).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import NamedTuple

Name = tuple[int, ...]
STAR: Name = (2,)
ANYONE = 0


class Rules(NamedTuple):
    """Rules of the protocol; the defaults are Kafka's but for `wildcard_walk`."""

    look_up: str = "jumping"
    """How patterns are found: `jumping` over what does not match (`StandardAuthorizer`), in the `inclusive_range` from
    the name to its first letter (`AclAuthorizer`), in the `exclusive_range` (before KAFKA-7702), or `stopping` at the
    first that does not match."""
    wildcard_walk: str = "ends"
    """After the wildcard the walk `ends`, or `goes_on` to names that sort before it (`StandardAuthorizer`)."""
    literal_is_whole: bool = True
    """A literal pattern that is only the beginning of a name does not match (KIP-290)."""
    precedence: str = "deny"
    """Of rules that match, `deny` wins, or `allow` (KIP-11)."""
    allow_implies: bool = True
    """Who is allowed to read is allowed to describe (KIP-11)."""
    deny_implies: bool = False
    """Who is denied to read is denied to describe; that is not so."""
    default: str = "without_rules"
    """When the default decides: `without_rules` for the resource, or `without_match`."""


class Config(NamedTuple):
    """Bounds, and the rules."""

    letters: int = 2
    letters_before_star: int = 0
    """At most one."""
    length: int = 2
    """Of the longest name."""
    kinds_of_operation: int = 1
    """1: only read; 3: read, describe and, in rules, all."""
    principals: int = 1
    """Where there is more than one, rules may be for anyone."""
    size: int = 2
    """Rules at a time."""
    allowed_by_default: bool = False
    """`allow.everyone.if.no.acl.found`."""
    rules: Rules = Rules()


class Pattern(NamedTuple):
    """What a rule is about."""

    name: Name
    kind: str
    """`literal` or `prefixed`; the literal pattern `*` matches every name."""


class Rule(NamedTuple):
    """One access rule."""

    pattern: Pattern
    principal: int
    operation: str
    permission: str


class Request(NamedTuple):
    """What somebody wants to do."""

    principal: int
    operation: str
    name: Name


class State(NamedTuple):
    """Fields are the variables of the TLA+ module."""

    rules: frozenset[Rule]


class View(NamedTuple):
    """What properties are told."""

    config: Config
    state: State


def initial(_: Config) -> Iterator[State]:
    """There is no rule."""
    yield State(frozenset())


def names(c: Config) -> list[Name]:
    letters = [1] * c.letters_before_star + list(range(3, 3 + c.letters))
    return [name for length in range(1, c.length + 1) for name in itertools.product(letters, repeat=length)]


def patterns(c: Config) -> list[Pattern]:
    return [Pattern(name, kind) for name in names(c) for kind in ("literal", "prefixed")] + [Pattern(STAR, "literal")]


def operations(c: Config) -> list[str]:
    """Of rules."""
    return ["read", "describe", "all"][: c.kinds_of_operation]


def rule_principals(c: Config) -> list[int]:
    return list(range(ANYONE if c.principals > 1 else 1, c.principals + 1))


def requests(c: Config) -> Iterator[Request]:
    asked = [operation for operation in operations(c) if operation != "all"]
    return itertools.starmap(Request, itertools.product(range(1, c.principals + 1), asked, names(c)))


def fits(pattern: Pattern, name: Name) -> bool:
    """What a pattern means (KIP-290)."""
    if pattern.kind == "prefixed":
        return name[: len(pattern.name)] == pattern.name
    return pattern.name in (name, STAR)


def applies(rule: Rule, request: Request) -> bool:
    """Whether a rule speaks of this principal and operation: to be allowed to read is to be allowed to describe."""
    if rule.principal not in (ANYONE, request.principal):
        return False
    implied = (rule.permission, rule.operation, request.operation) == ("allow", "read", "describe")
    return implied or rule.operation in ("all", request.operation)


def meaning(c: Config, s: State, request: Request) -> bool:
    """Whether the request is allowed: a deny wins, then an allow; the default is for names without rules."""
    about = [rule for rule in s.rules if fits(rule.pattern, request.name)]
    told = {rule.permission for rule in about if applies(rule, request)}
    return "deny" not in told and ("allow" in told or (not about and c.allowed_by_default))
