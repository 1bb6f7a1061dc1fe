"""Two registries on one compacted topic: one id names one content for ever.

registry  Register  SoftDelete  HardDelete  CatchUp
faults    Restart  Compact
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from nilometer_models.machine import Instance, Machine
from nilometer_models.protocols.schema_ids.state import (
    NOTHING,
    Config,
    Entry,
    Record,
    Registry,
    Rules,
    State,
    View,
    caught_up,
    compacted,
    empty,
    fold,
    id_for,
    initial,
)

MACHINE: Machine[Config, State, View] = Machine("schema_ids", initial, View, home=Path(__file__).parent)


def model(rules: Rules | None = None, **bounds: int) -> Instance[Config, State, View]:
    """An instance with these bounds; what is not named is as in `Config`."""
    return Instance(MACHINE, Config(**bounds, rules=rules or Rules()))


def registries(c: Config) -> Iterable[int]:
    return range(1, c.registries + 1)


def subjects(c: Config) -> Iterable[int]:
    return range(1, c.subjects + 1)


def contents(c: Config) -> Iterable[int]:
    return range(1, c.contents + 1)


def why_no_write(c: Config, s: State, registry: int) -> str | None:
    if c.rules.writes_at_end and s.registries[registry - 1].read < len(s.topic):
        return "it has not read to the end"
    return None if s.writes_left else "bound: writes"


def entry_of(s: State, registry: int, subject: int) -> Entry:
    return s.registries[registry - 1].entries[subject - 1]


def with_registry(s: State, registry: int, changed: Registry) -> State:
    return s._replace(registries=(*s.registries[: registry - 1], changed, *s.registries[registry:]))


def written(s: State, *records: Record) -> State:
    return s._replace(topic=s.topic + records, writes_left=s.writes_left - 1)


@MACHINE.action("registry", registry=registries, subject=subjects, content=contents)
class Register:
    """A registry writes a schema, under the id of its content or the next one, and the high mark before it."""

    @staticmethod
    def why_not(c: Config, s: State, registry: int, subject: int, content: int) -> str | None:
        known = entry_of(s, registry, subject)
        if known.kind == "schema":
            return "the subject has a schema"
        if known.kind == "soft" and known.content != content:
            return "the subject has another schema, softly deleted"
        return why_no_write(c, s, registry)

    @staticmethod
    def apply(c: Config, s: State, registry: int, subject: int, content: int) -> State:
        chosen = id_for(c, s.registries[registry - 1], content)
        highest = max(chosen, s.registries[registry - 1].highest)
        s = s._replace(given=s.given | {(chosen, content)})
        return written(s, Record(0, "mark", 0, highest), Record(subject, "schema", content, chosen))


@MACHINE.action("registry", registry=registries, subject=subjects)
class SoftDelete:
    """A registry writes that a schema is deleted; its id still resolves."""

    @staticmethod
    def why_not(c: Config, s: State, registry: int, subject: int) -> str | None:
        if entry_of(s, registry, subject).kind != "schema":
            return "the subject has no schema"
        return why_no_write(c, s, registry)

    @staticmethod
    def apply(_: Config, s: State, registry: int, subject: int) -> State:
        known = entry_of(s, registry, subject)
        return written(s, Record(subject, "soft", known.content, known.id))


@MACHINE.action("registry", registry=registries, subject=subjects)
class HardDelete:
    """A registry writes a tombstone for a schema that was softly deleted."""

    @staticmethod
    def why_not(c: Config, s: State, registry: int, subject: int) -> str | None:
        kind = entry_of(s, registry, subject).kind
        if kind == "none" or (kind == "schema" and c.rules.hard_needs_soft):
            return "nothing is softly deleted"
        return why_no_write(c, s, registry)

    @staticmethod
    def apply(_: Config, s: State, registry: int, subject: int) -> State:
        del registry
        return written(s, Record(subject, "gone", 0, 0))


@MACHINE.action("registry", registry=registries)
class CatchUp:
    """A registry reads to the end of the topic."""

    @staticmethod
    def why_not(_: Config, s: State, registry: int) -> str | None:
        return None if s.registries[registry - 1].read < len(s.topic) else "nothing is new"

    @staticmethod
    def apply(c: Config, s: State, registry: int) -> State:
        return with_registry(s, registry, caught_up(c, s, s.registries[registry - 1]))


@MACHINE.action("fault", registry=registries)
class Restart:
    """A registry restarts and has read nothing."""

    @staticmethod
    def why_not(_: Config, s: State, registry: int) -> str | None:
        if not s.restarts_left:
            return "bound: restarts"
        return None if s.registries[registry - 1].read else "it has read nothing"

    @staticmethod
    def apply(c: Config, s: State, registry: int) -> State:
        return with_registry(s._replace(restarts_left=s.restarts_left - 1), registry, empty(c))


@MACHINE.action("fault")
class Compact:
    """The topic is compacted: of each key the last record stays, and no tombstone that all registries have read."""

    @staticmethod
    def why_not(_: Config, s: State) -> str | None:
        if not s.compactions_left:
            return "bound: compactions"
        if any(0 < registry.read < len(s.topic) for registry in s.registries):
            return "a registry still reads: its tombstones are kept"
        return "nothing to remove" if compacted(s.topic) == s.topic else None

    @staticmethod
    def apply(_: Config, s: State) -> State:
        return s._replace(topic=compacted(s.topic), compactions_left=s.compactions_left - 1)


@MACHINE.invariant("S1", "S12")
def ids_name_one_content(view: View) -> bool:
    """No id was ever given to two contents."""
    given = view.state.given
    return len({chosen for chosen, _ in given}) == len(given)


@MACHINE.invariant("S1", "S2")
def equal_content_has_one_id(view: View) -> bool:
    """Subjects that have the same content, softly deleted or not, have it under the same id."""
    known = fold((NOTHING,) * view.config.subjects, view.state.topic)
    return all(one.id == other.id for one in known for other in known if one.content == other.content)


@MACHINE.invariant("S6", "S11")
def memory_is_the_replay(view: View) -> bool:
    """A registry that has read the whole topic, when and in whatever state it was, knows what the topic says now."""
    s = view.state
    replayed = fold((NOTHING,) * view.config.subjects, s.topic)
    return all(registry.read < len(s.topic) or registry.entries == replayed for registry in s.registries)


@MACHINE.step_property("S6")
def live_is_deleted_softly_first(before: View, after: View) -> bool:
    """No schema that is live is gone with one record."""
    start = (NOTHING,) * before.config.subjects
    pairs = zip(fold(start, before.state.topic), fold(start, after.state.topic), strict=True)
    return all(earlier.kind != "schema" or later.kind != "none" for earlier, later in pairs)


@MACHINE.witness("S1")
def one_content_in_two_subjects(view: View) -> bool:
    """Two subjects share a content, and its id."""
    known = [entry for registry in view.state.registries for entry in [registry.entries]]
    return any(len(set(entries)) < len(entries) and NOTHING not in entries for entries in known)


@MACHINE.witness("S1", "S11")
def highest_id_left_the_topic(view: View) -> bool:
    """A registry knows from the high mark alone that an id was given."""
    s = view.state
    left = max((record.id for record in s.topic if record.kind != "mark"), default=0)
    return any(registry.highest > left and registry.read == len(s.topic) for registry in s.registries)


@MACHINE.witness("S6")
def revived_under_its_id(view: View) -> bool:
    """A softly deleted schema is registered again, under the id that it had."""
    topic = view.state.topic
    return any(
        later.kind == "schema" and earlier.kind == "soft" and (earlier.subject, earlier.id) == (later.subject, later.id)
        for at, earlier in enumerate(topic)
        for later in topic[at + 1 :]
    )
