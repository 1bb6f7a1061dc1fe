"""The modes of a registry as one table, over the answer of a language's `can_read`.

mode                  asks                                        of which versions
NONE                  nothing, not even that the type stays       -
BACKWARD              the new schema reads the old (the default)  the last
FORWARD               the old schema reads the new                the last
FULL                  both                                        the last
..._TRANSITIVE        the same                                    all, newest first

History: versions that are not soft-deleted, oldest first; with a compatibility group P only those whose property P
equals the candidate's (absent equals absent). The first version of a subject is accepted. Another schema type is
incompatible in every mode but NONE.

Source: Confluent Schema Registry, `CompatibilityLevel` and `CompatibilityChecker`; its documentation's table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Generic, TypeAlias, TypeVar

from nilometer_models.schema.difference import Difference

Schema = TypeVar("Schema")
CanRead: TypeAlias = Callable[[Schema, Schema], Sequence[Difference]]
"""(reader, writer) -> what breaks; empty when the reader reads all that the writer may write."""

RESERVED = "confluent:reserved"
"""Metadata property: names, separated by commas, that must never be fields again."""


class Mode(Enum):
    """What a subject asks of a new version."""

    NONE = "NONE"
    BACKWARD = "BACKWARD"
    BACKWARD_TRANSITIVE = "BACKWARD_TRANSITIVE"
    FORWARD = "FORWARD"
    FORWARD_TRANSITIVE = "FORWARD_TRANSITIVE"
    FULL = "FULL"
    FULL_TRANSITIVE = "FULL_TRANSITIVE"

    @classmethod
    def named(cls, name: str) -> Mode:
        """In upper or lower case; ValueError for any other (a registry answers 42203)."""
        return cls(name.upper())


class Direction(Enum):
    """Who moves first."""

    BACKWARD = "backward"
    """The new schema must read what the old one wrote."""
    FORWARD = "forward"
    """The old schema must read what the new one will write."""


@dataclass(frozen=True)
class Asks:
    """One row of the table."""

    directions: tuple[Direction, ...]
    transitive: bool


BOTH = (Direction.BACKWARD, Direction.FORWARD)
TABLE = {
    Mode.NONE: Asks((), transitive=False),
    Mode.BACKWARD: Asks((Direction.BACKWARD,), transitive=False),
    Mode.BACKWARD_TRANSITIVE: Asks((Direction.BACKWARD,), transitive=True),
    Mode.FORWARD: Asks((Direction.FORWARD,), transitive=False),
    Mode.FORWARD_TRANSITIVE: Asks((Direction.FORWARD,), transitive=True),
    Mode.FULL: Asks(BOTH, transitive=False),
    Mode.FULL_TRANSITIVE: Asks(BOTH, transitive=True),
}


@dataclass(frozen=True)
class Version(Generic[Schema]):
    """A version in a subject's history, or the candidate for the next one."""

    number: int
    schema: Schema
    schema_type: str = "AVRO"
    soft_deleted: bool = False
    properties: Mapping[str, str] = field(default_factory=dict)
    fields: frozenset[str] = frozenset()
    """Names of the top-level fields; only field validation looks at them."""


@dataclass(frozen=True)
class Finding:
    """One reason to refuse a candidate."""

    version: int
    direction: Direction | None
    """None: it does not depend on who reads (type changed, reserved field)."""
    difference: Difference


def history(versions: Sequence[Version[Schema]], new: Version[Schema], group: str | None) -> list[Version[Schema]]:
    """The versions that count for this candidate, oldest first."""
    live = [version for version in versions if not version.soft_deleted]
    if group is None:
        return live
    return [version for version in live if version.properties.get(group) == new.properties.get(group)]


def check(
    mode: Mode,
    can_read: CanRead[Schema],
    new: Version[Schema],
    versions: Sequence[Version[Schema]],
    *,
    group: str | None = None,
    validate_fields: bool = False,
) -> list[Finding]:
    """Every reason to refuse `new` after these versions; none: it may be registered."""
    counted = history(versions, new, group)
    asks = TABLE[mode]
    against = counted[::-1] if asks.transitive else counted[-1:]
    found = [finding for old in against for finding in _pair(asks.directions, can_read, new, old)]
    return [*found, *(_reserved(new, counted[-1:]) if validate_fields else ())]


def _pair(
    directions: tuple[Direction, ...], can_read: CanRead[Schema], new: Version[Schema], old: Version[Schema]
) -> Iterator[Finding]:
    if directions and new.schema_type != old.schema_type:
        sentence = f"the schema type was {old.schema_type} and would be {new.schema_type}"
        yield Finding(old.number, None, Difference("schema type changed", sentence))
        return
    for direction in directions:
        backward = direction is Direction.BACKWARD
        reader, writer = (new.schema, old.schema) if backward else (old.schema, new.schema)
        for difference in can_read(reader, writer):
            yield Finding(old.number, direction, difference)


def reserved_names(version: Version[Schema]) -> set[str]:
    """Of the version's metadata."""
    return {name.strip() for name in version.properties.get(RESERVED, "").split(",")} - {""}


def _reserved(new: Version[Schema], last: Sequence[Version[Schema]]) -> Iterator[Finding]:
    """Reserved names stay reserved, and are no fields. Reported in every mode."""
    for old in last:
        for name in sorted(reserved_names(old) - reserved_names(new)):
            yield Finding(old.number, None, Difference("reserved name removed", f"{name} is no longer reserved"))
    for name in sorted(reserved_names(new) & new.fields):
        yield Finding(new.number, None, Difference("reserved field", f"{name} is reserved, and is a field"))
