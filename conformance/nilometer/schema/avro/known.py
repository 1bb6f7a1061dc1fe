"""Known disagreements about Avro: a minimal pair, a value, and what each side makes of it.

Each row is run again by its test; one that no longer reproduces fails it, so that the table stays true.
Versions: fastavro 1.13.1; Apache Avro Java 1.11.5.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from nilometer.schema.avro.peers import Failed
from nilometer_models.schema.avro.nodes import Json
from nilometer_models.schema.avro.values import Tagged, Value

FAILS = Failed("…")


@dataclass(frozen=True)
class Known:
    """One row. Values are in the common form of `peers.plain`; `FAILS` stands for any error."""

    id: str
    """Of `campaign.EXPLAINED`."""
    words: str
    reader: str
    writer: str
    value: Value
    meaning: Any
    fastavro: Any
    java: Any
    compatible: bool = True
    """By `avro-java`, as we state it."""
    java_compatible: bool = True


def _known(id_: str, words: str, reader: Json, writer: Json, value: Value, *answers: Any, **verdicts: bool) -> Known:
    meaning, fastavro, java = answers
    return Known(id_, words, json.dumps(reader), json.dumps(writer), value, meaning, fastavro, java, **verdicts)


def _record(name: str, *fields: Json) -> dict[str, Json]:
    return {"type": "record", "name": name, "fields": list(fields)}


def _field(name: str, type_: Json, **more: Json) -> dict[str, Json]:
    return {"name": name, "type": type_, **more}


ENUM: dict[str, Json] = {"type": "enum", "name": "n.E", "symbols": ["A"]}
FIXED: dict[str, Json] = {"type": "fixed", "name": "n.F", "size": 1}
FIXED_A: dict[str, Json] = {"type": "fixed", "name": "n.A", "size": 1}
ENUM_A: dict[str, Json] = {"type": "enum", "name": "m.A", "symbols": ["A"]}
BOTH = _record("R", _field("a", "int"), _field("b", "int"))
RENAMED = _record("R", _field("a", "int", aliases=["b"]))

KNOWN = (
    _known("bytes-as-text", "bytes that are no UTF-8", "string", "bytes", b"\xff", FAILS, FAILS, "\ufffd"),
    _known("wide-float", "int read as float", "float", "int", 16777217, {"float": "4170000000000000"},
           {"float": "4170000010000000"}, {"float": "4170000000000000"}),
    _known("json-default", "a default of bytes", _record("R", _field("a", "bytes", default="\u00ff")), _record("R"), {},
           {"a": {"bytes": "ff"}}, {"a": "\u00ff"}, {"a": {"bytes": "ff"}}),
    _known("json-default", "a whole number as default of double", _record("R", _field("a", "double", default=8)),
           _record("R"), {}, {"a": {"float": "4020000000000000"}}, {"a": 8}, {"a": {"float": "4020000000000000"}}),
    _known("branch", "an enum of another namespace as a branch", ["null", {**ENUM, "name": "m.E"}], ENUM, "A",
           "A", "A", FAILS),
    _known("branch", "a fixed of another namespace as a branch", ["null", {**FIXED, "name": "m.F"}], FIXED, b"a",
           {"bytes": "61"}, {"bytes": "61"}, FAILS),
    _known("branch", "two branches of one simple name and different kinds", [FIXED_A, ENUM_A], ENUM_A, "A",
           "A", FAILS, "A"),
    _known("branch", "the branch of the full name does not read it, another of its simple name does",
           [_record("m.R"), _record("n.R", _field("a", "int"))], _record("n.R", _field("a", "string")), {"a": "x"},
           {}, {}, FAILS),
    _known("branch", "bytes read by [string, bytes]", ["string", "bytes"], "bytes", b"a", {"bytes": "61"}, "a",
           {"bytes": "61"}),
    _known("alias-namespace", "a field's alias in a record of another namespace",
           _record("n.R", _field("a", "int", aliases=["b"])), _record("m.R", _field("b", "int")), {"b": 1},
           {"a": 1}, {"a": 1}, FAILS),
    _known("shared-alias", "one written field for two of the reader",
           _record("R", _field("a", "int", aliases=["b"]), _field("b", "int")), _record("R", _field("b", "int")),
           {"b": 1}, {"a": 1, "b": 1}, FAILS, FAILS),
    _known("alias-in-union", "an alias gives two branches of the writer's union one name",
           {**_record("B"), "aliases": ["A"]}, [_record("A"), _record("B")], Tagged(1, {}),
           {}, {}, FAILS),
    _known("ambiguous-field", "name and alias both written", RENAMED, BOTH, {"a": 1, "b": 2}, FAILS, FAILS, FAILS,
           compatible=False, java_compatible=False),
    _known("ambiguous-field", "Java's checker throws, though another branch reads it", [RENAMED, _record("m.R")], BOTH,
           {"a": 1, "b": 2}, {}, FAILS, FAILS, java_compatible=False),
)  # fmt: skip
"""The smallest pair known for each reason in `campaign.EXPLAINED` that has a value."""
