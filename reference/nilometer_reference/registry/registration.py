"""Register and look up: from the body of a request to the version that it is, or becomes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from nilometer_reference.registry import records, settings
from nilometer_reference.registry.checking import check
from nilometer_reference.registry.content import PROTOBUF, TYPES, canonical_text, guid, identity
from nilometer_reference.registry.errors import (
    RegistryError,
    incompatible,
    invalid_schema,
    invalid_version,
    not_permitted,
    schema_not_found,
    subject_not_found,
    too_large,
)
from nilometer_reference.registry.metadata import is_text, read_metadata
from nilometer_reference.registry.records import AVRO, Json, Reference, StoredSchema
from nilometer_reference.registry.settings import IMPORT, Writes
from nilometer_reference.registry.state import State
from nilometer_reference.registry.subjects import DEFAULT_CONTEXT, Subject, parse_subject

LATEST = -1
SCHEMA_BYTES_MAX = 1 << 20
REFERENCE_DEPTH_MAX = 64


def register(
    state: State, subject: Subject, body: Json, *, normalize: bool, force: bool = False
) -> tuple[Writes, StoredSchema]:
    """What is to be written, and the version that it makes. Raises 409, 42201, 42205."""
    settings.check_writable(state, subject)
    mode = settings.mode_of(state, subject)
    given_id = _number(body, "id")
    if (given_id > 0) != (mode == IMPORT):
        raise not_permitted(f"Subject '{subject}' is in mode {mode}" + (" and takes no id" if given_id > 0 else ""))
    candidate = read(state, subject, body, normalize=normalize or settings.normalizes(state, subject))
    if mode != IMPORT and (known := state.same(subject, identity(candidate))) is not None:
        return [], known
    if mode != IMPORT and not force:
        level = settings.level_of(state, subject)
        wrong = check(level, candidate, history(state, subject, level), lambda one: texts(state, one))
        if wrong:
            raise incompatible([*wrong, f"compatibility: '{level}'"])
    made = replace(candidate, version=_next_version(state, subject, body), id=_id(state, candidate, given_id))
    writes: Writes = []
    if subject.context != DEFAULT_CONTEXT and subject.context not in state.contexts:
        writes.append(records.context_record(subject.context))
    if made.id > state.largest_ids.get(subject.context, 0):
        writes.append(records.largest_id_record(subject.context, made.id))
    writes.append((records.schema_key(subject, made.version), records.schema_value(made)))
    return writes, made


def read(state: State, subject: Subject, body: Json, *, normalize: bool) -> StoredSchema:
    """The schema of a body, parsed and in canonical form; version and id are still 0. Raises 42201."""
    text, type_ = body.get("schema"), str(body.get("schemaType") or AVRO).upper()
    if type_ not in TYPES:
        raise invalid_schema(f"Invalid schema type {type_}")
    if not isinstance(text, str) or not text.strip():
        raise invalid_schema("Empty schema")
    _check_text(text)
    if len(text.encode()) > SCHEMA_BYTES_MAX:
        raise too_large(f"A schema of {len(text.encode())} bytes, the most is {SCHEMA_BYTES_MAX}")
    references = _references(state, subject, body)
    if normalize and type_ == PROTOBUF:
        references = _sorted(references)
    draft = StoredSchema(subject, 0, 0, text, type_, references, read_metadata(body.get("metadata")))
    canonical = canonical_text(type_, text, normalize=normalize, resolved=texts(state, draft))
    _check_text(canonical)
    return replace(draft, text=canonical)


def _check_text(text: str) -> None:
    if not is_text(text):
        raise invalid_schema("half of a surrogate pair is no character")


def _number(body: Json, member: str) -> int:
    """A member that is a number; 0 if it is absent or null."""
    given = body.get(member)
    if given is None:
        return 0
    if isinstance(given, bool) or not isinstance(given, int):
        raise invalid_schema(f"{member} is no number: {given!r:.80}")
    return given


def to_compile(
    state: State, subject: Subject, body: Json, *, normalize: bool
) -> tuple[str, dict[str, str], bool] | None:
    """What `read` will ask protoc: text, references by name, whether to normalise; None if it will not."""
    text, type_ = body.get("schema"), str(body.get("schemaType") or AVRO).upper()
    if type_ != PROTOBUF or not isinstance(text, str) or not text or not is_text(text):
        return None
    if len(text.encode()) > SCHEMA_BYTES_MAX:
        return None
    try:
        references = _references(state, subject, body)
        normalize = normalize or settings.normalizes(state, subject)
        if normalize:
            references = _sorted(references)
        known = texts(state, StoredSchema(subject, 0, 0, text, type_, references))
    except RegistryError:
        return None
    return text, known, normalize


def _references(state: State, subject: Subject, body: Json) -> tuple[Reference, ...]:
    given = body.get("references") or []
    if not isinstance(given, list):
        raise invalid_schema("references are no list")
    return tuple(_reference(state, subject, one) for one in given)


def _sorted(references: tuple[Reference, ...]) -> tuple[Reference, ...]:
    """Each once; their order means nothing."""
    return tuple(sorted(dict.fromkeys(references), key=lambda one: (one.name, one.subject, one.version)))


def _reference(state: State, subject: Subject, given: Any) -> Reference:
    """Version -1 is the latest one, now."""
    try:
        name, target, version = str(given["name"]), str(given["subject"]), int(given["version"])
    except (KeyError, TypeError, ValueError) as error:
        raise invalid_schema(f"{given!r:.120} is no reference") from error
    if not is_text(name + target) or not -1 <= version < 2**31:
        raise invalid_schema(f"{given!r:.120} is no reference")
    if version == LATEST:
        newest = state.newest(parse_subject(target, subject.context))
        if newest is None:
            raise invalid_schema(f'No schema reference found for subject "{target}" and version {version}')
        version = newest.version
    return Reference(name, target, version)


def texts(state: State, stored: StoredSchema) -> dict[str, str]:
    """The texts of everything that a schema refers to, by name, what is needed first in front. Raises 42201."""
    found: dict[str, str] = {}

    def add(one: StoredSchema, depth: int) -> None:
        if depth > REFERENCE_DEPTH_MAX:
            raise invalid_schema(f"references are nested more than {REFERENCE_DEPTH_MAX} deep")
        for reference in one.references:
            target = parse_subject(reference.subject, one.subject.context)
            referred = state.versions.get(target, {}).get(reference.version)
            if referred is None:
                raise invalid_schema(
                    f'No schema reference found for subject "{reference.subject}" and version {reference.version}'
                )
            if reference.name not in found:
                add(referred, depth + 1)
                found[reference.name] = referred.text

    add(stored, 0)
    return found


def history(state: State, subject: Subject, level: str) -> list[StoredSchema]:
    """The versions that a level asks about, in rising order."""
    if level.endswith("_TRANSITIVE"):
        return state.live(subject)
    newest = state.newest(subject)
    return [] if newest is None else [newest]


def _next_version(state: State, subject: Subject, body: Json) -> int:
    """One more than any that is known, softly deleted ones included."""
    following = state.newest_number(subject) + 1
    wanted = _number(body, "version")
    if settings.mode_of(state, subject) == IMPORT:
        return wanted if wanted > 0 else following
    if wanted > 0 and wanted != following:
        raise invalid_schema("Version is not one more than previous version")
    return following


def _id(state: State, candidate: StoredSchema, given: int) -> int:
    """That of the same content, or the next one; in IMPORT the given one."""
    context = candidate.subject.context
    if given > 0:
        holders = state.holders(context, given)
        if holders and identity(holders[0]) != identity(candidate):
            raise not_permitted(f"Overwrite new schema with id {given} is not permitted.")
        return given
    known = state.ids.get((context, identity(candidate)))
    return known if known is not None else state.largest_ids.get(context, 0) + 1


def look_up(state: State, subject: Subject, body: Json, *, normalize: bool, deleted: bool) -> StoredSchema:
    """The version of a subject that has this content. Raises 40401, 40403, 42201."""
    if state.newest(subject, deleted=deleted) is None:
        raise subject_not_found(str(subject))
    candidate = read(state, subject, body, normalize=normalize or settings.normalizes(state, subject))
    found = state.same(subject, identity(candidate), deleted=deleted)
    if found is None:
        raise schema_not_found()
    return found


def version_number(text: str) -> int:
    """`latest` and -1 are `LATEST`. Raises 42202."""
    if text == "latest":
        return LATEST
    try:
        number = int(text)
    except ValueError:
        raise invalid_version(text) from None
    if number != LATEST and not 1 <= number < 2**31:
        raise invalid_version(text)
    return number


def guid_of(stored: StoredSchema) -> str:
    """The same in every context."""
    return guid(stored.text, stored.references, stored.metadata)
