"""What is often said of schema compatibility, what is true, and pairs of schemas that show it.

Each row's examples are run by its test; the page `schemas.md` shows them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from nilometer.schema.languages import language
from nilometer_models.schema.modes import Mode, Version, check


@dataclass(frozen=True)
class Example:
    """Versions of a subject, oldest first, the last being the candidate; may it be registered under this mode?"""

    mode: Mode
    versions: tuple[str, ...]
    allowed: bool
    language: str = "avro"

    def answer(self) -> bool:
        """What the rules say."""
        spoken = language(self.language)
        *old, new = (Version(n, spoken.parse(text)) for n, text in enumerate(self.versions, 1))

        def can_read(reader: object, writer: object) -> list[object]:
            return [one for one in spoken.differences(spoken.dialects[0], reader, writer) if one.breaks]

        return not check(self.mode, can_read, new, old)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Row:
    """One sentence that is heard."""

    said: str
    truth: str
    examples: tuple[Example, ...]


def record(*fields: object) -> str:
    """An Avro record of these fields."""
    return json.dumps({"type": "record", "name": "Order", "fields": list(fields)})


def field(name: str, type_: object = "int", **more: object) -> dict[str, object]:
    """A field of an Avro record."""
    return {"name": name, "type": type_, **more}


def message(*fields: str, syntax: str = "proto3") -> str:
    """A Protobuf file with one message."""
    return f'syntax = "{syntax}"; message Order {{ {" ".join(fields)} }}'


PROTO_ID, PROTO_BOTH = message("int32 id = 1;"), message("int32 id = 1;", "string note = 2;")
REQUIRED_TEXT, OPTIONAL_TEXT, REQUIRED_NUMBER, OPTIONAL_NUMBER = (
    message(f"{label} {kind} id = 1;", syntax="proto2")
    for kind in ("string", "int32")
    for label in ("required", "optional")
)
BACKWARD, FORWARD, FULL = Mode.BACKWARD, Mode.FORWARD, Mode.FULL
ID, NOTE, NOTE_DEFAULT = field("id"), field("note", "string"), field("note", "string", default="")
WITHOUT, WITH, WITH_DEFAULT = record(ID), record(ID, NOTE), record(ID, NOTE_DEFAULT)
RENAMED = record(field("number", aliases=["id"]))

ROWS = (
    Row(
        "BACKWARD forbids to remove a field that has no default, because old consumers break",
        "BACKWARD (the new schema reads old data) lets any field go; old consumers are protected by FORWARD",
        (Example(BACKWARD, (WITH, WITHOUT), True), Example(FORWARD, (WITH, WITHOUT), False)),
    ),
    Row(
        "FORWARD is safe for rolling out consumers first",
        "Under FORWARD producers move first: old consumers read what new producers write. BACKWARD: consumers first",
        (Example(FORWARD, (WITHOUT, WITH), True), Example(BACKWARD, (WITHOUT, WITH), False)),
    ),
    Row(
        "FULL is the most restrictive mode",
        "FULL_TRANSITIVE is: FULL looks at the last version only",
        (
            Example(FULL, (WITHOUT, WITH_DEFAULT, WITH), True),
            Example(Mode.FULL_TRANSITIVE, (WITHOUT, WITH_DEFAULT, WITH), False),
        ),
    ),
    Row(
        "The type of a field can never change",
        "Promotions are allowed under BACKWARD (int to long, float, double; string to bytes and back; T to a union "
        "with T); int to string is not",
        (
            Example(BACKWARD, ('"int"', '"long"'), True),
            Example(BACKWARD, ('"long"', '"double"'), True),
            Example(BACKWARD, ('"string"', '"bytes"'), True),
            Example(BACKWARD, ('"int"', '["null", "int"]'), True),
            Example(BACKWARD, ('"int"', '"string"'), False),
            Example(FORWARD, ('"int"', '"long"'), False),
        ),
    ),
    Row(
        "Renaming a field is forbidden: it is a removal and an addition",
        "It is both, and BACKWARD allows both if the new name has a default; new readers then miss what was written "
        "under the old name",
        (
            Example(BACKWARD, (WITH, record(ID, field("remark", "string"))), False),
            Example(BACKWARD, (WITH, record(ID, field("remark", "string", default=""))), True),
            Example(FORWARD, (WITH_DEFAULT, record(ID, field("remark", "string"))), True),
            Example(FORWARD, (WITH, record(ID, field("remark", "string", default=""))), False),
        ),
    ),
    Row(
        "NONE allows any change",
        "It does, and what is stored is not looked at again when a level is set: BACKWARD compares with the last "
        "version, whatever stands before it",
        (
            Example(Mode.NONE, ('"int"', '"string"'), True),
            Example(BACKWARD, ('"int"', '"string"'), False),
            Example(BACKWARD, ('"int"', '"string"', '"bytes"'), True),
            Example(Mode.BACKWARD_TRANSITIVE, ('"int"', '"string"', '"bytes"'), False),
        ),
    ),
    Row(
        "An alias makes it safe to rename a field",
        "Under BACKWARD only: an old reader knows no alias of the new schema",
        (
            Example(BACKWARD, (WITHOUT, RENAMED), True),
            Example(FORWARD, (WITHOUT, RENAMED), False),
            Example(FULL, (WITHOUT, RENAMED), False),
        ),
    ),
    Row(
        "What follows each version in turn follows them all",
        "Only under the transitive modes: 1 to 2 and 2 to 3 may pass while 1 to 3 fails",
        (
            Example(BACKWARD, (WITHOUT, WITH_DEFAULT), True),
            Example(BACKWARD, (WITH_DEFAULT, WITH), True),
            Example(BACKWARD, (WITHOUT, WITH), False),
            Example(Mode.BACKWARD_TRANSITIVE, (WITHOUT, WITH_DEFAULT, WITH), False),
        ),
    ),
    Row(
        "With Protobuf, adding and removing fields is always safe",
        "For proto3 and for fields whose numbers are never used again; a number used again with another type breaks, "
        "and so does `required` of proto2",
        (
            Example(BACKWARD, (PROTO_ID, PROTO_BOTH), True, "protobuf"),
            Example(BACKWARD, (PROTO_BOTH, PROTO_ID), True, "protobuf"),
            Example(BACKWARD, (PROTO_ID, message("string note = 1;")), False, "protobuf"),
            Example(
                BACKWARD,
                (
                    message("optional int32 id = 1;", syntax="proto2"),
                    message("optional int32 id = 1;", "required int32 n = 2;", syntax="proto2"),
                ),
                False,
                "protobuf",
            ),
        ),
    ),
    Row(
        "With Protobuf, required to optional is always safe",
        "For new readers of old data; an old reader refuses what lacks the field. Registries that follow Confluent's "
        "rules refuse the changed label of a number in both directions, and do not look at that of a text",
        (
            Example(BACKWARD, (REQUIRED_TEXT, OPTIONAL_TEXT), True, "protobuf"),
            Example(FORWARD, (REQUIRED_TEXT, OPTIONAL_TEXT), True, "protobuf"),
            Example(BACKWARD, (REQUIRED_NUMBER, OPTIONAL_NUMBER), False, "protobuf"),
            Example(FORWARD, (REQUIRED_NUMBER, OPTIONAL_NUMBER), False, "protobuf"),
        ),
    ),
)
"""In the order in which one learns them."""
