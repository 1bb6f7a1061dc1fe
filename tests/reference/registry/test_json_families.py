"""The keywords of each type, and how the drafts write lists of items."""

from __future__ import annotations

from typing import Any

import pytest

from nilometer_reference.registry.errors import RegistryError
from nilometer_reference.registry.json_families import fill
from nilometer_reference.registry.json_node import Node
from nilometer_reference.registry.json_texts import Place


def made(type: str, draft: int = 7, **written: Any) -> Node:
    return fill(Node(), type, written, Place("", draft, ""), lambda said: Node(str(said)))


@pytest.mark.parametrize(
    ("draft", "written", "whole", "listed", "rest"),
    [
        (7, {"items": "a"}, True, 0, False), (7, {"items": ["a"]}, False, 1, False),
        (7, {"items": ["a"], "additionalItems": "b"}, False, 1, True), (7, {"prefixItems": ["a"]}, False, 0, False),
        (2019, {"items": ["a"], "additionalItems": "b"}, False, 1, True), (2020, {"items": "a"}, True, 0, False),
        (2020, {"prefixItems": ["a", "b"]}, False, 2, False), (7, {"items": True}, True, 0, False),
        (2020, {"prefixItems": ["a"], "items": "b"}, False, 1, True),
        (2020, {"prefixItems": ["a"], "additionalItems": "b"}, False, 1, False),
    ],
)  # fmt: skip
def test_each_draft_writes_lists_of_items_in_its_way(
    draft: int, written: dict[str, Any], whole: bool, listed: int, rest: bool
) -> None:
    node = made("array", draft, **written)
    assert ("items" in node.inner, len(node.listed), "additionalItems" in node.inner) == (whole, listed, rest)


def test_additional_items_count_beside_a_list_only() -> None:
    assert made("array", items=["a"], additionalItems=False).words["additionalItems"] is False
    assert "additionalItems" not in made("array", items="a", additionalItems=False).words
    assert made("array", 2020, prefixItems=["a"], items=False).words["additionalItems"] is False


def test_dependencies_are_of_names_or_of_a_schema_in_every_draft() -> None:
    node = made("object", dependencies={"a": ["b"], "c": "d", "e": []}, dependentRequired={"f": ["g"]})
    assert node.needs == {"a": {"b"}, "f": {"g"}}
    assert node.implies.keys() == {"c"}


def test_true_is_as_if_nothing_were_said_and_an_empty_schema_is_not() -> None:
    node = made("object", additionalProperties=True, unevaluatedProperties={})
    assert node.inner.keys() == {"unevaluatedProperties"}
    assert "additionalProperties" not in node.words


def test_exclusive_bounds_of_draft_4_are_not_looked_at() -> None:
    assert made("number", 4, maximum=3, exclusiveMaximum=True).words == {"maximum": 3}
    with pytest.raises(RegistryError):
        made("number", 7, exclusiveMaximum=True)


@pytest.mark.parametrize(
    ("type", "written"),
    [
        ("number", {"multipleOf": 0}), ("array", {"uniqueItems": 1}), ("object", {"required": "a"}),
        ("object", {"dependentRequired": {"a": {}}}), ("string", {"format": 3}), ("string", {"pattern": 3}),
        ("object", {"properties": []}), ("object", {"maxProperties": -1}),
    ],
)  # fmt: skip
def test_a_wrong_form_is_refused(type: str, written: dict[str, Any]) -> None:
    with pytest.raises(RegistryError):
        made(type, **written)


def test_a_list_of_items_is_none_in_2020() -> None:
    with pytest.raises(RegistryError, match="prefixItems"):
        made("array", 2020, items=["a"])
