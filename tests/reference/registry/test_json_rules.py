"""JSON Schema's rules row by row in both directions, and beside the model's reading of them on generated pairs."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nilometer_models.schema.json_schema import CONFLUENT, can_read, parse
from nilometer_models.schema.json_schema.documents import NotJsonSchema
from nilometer_reference.registry.errors import RegistryError
from nilometer_reference.registry.json_parsing import parse_json
from nilometer_reference.registry.json_rules import differences
from tests.models.schema.json_schema.schemas import bodies, schemas

S, N, I = {"type": "string"}, {"type": "number"}, {"type": "integer"}  # noqa: E741
CLOSED = {"type": "object", "additionalProperties": False}
ONE_OF_TWO = {"oneOf": [S, N]}


def reads(new: Any, old: Any) -> bool:
    return not differences(parse_json(json.dumps(new)), parse_json(json.dumps(old)))


def obj(**more: Any) -> dict[str, Any]:
    return {"type": "object", **more}


ROWS: list[tuple[str, Any, Any, bool, bool]] = [
    # what, old, new, does new read old, does old read new
    ("annotations", S, {**S, "title": "t", "description": "d", "default": "x"}, True, True),
    ("another type", S, N, False, False),
    ("integer to number", I, N, True, False),
    ("anything", S, {}, True, False),
    ("nothing", False, S, True, False),
    ("maxLength added", S, {**S, "maxLength": 3}, False, True),
    ("maxLength lowered", {**S, "maxLength": 4}, {**S, "maxLength": 3}, False, True),
    ("minLength raised", {**S, "minLength": 1}, {**S, "minLength": 2}, False, True),
    ("pattern added", S, {**S, "pattern": "a"}, False, True),
    ("pattern changed", {**S, "pattern": "a"}, {**S, "pattern": "b"}, False, False),
    ("maximum lowered", {**N, "maximum": 4}, {**N, "maximum": 3.5}, False, True),
    ("exclusiveMinimum added", N, {**N, "exclusiveMinimum": 0}, False, True),
    ("multipleOf a divisor", {**N, "multipleOf": 4}, {**N, "multipleOf": 2}, True, False),
    ("multipleOf by decimals", {**N, "multipleOf": 0.5}, {**N, "multipleOf": 0.50}, True, True),
    ("multipleOf of a fraction", {**N, "multipleOf": 1}, {**N, "multipleOf": 0.25}, True, False),
    ("enum extended", {"enum": ["a"]}, {"enum": ["a", "b"]}, True, False),
    ("enum: 1 is 1.0", {"enum": [1]}, {"enum": [1.0]}, True, True),
    ("enum: true is not 1", {"enum": [1]}, {"enum": [True]}, False, False),
    ("const changed", {"const": 1}, {"const": 2}, False, False),
    ("a type list extended", {"type": ["string"]}, {"type": ["string", "null"]}, True, False),
    ("string to a list with it", S, {"type": ["string", "null"]}, True, False),
    ("string with an enum added", S, {**S, "enum": ["a"]}, False, True),
    ("not with less forbidden", {"not": N}, {"not": I}, True, False),
    ("conditions are not compared", {"if": S, "then": S}, {"if": N, "else": N}, True, True),
    ("bytes of Connect", {**S, "connect.type": "bytes"}, {**N, "connect.type": "bytes"}, True, True),
    ("sum extended", {"oneOf": [S]}, ONE_OF_TWO, True, False),
    ("product extended", {"allOf": [S]}, {"allOf": [S, {"maxLength": 3}]}, False, True),
    ("oneOf to anyOf", ONE_OF_TWO, {"anyOf": [S, N]}, True, False),
    ("order does not matter", ONE_OF_TWO, {"oneOf": [N, S]}, True, True),
    ("single branch is as its schema", S, {"allOf": [S]}, True, True),
    ("one of several", S, ONE_OF_TWO, True, False),
    ("a branch needs a partner of its own", {"oneOf": [I, {"type": "integer", "maximum": 3}]}, {"oneOf": [I, S]},
     False, False),
    ("equal branches are one", {"oneOf": [S, {**S, "title": "again"}]}, {"oneOf": [S, S, S]}, True, True),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "forward", "back"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_the_rules_row_by_row(old: Any, new: Any, forward: bool, back: bool) -> None:
    assert reads(new, old) is forward
    assert reads(old, new) is back
    assert reads(new, new)


def node(value: Any) -> dict[str, Any]:
    return {"$ref": "#/$defs/n", "$defs": {"n": {**CLOSED, "properties": {"value": value, "next": {"$ref": "#"}}}}}


def test_a_difference_deep_in_a_recursive_schema_is_found() -> None:
    assert reads(node(N), node(I))
    assert not reads(node(I), node(N))


def test_references_of_the_registry_are_compared_with_the_schema() -> None:
    text = json.dumps(obj(properties={"a": {"$ref": "part.json"}}))
    parts = [parse_json(text, {"part.json": json.dumps(part)}) for part in (I, N)]
    assert not differences(parts[1], parts[0])
    assert differences(parts[0], parts[1])


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Any, Any]:
    """Two schemas, mostly with much in common."""
    old = draw(schemas)
    if draw(st.booleans()):
        return old, draw(schemas)
    new = json.loads(json.dumps(old))
    for _ in range(draw(st.integers(1, 2))):
        _change(new, draw)
    return old, new


WORDS = {
    "type": st.sampled_from(["string", "number", "integer", "object", "array", ["string", "null"]]),
    "required": st.lists(st.sampled_from("ab"), unique=True), "additionalProperties": st.booleans() | bodies,
    "properties": st.dictionaries(st.sampled_from("ab"), bodies, max_size=2), "maximum": st.integers(0, 3),
    "items": bodies, "unevaluatedProperties": st.booleans() | bodies, "default": st.just("a"),
}  # fmt: skip


def _change(schema: dict[str, Any], draw: st.DrawFn) -> None:
    places = [schema]
    for place in places:
        places += [one for value in place.values() for one in (value if isinstance(value, list) else [value])
                   if isinstance(one, dict)]  # fmt: skip
    place = places[draw(st.integers(0, len(places) - 1))]
    if place and draw(st.booleans()):
        place.pop(draw(st.sampled_from(sorted(place))))
    else:
        word = draw(st.sampled_from(sorted(WORDS)))
        place[word] = draw(WORDS[word])


DRAFTS = ["http://json-schema.org/draft-07/schema#", "https://json-schema.org/draft/2019-09/schema",
          "https://json-schema.org/draft/2020-12/schema"]  # fmt: skip


@given(pairs(), st.sampled_from(DRAFTS))
@settings(max_examples=1500, deadline=None)
def test_the_models_reading_of_the_rules_agrees(pair: tuple[Any, Any], draft: str) -> None:
    texts = [json.dumps({**schema, "$schema": draft}) for schema in pair]
    try:
        theirs = [parse(text) for text in texts]
    except NotJsonSchema:
        with pytest.raises(RegistryError):
            [parse_json(text) for text in texts]
        return
    ours = [parse_json(text) for text in texts]
    for old, new in ((0, 1), (1, 0)):
        found = differences(ours[new], ours[old])
        expected = can_read(CONFLUENT, theirs[new], theirs[old])
        assert (not found) == (not expected), (found, expected)
