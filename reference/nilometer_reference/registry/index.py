"""Where contents and references are, so that no question has to go through all versions."""

from __future__ import annotations

from collections import defaultdict

from nilometer_reference.registry.content import identity
from nilometer_reference.registry.records import StoredSchema
from nilometer_reference.registry.subjects import Subject, parse_subject

Version = tuple[Subject, int]


class Index:
    """Of the versions that a state holds, softly deleted ones included."""

    def __init__(self) -> None:
        self._contents: dict[str, dict[Subject, dict[int, StoredSchema]]] = defaultdict(dict)
        self._referrers: dict[Version, dict[Version, StoredSchema]] = defaultdict(dict)

    def put(self, stored: StoredSchema) -> None:
        """A version, or a version as it is now."""
        self._contents[identity(stored)].setdefault(stored.subject, {})[stored.version] = stored
        for target in _targets(stored):
            self._referrers[target][stored.subject, stored.version] = stored

    def drop(self, stored: StoredSchema) -> None:
        """A version that was put."""
        content = identity(stored)
        holders = self._contents[content]
        holders[stored.subject].pop(stored.version, None)
        if not holders[stored.subject]:
            del holders[stored.subject]
        if not holders:
            del self._contents[content]
        for target in _targets(stored):
            self._referrers[target].pop((stored.subject, stored.version), None)
            if not self._referrers[target]:
                del self._referrers[target]

    def same(self, subject: Subject, content: str) -> list[StoredSchema]:
        """Versions of a subject with this content, in rising order."""
        found = self._contents.get(content, {}).get(subject, {})
        return [found[version] for version in sorted(found)]

    def first(self, content: str) -> StoredSchema | None:
        """A version with this content, in whatever subject; that of the smallest name."""
        holders = self._contents.get(content)
        return self.same(min(holders), content)[0] if holders else None

    def referrers(self, target: StoredSchema) -> list[StoredSchema]:
        """Versions that refer to this one, by name and version."""
        return [one for _, one in sorted(self._referrers.get((target.subject, target.version), {}).items())]


def _targets(stored: StoredSchema) -> set[Version]:
    context = stored.subject.context
    return {(parse_subject(one.subject, context), one.version) for one in stored.references}
