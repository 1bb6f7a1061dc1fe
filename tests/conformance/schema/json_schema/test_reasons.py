"""A witness is explained by what rules do not look at, and by nothing else."""

from __future__ import annotations

import pytest

from nilometer.schema.json_schema.known import LOOSER, MISJUDGED, Witnessed
from nilometer.schema.json_schema.reasons import PEERS_REASONS, REASONS, declared, edited, reasons, refutes

S, N = {"type": "string"}, {"type": "number"}


@pytest.mark.parametrize(("name", "known"), LOOSER.items())
def test_each_reason_explains_its_witness(name: str, known: Witnessed) -> None:
    assert refutes(known.reader, known.writer, known.value)
    assert reasons(known.reader, known.writer, known.value) == (name,)


def test_every_reason_has_a_pair() -> None:
    assert set(LOOSER) == set(REASONS)
    assert set(MISJUDGED) == set(PEERS_REASONS)


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
    written = {"pattern": "a", "oneOf": [S], "enum": ["a"], "not": N, "additionalProperties": False, "maxProperties": 1,
               "if": S, "contains": S, "multipleOf": 2}  # fmt: skip
    for edit in PEERS_REASONS.values():
        assert edited(written, edit, set()) != written
