"""The node of a type in each draft."""

from __future__ import annotations

import json
from typing import Any

import pytest

from nilometer_models.schema.json_schema.families import FAMILIES, TYPES
from nilometer_models.schema.json_schema.nodes import Array, Number, Object
from nilometer_models.schema.json_schema.parse import parse

LATE = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
OLD = {"$schema": "http://json-schema.org/draft-04/schema#"}


def root(written: Any) -> Any:
    schema = parse(json.dumps(written))
    return schema[schema.root]


@pytest.mark.parametrize(
    ("written", "whole", "positions", "additional"),
    [
        ({"items": {}}, True, 0, True), ({"items": [{}, {}]}, False, 2, True),
        ({"items": [{}], "additionalItems": False}, False, 1, False),
        ({"items": {}, "additionalItems": False}, True, 0, True), ({"additionalItems": False}, False, 0, False),
        ({**LATE, "items": {}}, True, 0, True), ({**LATE, "items": False}, True, 0, True),
        ({**LATE, "prefixItems": [{}]}, False, 1, True),
        ({**LATE, "prefixItems": [{}], "items": False}, False, 1, False),
        ({**LATE, "prefixItems": [{}], "additionalItems": False}, False, 1, True),
    ],
)  # fmt: skip
def test_lists_of_positions_have_two_forms(written: Any, whole: bool, positions: int, additional: bool) -> None:
    node = root(written)
    assert isinstance(node, Array)
    assert (node.items is not None, len(node.positions), node.additional) == (whole, positions, additional)


def test_dependencies_have_two_forms() -> None:
    early = root({"dependencies": {"a": ["b"], "c": {}}})
    late = root({**LATE, "dependentRequired": {"a": ["b"]}, "dependentSchemas": {"c": {}}})
    assert isinstance(early, Object)
    assert (early.needs, set(early.implies)) == (late.needs, set(late.implies)) == ({"a": {"b"}}, {"c"})


def test_the_boolean_form_of_exclusive_bounds_is_not_looked_at() -> None:
    node = root({**OLD, "maximum": 3, "exclusiveMaximum": True})
    assert isinstance(node, Number)
    assert (node.maximum, node.exclusive_maximum) == (3, None)


def test_each_keyword_belongs_to_one_family_of_a_type() -> None:
    words = [word for family in FAMILIES.values() for word in family]
    assert len(words) == len(set(words))
    assert set(FAMILIES) < set(TYPES)
