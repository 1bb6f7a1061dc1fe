"""The topic of schemas, and what a registry knows that has read so much of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple


class Rules(NamedTuple):
    """Rules of the protocol; the defaults are those under which an id names one content for ever."""

    writes_at_end: bool = True
    """Only a registry that has read to the end of the topic writes: one primary (karapace #876)."""
    counter: str = "high_mark"
    """The next id follows the highest that a registry has read: in `high_mark` records, too; in `schemas` alone; or
    that it knows now, of what is `present`."""
    content_keeps_id: bool = True
    """Content that is known is registered under its id."""
    soft_deleted_replayed: bool = True
    """A registry that reads the topic keeps what was softly deleted (karapace #170)."""
    hard_needs_soft: bool = True
    """Only what was softly deleted is deleted for good."""


class Config(NamedTuple):
    """Bounds, and the rules."""

    registries: int = 2
    subjects: int = 2
    """Each has one version at a time."""
    contents: int = 2
    writes: int = 4
    restarts: int = 1
    compactions: int = 1
    rules: Rules = Rules()


class Record(NamedTuple):
    """A record of the topic; the subject is its key, and 0 the key of the high mark."""

    subject: int
    kind: str
    """`schema`; `soft`, the same but deleted; `gone`, a tombstone; `mark`; `hole`, where compaction took one."""
    content: int
    id: int


class Entry(NamedTuple):
    """What is known of a subject."""

    kind: str
    """`schema`, `soft` or `none`."""
    content: int
    id: int


class Registry(NamedTuple):
    """The memory of one registry."""

    read: int
    """How many records of the topic it has read."""
    entries: tuple[Entry, ...]
    highest: int
    """The highest id that it has read."""


class State(NamedTuple):
    """Fields are the variables of the TLA+ module."""

    topic: tuple[Record, ...]
    registries: tuple[Registry, ...]
    given: frozenset[tuple[int, int]]
    """(id, content) of every answer to a registration."""
    writes_left: int
    restarts_left: int
    compactions_left: int


class View(NamedTuple):
    """What properties are told."""

    config: Config
    state: State


NOTHING = Entry("none", 0, 0)
HOLE = Record(0, "hole", 0, 0)


def empty(c: Config) -> Registry:
    return Registry(0, (NOTHING,) * c.subjects, 0)


def initial(c: Config) -> Iterator[State]:
    """The topic is empty."""
    yield State((), (empty(c),) * c.registries, frozenset(), c.writes, c.restarts, c.compactions)


def fold(entries: tuple[Entry, ...], records: Iterable[Record]) -> tuple[Entry, ...]:
    """What the subjects are after these records."""
    after = list(entries)
    for record in records:
        if record.kind in ("schema", "soft"):
            after[record.subject - 1] = Entry(record.kind, record.content, record.id)
        elif record.kind == "gone":
            after[record.subject - 1] = NOTHING
    return tuple(after)


def caught_up(c: Config, s: State, registry: Registry) -> Registry:
    """A registry after it has read the rest of the topic."""
    fresh = s.topic[registry.read :]
    entries = fold(registry.entries, fresh)
    if not c.rules.soft_deleted_replayed:
        entries = tuple(NOTHING if entry.kind == "soft" else entry for entry in entries)
    counted = ("schema", "soft", "mark") if c.rules.counter == "high_mark" else ("schema", "soft")
    ids = [record.id for record in fresh if record.kind in counted]
    return Registry(len(s.topic), entries, max([registry.highest, *ids]))


def id_for(c: Config, registry: Registry, content: int) -> int:
    """The id under which a registry registers this content."""
    known = [entry.id for entry in registry.entries if entry.content == content]
    if known and c.rules.content_keeps_id:
        return known[0]
    if c.rules.counter == "present":
        return 1 + max(entry.id for entry in registry.entries)
    return 1 + registry.highest


def compacted(topic: tuple[Record, ...]) -> tuple[Record, ...]:
    """Of each key the last record stays, unless it is a tombstone."""
    last = {record.subject: at for at, record in enumerate(topic) if record.kind != "hole"}
    return tuple(
        record if last.get(record.subject) == at and record.kind not in ("gone", "hole") else HOLE
        for at, record in enumerate(topic)
    )
