"""The shape of each document: one node for each group, references as edges, and refusals that name the place."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nilometer_models.schema.json_schema.documents import NotJsonSchema
from nilometer_models.schema.json_schema.nodes import Combined, Criterion, Node, Number, Object, String
from nilometer_models.schema.json_schema.parse import parse

LATE = "https://json-schema.org/draft/2020-12/schema"
S, N = {"type": "string"}, {"type": "number"}


def root(written: Any) -> Node:
    schema = parse(json.dumps(written))
    return schema[schema.root]


@pytest.mark.parametrize(
    ("written", "kinds"),
    [
        (True, ["empty"]), ({}, ["empty"]), ({"title": "a", "$comment": "b"}, ["empty"]), (False, ["false"]),
        (S, ["string"]), ({"maxLength": 3}, ["string"]), ({"format": "date"}, ["string"]), (N, ["number"]),
        ({"type": "integer"}, ["number"]), ({"multipleOf": 2}, ["number"]), ({"type": "boolean"}, ["boolean"]),
        ({"type": "null"}, ["null"]), ({"items": {}}, ["array"]), ({"required": []}, ["object"]),
        ({"propertyNames": {}}, ["object"]), ({"enum": [1]}, ["enum"]), ({"const": 1}, ["const"]),
        ({"not": {}}, ["not"]), ({"if": {}}, ["conditional"]), ({"then": {}}, ["conditional"]),
        ({"type": "string", "enum": ["a"]}, ["allOf", "enum", "string"]),
        ({"maxLength": 3, "minimum": 3}, ["allOf", "number", "string"]),
        ({"type": "string", "minimum": 3}, ["allOf", "number", "string"]),
        ({"type": "integer", "minimum": 3}, ["number"]), ({"type": ["number", "null"], "minimum": 3}, ["anyOf", "null",
                                                                                                     "number"]),
        ({"type": ["string", "null"], "minimum": 3}, ["allOf", "anyOf", "number"]),
        ({"type": ["string", "null"]}, ["anyOf", "null", "string"]), ({"type": ["null"]}, ["anyOf", "null"]),
        ({"oneOf": [S], "anyOf": [S], "type": "null"}, ["allOf", "anyOf", "null", "oneOf"]),
        ({"allOf": [S, N]}, ["allOf", "number", "string"]),
        ({"$ref": "#/definitions/a", "definitions": {"a": S}, "type": "null"}, ["string"]),
        ({"$ref": "#/$defs/a", "definitions": {"a": S}}, ["string"]),
        ({"$schema": LATE, "$ref": "#/$defs/a", "$defs": {"a": S}, "type": "null"}, ["allOf", "null", "string"]),
        ({"$schema": LATE, "$ref": "#/$defs/a", "$defs": {"a": S}, "title": "x"}, ["string"]),
        ({"$schema": "http://json-schema.org/draft-04/schema#", "const": 1}, ["empty"]),
    ],
)  # fmt: skip
def test_each_group_gives_one_node(written: Any, kinds: list[str]) -> None:
    schema = parse(json.dumps(written))
    node = schema[schema.root]
    found = [node.kind]
    if isinstance(node, Combined):
        inner = [schema[branch] for branch in node.branches]
        found = [node.criterion, *sorted(one.criterion if isinstance(one, Combined) else one.kind for one in inner)]
    assert found == kinds


def test_a_cycle_is_an_edge_back() -> None:
    schema = parse('{"type": "object", "properties": {"next": {"$ref": "#"}}}')
    node = schema[schema.root]
    assert isinstance(node, Object)
    assert node.properties == {"next": schema.root}


@pytest.mark.parametrize(("draft", "kept"), [(LATE, True), ("http://json-schema.org/draft-07/schema#", False)])
def test_a_default_beside_a_reference_counts_from_2019_on(draft: str, kept: bool) -> None:
    written = {"properties": {"a": {"$ref": "#/$defs/t", "default": "x"}}, "$defs": {"t": {"type": "string"}}}
    schema = parse(json.dumps({"$schema": draft, **written}))
    node = schema[schema.root]
    assert isinstance(node, Object)
    inner = schema[node.properties["a"]]
    assert isinstance(inner, String)
    assert (inner.notes.default is not None) is kept


@pytest.mark.parametrize("references", [{"other.json": '{"$defs": {"t": {"type": "number"}}}'},
                                        ['{"$id": "other.json", "$defs": {"t": {"type": "number"}}}']])  # fmt: skip
def test_references_are_found_by_name_or_identifier(references: Any) -> None:
    schema = parse('{"$ref": "other.json#/$defs/t"}', references)
    assert isinstance(schema[schema.root], Number)


def test_equal_branches_are_one() -> None:
    node = root({"oneOf": [S, N, S, {"type": "string", "title": "again"}]})
    assert isinstance(node, Combined)
    assert node.criterion is Criterion.ONE
    assert node.distinct == (*node.branches[:2], node.branches[3])


@pytest.mark.parametrize("text", [
    "", "[", "3", '"a"', "[]", "null", "NaN", '{"minLength": NaN}', '{"type": "text"}', '{"type": 3}', '{"type": [[]]}',
    '{"minLength": "3"}', '{"minLength": -1}', '{"minLength": 1.5}', '{"minLength": true}', '{"multipleOf": 0}',
    '{"pattern": 3}', '{"properties": []}', '{"properties": {"a": 3}}', '{"required": "a"}', '{"required": [1]}',
    '{"allOf": []}', '{"allOf": {}}', '{"anyOf": [3]}', '{"enum": 3}', '{"not": 3}', '{"items": 3}', '{"$ref": 3}',
    '{"$ref": "#"}', '{"$ref": "#", "title": "a"}', '{"$ref": "#/a"}', '{"$ref": "http://[/"}', '{"$ref": "a.json"}',
    '{"$ref": "#a"}', '{"dependencies": {"a": 3}}', '{"$schema": "http://example.com"}', '{"$schema": 3}',
    '{"properties": {"a": {"$ref": "#/properties/b"}, "b": {"$ref": "#/properties/a"}}}',
    '{"$ref": "#/enum/0", "enum": [{"type": "string"}]}', '{"additionalProperties": 3}', '{"$id": "http://[#a"}',
    '{"$schema": "https://json-schema.org/draft/2020-12/schema", "items": [{}]}', '{"dependentRequired": {"a": {}}}',
    '{"not":' * 450 + "{}" + "}" * 450, "[" * 100_000, "9" * 5000,
])  # fmt: skip
def test_what_is_no_schema_is_refused(text: str) -> None:
    with pytest.raises(NotJsonSchema):
        parse(text)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from(["string", "#", "#/$defs/a", "", "object"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["type", "$ref", "$defs", "a", "items", "allOf", "not", "enum", "required", "properties",
                         "additionalProperties", "dependencies", "$id", "if", "minLength", "pattern", "prefixItems"]),
        inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(json_values)
def test_whatever_is_written_is_parsed_or_refused(written: Any) -> None:
    try:
        parse(json.dumps(written))
    except NotJsonSchema:
        pass
