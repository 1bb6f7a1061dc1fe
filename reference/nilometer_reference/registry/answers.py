"""What is read: versions, ids, lists. Members that are empty are left out, and so is the type where it is AVRO."""

from __future__ import annotations

from nilometer_reference.registry.content import guid
from nilometer_reference.registry.errors import schema_not_found, subject_not_found, version_not_found
from nilometer_reference.registry.records import AVRO, Json, StoredSchema
from nilometer_reference.registry.state import State
from nilometer_reference.registry.subjects import DEFAULT_CONTEXT, Subject

LATEST = -1


def schema_json(stored: StoredSchema) -> Json:
    """The content of a schema."""
    made: Json = {"schema": stored.text}
    if stored.type != AVRO:
        made["schemaType"] = stored.type
    if stored.references:
        made["references"] = [reference.as_json() for reference in stored.references]
    if stored.metadata is not None:
        made["metadata"] = stored.metadata
    return made


def version_json(stored: StoredSchema) -> Json:
    """A version with all that there is to know of it."""
    place = {"subject": str(stored.subject), "version": stored.version, "id": stored.id}
    return {**place, "guid": guid(stored.text, stored.references, stored.metadata), **schema_json(stored)}


def version_of(state: State, subject: Subject, version: int, *, deleted: bool = False) -> StoredSchema:
    """Raises 40401, 40402."""
    newest = state.newest(subject, deleted=deleted)
    if newest is None:
        raise subject_not_found(str(subject))
    if version == LATEST:
        return newest
    found = state.versions[subject].get(version)
    if found is None or (found.deleted and not deleted):
        raise version_not_found(version)
    return found


def by_id(state: State, id: int, subject: Subject | None) -> StoredSchema:
    """The schema of an id, also where all its versions are softly deleted. A plain subject that does not have it is
    looked for in the default context. Raises 40403.
    """
    context = DEFAULT_CONTEXT if subject is None else subject.context
    holders = state.holders(context, id)
    if subject is not None:
        holders = [one for one in holders if one.subject == subject] or holders
    if not holders:
        raise schema_not_found(id)
    return holders[0]


def by_guid(state: State, wanted: str) -> StoredSchema:
    """Raises 40403."""
    found = state.index.first(wanted)
    if found is None:
        raise schema_not_found()
    return found


def page(items: list[Json] | list[str] | list[int], offset: int, limit: int) -> list[Json] | list[str] | list[int]:
    """A part of a list; a negative limit is none."""
    return items[offset:] if limit < 0 else items[offset : offset + limit]
