"""Content models of objects and arrays, row by row in both directions."""

from __future__ import annotations

from typing import Any

import pytest

from tests.reference.registry.test_json_rules import CLOSED, I, N, S, obj, reads


def arr(**more: Any) -> dict[str, Any]:
    return {"type": "array", **more}


ROWS: list[tuple[str, Any, Any, bool, bool]] = [
    # what, old, new, does new read old, does old read new
    ("optional property added, open", obj(), obj(properties={"a": S}), False, True),
    ("anything added, open", obj(), obj(properties={"a": {}}), True, True),
    ("optional property added, closed", CLOSED, {**CLOSED, "properties": {"a": S}}, True, False),
    ("required added, closed", CLOSED, {**CLOSED, "properties": {"a": S}, "required": ["a"]}, False, False),
    ("required with default added, closed", CLOSED,
     {**CLOSED, "properties": {"a": {**S, "default": ""}}, "required": ["a"]}, True, False),
    ("covered by additionalProperties", obj(additionalProperties=S),
     obj(additionalProperties=S, properties={"a": S}), True, True),
    ("not covered", obj(additionalProperties=S), obj(additionalProperties=S, properties={"a": N}), False, False),
    ("covered by a pattern", obj(patternProperties={"^a": S}), obj(patternProperties={"^a": S}, properties={"a1": S}),
     True, True),
    ("false removed, closed", {**CLOSED, "properties": {"a": False}}, CLOSED, True, True),
    ("became required", obj(properties={"a": S}), obj(properties={"a": S}, required=["a"]), False, True),
    ("became required with default", obj(properties={"a": {**S, "default": ""}}),
     obj(properties={"a": {**S, "default": ""}}, required=["a"]), True, True),
    ("required of no property", obj(), obj(required=["a"]), True, True),
    ("a property narrowed", obj(properties={"a": N}), obj(properties={"a": I}), False, True),
    ("minProperties raised", obj(minProperties=1), obj(minProperties=2), False, True),
    ("additionalProperties forbidden", obj(), CLOSED, False, True),
    ("additionalProperties of a schema", obj(), obj(additionalProperties=S), False, True),
    ("additionalProperties wider", obj(additionalProperties=I), obj(additionalProperties=N), True, False),
    ("dependency added", obj(), obj(dependencies={"a": ["b"]}), False, True),
    ("dependency extended", obj(dependencies={"a": ["b"]}), obj(dependencies={"a": ["b", "c"]}), False, True),
    ("dependency schema added", obj(), obj(dependencies={"a": S}), False, True),
    ("dependency schemas", obj(dependencies={"a": I}), obj(dependencies={"a": N}), True, False),
    ("what is unevaluated is said, too", obj(unevaluatedProperties=False),
     obj(unevaluatedProperties=False, properties={"a": S}), True, False),
    ("unevaluatedProperties cover", obj(unevaluatedProperties=S), obj(unevaluatedProperties=S, properties={"a": N}),
     False, False),
    ("a property removed that a pattern forbids", obj(properties={"a": S}), obj(patternProperties={"^b": S}),
     False, True),
    ("items narrowed", arr(items=N), arr(items=I), False, True),
    ("items added", arr(), arr(items=S), False, True),
    ("maxItems lowered", arr(maxItems=4), arr(maxItems=3), False, True),
    ("uniqueItems added", arr(), arr(uniqueItems=True), False, True),
    ("position added, open", arr(items=[S]), arr(items=[S, N]), False, True),
    ("position added, closed", arr(items=[S], additionalItems=False), arr(items=[S, N], additionalItems=False),
     True, False),
    ("position covered", arr(items=[S], additionalItems=N), arr(items=[S, N], additionalItems=N), True, True),
    ("position not covered", arr(items=[S], additionalItems=N), arr(items=[S, S], additionalItems=N), False, False),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "forward", "back"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_content_models_row_by_row(old: Any, new: Any, forward: bool, back: bool) -> None:
    assert reads(new, old) is forward
    assert reads(old, new) is back
    assert reads(new, new)


def test_lists_of_items_have_another_name_in_2020_12() -> None:
    draft = "https://json-schema.org/draft/2020-12/schema"
    old = {"$schema": draft, **arr(prefixItems=[S], items=False)}
    assert reads({"$schema": draft, **arr(prefixItems=[S, N], items=False)}, old)
    assert not reads({"$schema": draft, **arr(prefixItems=[N], items=False)}, old)
    assert reads(arr(items=[S], additionalItems=False), old)
