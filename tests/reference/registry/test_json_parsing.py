"""One node for each group of keywords; what is no schema is refused with 42201."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nilometer_reference.registry.errors import RegistryError
from nilometer_reference.registry.json_parsing import parse_json

LATE = "https://json-schema.org/draft/2020-12/schema"


def shape(value: Any, **more: Any) -> str:
    """`kind`, or the criterion and its branches."""
    node = parse_json(json.dumps({**value, **more} if isinstance(value, dict) else value))
    return told(node)


def told(node: Any) -> str:
    return f"{node.criterion}({' '.join(map(told, node.branches))})" if node.kind == "combined" else node.kind


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, "empty"), (False, "false"), ({}, "empty"), ({"title": "t"}, "empty"), ({"type": "integer"}, "number"),
        ({"maxLength": 3}, "string"), ({"type": "string", "enum": ["a"]}, "allOf(enum string)"),
        ({"type": ["string", "null"]}, "anyOf(string null)"),
        ({"type": "string", "minimum": 3}, "allOf(string number)"),
        ({"const": 1}, "const"), ({"not": {}}, "not"), ({"if": {}}, "condition"), ({"oneOf": [{}]}, "oneOf(empty)"),
        ({"properties": {}, "items": {}}, "allOf(array object)"), ({"type": []}, "anyOf()"),
    ],
)  # fmt: skip
def test_groups_become_nodes(value: Any, expected: str) -> None:
    assert shape(value) == expected


def test_drafts_differ() -> None:
    four = "http://json-schema.org/draft-04/schema#"
    assert shape({"const": 1}, **{"$schema": four}) == "empty"
    assert shape({"maximum": 3, "exclusiveMaximum": True}, **{"$schema": four}) == "number"
    referring = {"$ref": "#/$defs/a", "maxLength": 3, "$defs": {"a": {"type": "string"}}}
    assert shape(referring) == "string"
    assert shape(referring, **{"$schema": LATE}) == "allOf(string string)"


def test_a_reference_beside_notes_is_what_it_refers_to_with_notes_of_its_own() -> None:
    text = {
        "$schema": LATE,
        "properties": {"a": {"$ref": "#/$defs/a", "default": "x"}},
        "$defs": {"a": {"type": "string"}},
    }
    node = parse_json(json.dumps(text)).properties["a"]
    assert (node.kind, node.has_default) == ("string", True)


def test_a_recursive_schema_is_a_graph() -> None:
    node = parse_json('{"type": "array", "items": {"$ref": "#"}}')
    assert node.items is node


def test_a_long_chain_of_references_is_followed() -> None:
    chain: dict[str, Any] = {f"d{n}": {"$ref": f"#/$defs/d{n + 1}"} for n in range(5000)}
    for schema in ("http://json-schema.org/draft-07/schema#", LATE):
        text = {"$schema": schema, "$ref": "#/$defs/d0", "$defs": {**chain, "d5000": {"type": "null"}}}
        assert parse_json(json.dumps(text)).kind == "null"


BAD = [
    3, [], "text", None, {"type": "none"}, {"type": 3}, {"type": [["string"]]}, {"properties": []},
    {"properties": {"a": 3}}, {"required": "a"}, {"required": [1]}, {"maxLength": "3"}, {"maxLength": -1},
    {"maxLength": 1.5}, {"maxLength": True},
    {"multipleOf": 0}, {"pattern": 3}, {"enum": "a"}, {"oneOf": []}, {"oneOf": {}}, {"not": 3}, {"$ref": 3},
    {"$ref": "#"}, {"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/a"}}}, {"$ref": "#/enum/0", "enum": [{}]},
    {"$ref": "#/title", "title": "t"}, {"$schema": LATE, "items": [{}]}, {"dependencies": {"a": [1]}},
    {"$schema": LATE, "$ref": "#/$defs/a", "$defs": {"a": {"title": "t", "$ref": "#/$defs/a"}}},
]  # fmt: skip


@pytest.mark.parametrize("value", BAD, ids=json.dumps)
def test_what_is_no_schema_is_refused(value: Any) -> None:
    with pytest.raises(RegistryError) as refused:
        parse_json(json.dumps(value))
    assert refused.value.code == 42201
    assert refused.value.message


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["type", "$ref", "$id", "items", "properties", "a", "oneOf", "enum", "required", "$anchor"]),
        inner,
    ),
)  # fmt: skip


@given(anything, st.sampled_from([None, LATE]))
def test_any_json_is_parsed_or_refused(value: Any, draft: str | None) -> None:
    if isinstance(value, dict) and draft is not None:
        value = {**value, "$schema": draft}
    try:
        parse_json(json.dumps(value))
    except RegistryError as error:
        assert error.code == 42201
