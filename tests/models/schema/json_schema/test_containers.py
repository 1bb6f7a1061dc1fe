"""Content models."""

from __future__ import annotations

import json
from typing import Any

import pytest

from nilometer_models.schema.json_schema.containers import array_is_open, covering, matches, object_is_open, schema_of
from nilometer_models.schema.json_schema.nodes import Array, Object
from nilometer_models.schema.json_schema.parse import parse


def model(written: Any) -> tuple[Object, Any]:
    schema = parse(json.dumps({"type": "object", **written}))
    node = schema[schema.root]
    assert isinstance(node, Object)
    return node, schema


@pytest.mark.parametrize(
    ("written", "is_open", "cover"),
    [
        ({}, True, None), ({"additionalProperties": True}, True, None), ({"additionalProperties": False}, False, None),
        ({"additionalProperties": {"type": "null"}}, False, "null"), ({"additionalProperties": {}}, False, "empty"),
        ({"unevaluatedProperties": False}, False, None), ({"unevaluatedProperties": {"type": "null"}}, False, "null"),
        ({"additionalProperties": {"type": "null"}, "unevaluatedProperties": {}}, False, "null"),
        ({"patternProperties": {"x": {"type": "null"}}}, False, "null"),
        ({"patternProperties": {"^y": {"type": "null"}}}, False, None),
        ({"patternProperties": {"[": {}, "y": {}, "x": {"type": "null"}, "a": {}}}, False, "null"),
        ({"patternProperties": {"^y": {}}, "additionalProperties": {"type": "null"}}, False, "null"),
    ],
)  # fmt: skip
def test_the_content_model_of_an_object(written: Any, is_open: bool, cover: str | None) -> None:
    node, schema = model(written)
    found = covering(node, "axb")
    assert object_is_open(node) is is_open
    assert (None if found is None else schema[found].kind) == cover


@pytest.mark.parametrize(("written", "is_open"), [
    ({"items": [{}]}, True), ({"items": [{}], "additionalItems": {}}, False), ({"unevaluatedItems": False}, False),
])  # fmt: skip
def test_the_content_model_of_an_array(written: Any, is_open: bool) -> None:
    schema = parse(json.dumps(written))
    node = schema[schema.root]
    assert isinstance(node, Array)
    assert array_is_open(node) is is_open


def test_the_first_schema_counts() -> None:
    assert schema_of(True, False) is None
    assert schema_of(False, 0, 1) == 0


def test_a_pattern_that_cannot_be_read_matches_nothing() -> None:
    assert matches("b", "abc")
    assert not matches("(", "abc")
