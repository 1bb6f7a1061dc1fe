"""What the modes permit in Avro: the table that documentation shows, as pairs of schemas and as answers.

`TABLE` is what is published; the test computes each row again with `can_read` and compares.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from nilometer_models.schema.avro.dialects import AVRO_JAVA
from nilometer_models.schema.avro.nodes import Json, Schema
from nilometer_models.schema.avro.parse import parse
from nilometer_models.schema.avro.rules import can_read
from nilometer_models.schema.difference import Difference
from nilometer_models.schema.modes import Mode, Version, check

MODES = (Mode.BACKWARD, Mode.FORWARD, Mode.FULL)


@dataclass(frozen=True)
class Change:
    """From an old schema to a new one."""

    words: str
    old: str
    new: str


def _record(*fields: Json, **more: Json) -> str:
    return json.dumps({"type": "record", "name": "R", "fields": list(fields), **more})


def _enum(*symbols: str, **more: Json) -> str:
    return json.dumps({"type": "enum", "name": "E", "symbols": list(symbols), **more})


A: Json = {"name": "a", "type": "int"}
A0: Json = {"name": "a", "type": "int", "default": 0}
B: Json = {"name": "b", "type": "int", "aliases": ["a"]}
CHANGES = (
    Change("add a field with a default", _record(), _record(A0)),
    Change("add a field without a default", _record(), _record(A)),
    Change("remove a field that had a default", _record(A0), _record()),
    Change("remove a field that had none", _record(A), _record()),
    Change("rename a field, the old name as alias", _record(A), _record(B)),
    Change("rename a field that had a default, the old name as alias", _record(A0), _record(B)),
    Change("int to long", '"int"', '"long"'),
    Change('T to ["null", T]', '"int"', '["null", "int"]'),
    Change("add a branch to a union", '["null", "int"]', '["null", "int", "string"]'),
    Change("add an enum symbol", _enum("A"), _enum("A", "B")),
    Change("add an enum symbol, the old enum had a default", _enum("A", default="A"), _enum("A", "B", default="A")),
    Change("remove an enum symbol", _enum("A", "B"), _enum("A")),
    Change("remove an enum symbol, the new enum has a default", _enum("A", "B"), _enum("A", default="A")),
    Change("another namespace", _record(A, namespace="n"), _record(A, namespace="m")),
    Change(
        "fields in another order", _record(A, {"name": "c", "type": "int"}), _record({"name": "c", "type": "int"}, A)
    ),
    Change("other documentation", _record(A, doc="before"), _record(A, doc="after")),
)

TABLE: dict[str, tuple[bool, bool, bool]] = {
    "add a field with a default": (True, True, True),
    "add a field without a default": (False, True, False),
    "remove a field that had a default": (True, True, True),
    "remove a field that had none": (True, False, False),
    "rename a field, the old name as alias": (True, False, False),
    "rename a field that had a default, the old name as alias": (True, True, True),
    "int to long": (True, False, False),
    'T to ["null", T]': (True, False, False),
    "add a branch to a union": (True, False, False),
    "add an enum symbol": (True, False, False),
    "add an enum symbol, the old enum had a default": (True, True, True),
    "remove an enum symbol": (False, True, False),
    "remove an enum symbol, the new enum has a default": (True, True, True),
    "another namespace": (True, True, True),
    "fields in another order": (True, True, True),
    "other documentation": (True, True, True),
}
"""Change -> permitted under BACKWARD, FORWARD, FULL."""


def _reads(reader: Schema, writer: Schema) -> list[Difference]:
    return can_read(AVRO_JAVA, reader, writer)


def permitted(change: Change) -> tuple[bool, bool, bool]:
    """Computed from the rules."""
    old, new = Version(1, parse(change.old)), Version(2, parse(change.new))
    backward, forward, full = (not check(mode, _reads, new, [old]) for mode in MODES)
    return backward, forward, full


def markdown() -> str:
    """The table as documentation shows it."""
    rows = [f"| {words} | " + " | ".join("yes" if one else "no" for one in row) + " |" for words, row in TABLE.items()]
    return "\n".join(["| change, old to new | BACKWARD | FORWARD | FULL |", "|---|---|---|---|", *rows])
