"""Values stand on both sides of every bound, and are the same every time."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings

from nilometer_models.schema.json_schema import CONFLUENT, parse
from nilometer_models.schema.json_schema.instances import ODD, Instances, around, distinct, thawed
from nilometer_models.schema.json_schema.nodes import frozen
from tests.models.schema.json_schema.schemas import Written, schemas


def both(reader: Any, writer: Any) -> Instances:
    return Instances(CONFLUENT, parse(json.dumps(reader)), parse(json.dumps(writer)))


@pytest.mark.parametrize("value", [None, True, 1, 1.5, "a", [1, [True]], {"a": {"b": None}}])
def test_values_thaw_to_what_they_were(value: Any) -> None:
    again = json.loads(json.dumps(value), parse_float=Decimal)
    assert json.dumps(thawed(frozen(again))) == json.dumps(value)


def test_sizes_stand_around_bounds() -> None:
    assert around(3, None, 0, 1000) == [3, 4, 2, 0, 1]


def test_true_is_kept_beside_one() -> None:
    assert distinct([1, True, 1.0, 1], 9) == [1, True, 1.0]
    assert distinct([1, 2, 3], 2) == [1, 2]


@pytest.mark.parametrize(
    ("reader", "writer", "wanted"),
    [
        ({"maxLength": 5}, {"maxLength": 7}, "a" * 6), ({"maximum": 5}, {"maximum": 7}, 6),
        ({"enum": ["x"]}, {"enum": ["y"]}, "y"), ({"not": {"const": "z"}}, {}, "z"),
        ({"properties": {"a": {"maximum": 5}}}, {"required": ["a"]}, {"a": 6}),
        ({"items": [{"maximum": 5}]}, {"items": [{"type": "string"}]}, [6]), ({"maxItems": 3}, {}, [None] * 4),
        ({"minProperties": 2}, {"type": "object"}, {"other0": None}),
        ({"additionalProperties": False}, {}, {"other": 1}),
        ({"dependencies": {"a": {"required": ["b"]}}}, {"properties": {"a": {"const": 1}}}, {"a": 1}),
        ({"patternProperties": {"^k$": {"const": 7}}}, {"type": "object"}, {"k": 7}),
    ],
)  # fmt: skip
def test_a_value_at_the_edge_is_among_them(reader: Any, writer: Any, wanted: Any) -> None:
    assert json.dumps(wanted) in {json.dumps(value) for value in both(reader, writer).all()}


def test_odd_values_are_always_among_them() -> None:
    written = [json.dumps(value) for value in both({"type": "string"}, {"type": "string"}).all()]
    assert {json.dumps(value) for value in ODD} <= set(written)


@given(schemas, schemas)
@settings(max_examples=30)
def test_they_are_json_and_the_same_every_time(reader: Written, writer: Written) -> None:
    ours = both(reader, writer)
    assert json.dumps(ours.all()) == json.dumps(ours.all())
    assert json.dumps(list(ours.mixed(10))) == json.dumps(list(ours.mixed(10)))
