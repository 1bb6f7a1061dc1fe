"""The fold of `_schemas`: what the records say together, one after the other.

Readers are liberal: what is no record of ours is counted and passed over, never fatal. A record that says again what is
known changes nothing, so a log that was read twice, or compacted, gives the same answers.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TypeVar

from nilometer_reference.registry import records
from nilometer_reference.registry.content import identity
from nilometer_reference.registry.index import Index
from nilometer_reference.registry.records import Json, StoredSchema, load, stored_schema
from nilometer_reference.registry.subjects import DEFAULT_CONTEXT, Subject, parse_subject

T = TypeVar("T")


@dataclass
class State:
    """Everything that answers are made of. Versions of a subject are in rising order."""

    versions: dict[Subject, dict[int, StoredSchema]] = field(default_factory=dict)
    by_id: dict[tuple[str, int], dict[tuple[Subject, int], StoredSchema]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    """(context, id) -> the versions that have it, softly deleted ones too."""
    ids: dict[tuple[str, str], int] = field(default_factory=dict)
    """(context, identity of the content) -> id."""
    largest_ids: dict[str, int] = field(default_factory=dict)
    configs: dict[Subject | None, Json] = field(default_factory=dict)
    """None is the top level."""
    modes: dict[Subject | None, str] = field(default_factory=dict)
    contexts: set[str] = field(default_factory=set)
    index: Index = field(default_factory=Index)
    skipped: int = 0
    """Records that are none of ours."""

    def apply(self, key: bytes | None, value: bytes | None) -> None:
        """Take in the next record."""
        try:
            decoded_key = load(key)
            if decoded_key is None:
                raise ValueError("no key")
            self._apply(decoded_key, load(value))
        except (ValueError, KeyError, TypeError, AttributeError):
            self.skipped += 1

    def _apply(self, key: Json, value: Json | None) -> None:
        kind = key["keytype"]
        if kind == records.SCHEMA:
            self._schema(parse_subject(key["subject"]), int(key["version"]), value)
        elif kind == records.DELETE_SUBJECT:
            if value is not None:
                self._delete_subject(parse_subject(value["subject"]), int(value["version"]))
        elif kind == records.CONFIG:
            self._set(self.configs, key, value)
        elif kind == records.MODE:
            self._set(self.modes, key, None if value is None else str(value["mode"]))
        elif kind == records.CONTEXT:
            self._context(str(key["context"]), exists=value is not None)
        elif kind == records.NOOP:
            if value is not None:
                self._largest_id(str(key.get("context", DEFAULT_CONTEXT)), int(value["largestId"]))
        else:
            raise ValueError(f"a key of type {kind}")

    def _schema(self, subject: Subject, version: int, value: Json | None) -> None:
        stored = None if value is None else stored_schema(subject, value)
        content = "" if stored is None else identity(stored)
        known = self.versions.get(subject, {}).pop(version, None)
        if known is not None:
            self._forget(known)
        if stored is None:
            if not self.versions.get(subject, {1: None}):
                del self.versions[subject]
            return
        versions = self.versions.setdefault(subject, {})
        is_newest = version > self.newest_number(subject)
        versions[version] = stored
        if not is_newest:
            self.versions[subject] = dict(sorted(versions.items()))
        self.by_id[subject.context, stored.id][subject, version] = stored
        self.index.put(stored)
        self.ids.setdefault((subject.context, content), stored.id)
        self._largest_id(subject.context, stored.id)

    def _forget(self, stored: StoredSchema) -> None:
        context = stored.subject.context
        self.index.drop(stored)
        holders = self.by_id[context, stored.id]
        holders.pop((stored.subject, stored.version), None)
        if not holders:
            del self.by_id[context, stored.id]
            if self.ids.get((context, identity(stored))) == stored.id:
                del self.ids[context, identity(stored)]

    def _delete_subject(self, subject: Subject, up_to: int) -> None:
        for version, stored in self.versions.get(subject, {}).items():
            if version <= up_to and not stored.deleted:
                gone = replace(stored, deleted=True)
                self.versions[subject][version] = self.by_id[subject.context, stored.id][subject, version] = gone
                self.index.put(gone)

    @staticmethod
    def _set(settings: dict[Subject | None, T], key: Json, value: T | None) -> None:
        name = key.get("subject")
        subject = None if name is None else parse_subject(name)
        if value is None:
            settings.pop(subject, None)
        else:
            settings[subject] = value

    def _context(self, context: str, *, exists: bool) -> None:
        if exists:
            self.contexts.add(context)
        else:
            self.contexts.discard(context)

    def _largest_id(self, context: str, id: int) -> None:
        self.largest_ids[context] = max(id, self.largest_ids.get(context, 0))

    # -------------------------------------------------------------------------------------------------- questions

    def live(self, subject: Subject, *, deleted: bool = False) -> list[StoredSchema]:
        """Versions of a subject in rising order; `deleted`: those that are softly deleted, too."""
        return [stored for stored in self.versions.get(subject, {}).values() if deleted or not stored.deleted]

    def newest(self, subject: Subject, *, deleted: bool = False) -> StoredSchema | None:
        """The last of `live`, without going through the others."""
        versions = self.versions.get(subject, {})
        return next((stored for stored in reversed(versions.values()) if deleted or not stored.deleted), None)

    def newest_number(self, subject: Subject) -> int:
        """The highest version, softly deleted ones included; 0 if there is none."""
        return next(reversed(self.versions.get(subject, {})), 0)

    def same(self, subject: Subject, content: str, *, deleted: bool = False) -> StoredSchema | None:
        """The newest of `live` that has this content."""
        found = [one for one in self.index.same(subject, content) if deleted or not one.deleted]
        return found[-1] if found else None

    def subjects(self, *, deleted: bool = False) -> list[Subject]:
        """Subjects with at least one such version."""
        return sorted(subject for subject in self.versions if self.newest(subject, deleted=deleted))

    def holders(self, context: str, id: int) -> list[StoredSchema]:
        """Versions with this id, softly deleted ones too."""
        return list(self.by_id.get((context, id), {}).values())

    def referrers(self, target: StoredSchema, *, deleted: bool) -> list[StoredSchema]:
        """Versions that refer to this one; `deleted`: those that are softly deleted, too."""
        return [one for one in self.index.referrers(target) if deleted or not one.deleted]
