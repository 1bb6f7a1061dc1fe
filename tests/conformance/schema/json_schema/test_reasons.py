"""A witness is explained by what rules do not look at, and by nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from nilometer.schema.json_schema.reasons import PEERS_REASONS, REASONS, declared, edited, reasons, refutes

S, N = {"type": "string"}, {"type": "number"}
EXPLAINED: list[tuple[str, Any, Any, Any]] = [
    ("conditional", {"if": S, "then": {"maxLength": 1}}, {"if": S, "then": True}, "aa"),
    ("contains", {"type": "array", "contains": N}, {"type": "array", "contains": S}, ["a"]),
    ("names", {"type": "object", "propertyNames": {"maxLength": 1}}, {"type": "object"}, {"other": 1}),
    ("patterns", {"type": "object", "patternProperties": {"^b": S}},
     {"type": "object", "patternProperties": {"^b": N}}, {"b": 1}),
    ("closed", {"type": "object", "patternProperties": {"^b": {}}, "properties": {"a": S}},
     {"type": "object", "patternProperties": {"^b": {}}}, {"a": 1}),
    ("inferred", {"type": "string", "maxLength": 3}, {"maxLength": 3}, 1),
    ("default", {"properties": {"a": {**S, "default": "a"}}, "required": ["a"]},
     {"properties": {"a": {**S, "default": "a"}}}, {}),
    ("undeclared", {"type": "object", "required": ["b"]}, {"type": "object"}, {}),
    ("exclusive", {"oneOf": [S, {"maxLength": 3}]}, S, "a"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "reader", "writer", "value"), EXPLAINED, ids=[row[0] for row in EXPLAINED])
def test_each_reason_explains_its_witness(name: str, reader: Any, writer: Any, value: Any) -> None:
    assert refutes(reader, writer, value)
    assert reasons(reader, writer, value) == (name,)


def test_every_reason_has_an_example() -> None:
    assert {row[0] for row in EXPLAINED} == set(REASONS)


def test_two_reasons_may_be_needed() -> None:
    reader = {"required": ["b"], "propertyNames": {"maxLength": 1}, "type": "object"}
    assert set(reasons(reader, {"type": "object"}, {"other": 1})) == {"names", "undeclared"}


def test_nothing_explains_what_rules_should_have_seen() -> None:
    assert reasons({"type": "integer"}, N, 0.5) == ()
    assert reasons({"maxLength": 1, **S}, S, "aa") == ()


def test_edits_reach_every_place() -> None:
    inner = {"contains": S, "type": "array"}
    written = {
        "properties": {"a": inner}, "items": [inner], "additionalItems": inner, "not": inner, "anyOf": [inner, True],
    }  # fmt: skip
    assert "contains" not in str(edited(written, REASONS["contains"], set()))
    assert edited(True, REASONS["contains"], set()) is True
    assert set(declared({"anyOf": [{"properties": {"a": {"properties": {"b": True}}}}]})) == {"a", "b"}


def test_the_peers_reasons_take_their_keyword_away() -> None:
    written = {"pattern": "a", "oneOf": [S], "enum": ["a"], "not": N, "additionalProperties": False}
    for edit in PEERS_REASONS.values():
        assert edited(written, edit, set()) != written
