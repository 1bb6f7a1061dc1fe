"""What stands in `_schemas`: keys and values as JSON, one logical key in one byte form.

    key                                                   value
    SCHEMA subject version                                a version of a subject; `deleted` if softly; null: gone
    DELETE_SUBJECT subject                                every version up to `version` is softly deleted
    CONFIG subject   MODE subject                         the settings of a subject, or of the top level; null: unset
    CONTEXT context                                       there is such a context
    NOOP context                                          the largest id that was ever given out there

The last one is ours: other readers skip it. Without it a compaction could forget the largest id after a permanent
delete, and it would be given out again. Compaction compares bytes, so members stand in this order and no other.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from nilometer_reference.registry.subjects import DEFAULT_CONTEXT, Subject

SCHEMA, DELETE_SUBJECT, CONFIG, MODE, CONTEXT, NOOP = (
    "SCHEMA", "DELETE_SUBJECT", "CONFIG", "MODE", "CONTEXT", "NOOP",
)  # fmt: skip
AVRO: Final = "AVRO"
Json = dict[str, Any]


@dataclass(frozen=True)
class Record:
    """A key and a value, decoded. `value` is None for a tombstone."""

    key: Json
    value: Json | None


@dataclass(frozen=True)
class Reference:
    """Another schema that a schema uses. `name` is what its text says."""

    name: str
    subject: str
    version: int

    def as_json(self) -> Json:
        return {"name": self.name, "subject": self.subject, "version": self.version}


@dataclass(frozen=True)
class StoredSchema:
    """One version of a subject."""

    subject: Subject
    version: int
    id: int
    text: str
    type: str = AVRO
    references: tuple[Reference, ...] = ()
    metadata: Mapping[str, Any] | None = field(default=None, hash=False)
    deleted: bool = False


def dump(value: object) -> bytes:
    """Compact JSON in the order of the members."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def load(data: bytes | None) -> Json | None:
    """An object, or None for nothing. Raises ValueError for anything else."""
    if data is None:
        return None
    found = json.loads(data)
    if not isinstance(found, dict):
        raise ValueError(f"{found!r} is no object")
    return found


def schema_key(subject: Subject, version: int) -> bytes:
    return dump({"keytype": SCHEMA, "subject": str(subject), "version": version, "magic": 1})


def schema_value(stored: StoredSchema) -> bytes:
    value: Json = {"subject": str(stored.subject), "version": stored.version, "id": stored.id}
    if stored.type != AVRO:
        value["schemaType"] = stored.type
    if stored.references:
        value["references"] = [reference.as_json() for reference in stored.references]
    if stored.metadata is not None:
        value["metadata"] = stored.metadata
    return dump({**value, "schema": stored.text, "deleted": stored.deleted})


def delete_subject_record(subject: Subject, version: int) -> tuple[bytes, bytes]:
    key = dump({"keytype": DELETE_SUBJECT, "subject": str(subject), "magic": 0})
    return key, dump({"subject": str(subject), "version": version})


def setting_key(kind: str, subject: Subject | None) -> bytes:
    """Of CONFIG or MODE; no subject: the top level."""
    key: Json = {"keytype": kind}
    if subject is not None:
        key["subject"] = str(subject)
    return dump({**key, "magic": 0})


def context_record(context: str) -> tuple[bytes, bytes]:
    key = dump({"keytype": CONTEXT, "tenant": "default", "context": context, "magic": 0})
    return key, dump({"tenant": "default", "context": context})


def largest_id_record(context: str, id: int) -> tuple[bytes, bytes]:
    """See the module."""
    key: Json = {"keytype": NOOP, "magic": 0}
    if context != DEFAULT_CONTEXT:
        key["context"] = context
    return dump(key), dump({"largestId": id})


def stored_schema(subject: Subject, value: Json) -> StoredSchema:
    """The version that a value tells of. Raises ValueError, KeyError, TypeError for what is none."""
    references = tuple(
        Reference(str(one["name"]), str(one["subject"]), int(one["version"])) for one in value.get("references") or ()
    )
    return StoredSchema(
        subject, int(value["version"]), int(value["id"]), str(value["schema"]), value.get("schemaType") or AVRO,
        references, value.get("metadata"), bool(value.get("deleted", False)),
    )  # fmt: skip
