"""The nodes of each document, references as edges, and what is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nilometer_reference.registry.errors import RegistryError
from nilometer_reference.registry.json_node import Node
from nilometer_reference.registry.json_schema import parse_json

LATE = "https://json-schema.org/draft/2020-12/schema"
S, N = {"type": "string"}, {"type": "number"}


def root(written: Any, **known: str) -> Node:
    return parse_json(json.dumps(written), {name.replace("_", "."): text for name, text in known.items()})


@pytest.mark.parametrize(
    ("written", "kinds"),
    [
        (True, "empty"), ({}, "empty"), ({"title": "a"}, "empty"), (False, "false"), (S, "string"),
        ({"maxLength": 3}, "string"), ({"format": "date"}, "string"), ({"multipleOf": 2}, "number"),
        ({"type": "integer"}, "integer"), ({"type": "boolean"}, "boolean"), ({"type": "null"}, "null"),
        ({"items": {}}, "array"), ({"required": []}, "object"), ({"enum": [1]}, "enum"), ({"const": 1}, "const"),
        ({"not": {}}, "not"), ({"then": {}}, "conditional"), ({"type": "string", "enum": ["a"]}, "allOf enum string"),
        ({"maxLength": 3, "minimum": 3}, "allOf string number"), ({"type": ["null"]}, "anyOf null"),
        ({"type": "string", "minimum": 3}, "allOf string number"), ({"type": ["string", "null"]}, "anyOf string null"),
        ({"type": ["string", "null"], "minimum": 3}, "allOf anyOf number"), ({"oneOf": [S, N]}, "oneOf string number"),
        ({"anyOf": [S, N, S]}, "anyOf string number"),
        ({"anyOf": [S, {**S, "title": "again"}]}, "anyOf string string"),
        ({"$ref": "#/definitions/a", "definitions": {"a": S}, "type": "null"}, "string"),
        ({"$ref": "#/$defs/a", "definitions": {"a": S}}, "string"),
        ({"$schema": LATE, "$ref": "#/$defs/a", "$defs": {"a": S}, "type": "null"}, "allOf string null"),
        ({"$schema": LATE, "$ref": "#/$defs/a", "$defs": {"a": S}, "title": "x"}, "string"),
        ({"$schema": "http://json-schema.org/draft-04/schema#", "const": 1}, "empty"),
        ({"$schema": "http://json-schema.org/draft-06/schema#", "if": {}}, "empty"),
    ],
)  # fmt: skip
def test_each_group_gives_one_node(written: Any, kinds: str) -> None:
    node = root(written)
    branches = node.listed if node.is_combined else []
    assert " ".join(map(str, [node, *branches])) == kinds


def test_a_cycle_is_an_edge_back() -> None:
    node = root({"properties": {"next": {"$ref": "#"}}})
    assert node.properties["next"] is node


@pytest.mark.parametrize(("draft", "kept"), [(LATE, True), ("http://json-schema.org/draft-07/schema#", False)])
def test_a_default_beside_a_reference_counts_from_2019_on(draft: str, kept: bool) -> None:
    written = {"properties": {"a": {"$ref": "#/$defs/t", "default": "x"}}, "$defs": {"t": S}}
    node = root({"$schema": draft, **written}).properties["a"]
    assert (node.kind, node.has_default) == ("string", kept)


def test_references_are_found_by_name_and_by_identifier() -> None:
    other = json.dumps({"$id": "http://h/o.json", "$defs": {"t": N}})
    assert root({"$ref": "other.json#/$defs/t"}, other_json=other).kind == "number"
    assert root({"$ref": "http://h/o.json#/$defs/t"}, other_json=other).kind == "number"
    assert root({"$id": "http://h/root.json", "$ref": "o.json#/$defs/t", "$schema": LATE}, x=other).kind == "number"


def test_two_documents_may_refer_to_each_other_and_each_has_its_draft() -> None:
    other = json.dumps({"properties": {"back": {"$ref": "http://h/root.json"}, "l": {"items": [S]}}})
    node = root({"$schema": LATE, "$id": "http://h/root.json", "properties": {"o": {"$ref": "other.json"}}},
                other_json=other)  # fmt: skip
    assert node.properties["o"].properties["back"] is node
    assert len(node.properties["o"].properties["l"].listed) == 1


def test_a_chain_of_references_may_be_longer_than_the_stack() -> None:
    definitions: dict[str, Any] = {f"d{n}": {"items": {"$ref": f"#/$defs/d{n + 1}"}} for n in range(3_000)}
    node = root({"$ref": "#/$defs/d0", "$defs": {**definitions, "d3000": S}})
    for _ in range(3_000):
        node = node.inner["items"]
    assert node.kind == "string"


REFUSED = [
    "", "[", "3", '"a"', "[]", "null", "NaN", '{"minLength": NaN}', '{"type": "text"}', '{"type": 3}', '{"type": [[]]}',
    '{"type": null}', '{"minLength": "3"}', '{"minLength": -1}', '{"multipleOf": 0}', '{"pattern": 3}',
    '{"properties": []}', '{"properties": {"a": 3}}', '{"required": "a"}', '{"allOf": []}', '{"allOf": {}}',
    '{"anyOf": [3]}', '{"enum": 3}', '{"not": 3}', '{"items": 3}', '{"$ref": 3}', '{"$ref": "#"}', '{"title": 3}',
    '{"$ref": "#", "title": "a"}', '{"$ref": "#/a"}', '{"$ref": "http://[/"}', '{"$ref": "a.json"}', '{"$ref": "#a"}',
    '{"dependencies": {"a": 3}}', '{"$schema": 3}', '{"$id": 3}', '{"if": 3}',
    '{"properties": {"a": {"$ref": "#/properties/b"}, "b": {"$ref": "#/properties/a"}}}', '{"contains": 3}',
    '{"$ref": "#/enum/0", "enum": [{"type": "string"}]}', '{"additionalProperties": 3}', '{"$id": "http://[#a"}',
    '{"propertyNames": {"type": "text"}}', '{"patternProperties": {"a": {"$ref": "#/b"}}}', '{"items": null}',
    json.dumps({"$schema": LATE, "$ref": "#", "title": "a"}),
    json.dumps({"$schema": LATE, "$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b", "title": "a"},
                                                                "b": {"$ref": "#/$defs/a", "title": "b"}}}),
    '{"not":' * 450 + "{}" + "}" * 450, "[" * 100_000, "9" * 5000,
]  # fmt: skip


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_no_schema_is_42201(text: str) -> None:
    with pytest.raises(RegistryError) as refused:
        parse_json(text)
    assert refused.value.code == 42201
    assert len(refused.value.message) < 300


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from(["string", "#", "#/$defs/a", "", "object", LATE]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["type", "$ref", "$defs", "a", "items", "allOf", "not", "enum", "required", "properties", "$id",
                         "additionalProperties", "dependencies", "if", "minLength", "pattern", "prefixItems", "$schema",
                         "$anchor", "title", "$dynamicRef"]),
        inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(json_values)
def test_whatever_is_written_is_parsed_or_refused(written: Any) -> None:
    try:
        parse_json(json.dumps(written))
    except RegistryError as refused:
        assert refused.code == 42201
