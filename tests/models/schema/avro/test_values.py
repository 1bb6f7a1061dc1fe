"""Values are of their type, reach every branch, and end even where types recurse."""

import json
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nilometer.schema.avro.generators import pair
from nilometer_models.schema.avro import Schema, parse
from nilometer_models.schema.avro.nodes import Array, Enumeration, Fixed, Map, Record, Union
from nilometer_models.schema.avro.values import POOLS, Tagged, Uninhabited, Value, Values, heights, shown

LIST = {"type": "record", "name": "L", "fields": [{"name": "next", "type": ["null", "L"]}]}


def belongs(schema: Schema, index: int, value: Value) -> bool:
    node = schema[index]
    match node:
        case Union(branches):
            return isinstance(value, Tagged) and belongs(schema, branches[value.branch], value.value)
        case Array(items):
            return all(belongs(schema, items, one) for one in value)
        case Map(values):
            return all(isinstance(key, str) and belongs(schema, values, one) for key, one in value.items())
        case Record(fields=fields):
            return set(value) == {f.name for f in fields} and all(
                belongs(schema, f.type, value[f.name]) for f in fields
            )
        case Enumeration(symbols=symbols):
            return value in symbols
        case Fixed(size=size):
            return len(value) == size
    return value in POOLS[node.kind]


@settings(max_examples=150, deadline=None)
@given(st.randoms(use_true_random=False))
def test_values_are_of_their_type(random: Random) -> None:
    schema = pair(random).writer
    value = Values(schema, random).draw()
    assert belongs(schema, schema.root, value)
    json.loads(shown(schema, value).replace("Infinity", "0"))


def test_every_branch_and_symbol_is_drawn() -> None:
    schema = parse('["null", {"type": "enum", "name": "E", "symbols": ["A", "B"]}]')
    values = Values(schema, Random(1))
    assert {values.draw() for _ in range(60)} == {Tagged(0, None), Tagged(1, "A"), Tagged(1, "B")}


def test_recursion_ends() -> None:
    values = Values(parse(json.dumps(LIST)), Random(1))
    depths = {str(values.draw()).count("Tagged") for _ in range(100)}
    assert 1 in depths
    assert 2 < max(depths) < 20


ITSELF = {"type": "record", "name": "R", "fields": [{"name": "a", "type": "R"}]}
ONLY_ITSELF = {"type": "record", "name": "R", "fields": [{"name": "a", "type": ["R"]}]}


@pytest.mark.parametrize("written", [[], ITSELF, ONLY_ITSELF])
def test_a_type_without_a_finite_value_is_told(written: object) -> None:
    schema = parse(json.dumps(written))
    assert heights(schema)[schema.root] is None
    with pytest.raises(Uninhabited):
        Values(schema, Random(1)).draw()


def test_an_array_of_what_has_no_value_is_empty() -> None:
    schema = parse('{"type": "array", "items": []}')
    assert Values(schema, Random(1)).draw() == []


def test_values_are_shown_as_the_specification_writes_them() -> None:
    schema = parse('["null", {"type": "record", "name": "n.R", "fields": [{"name": "a", "type": ["bytes", "null"]}]}]')
    assert shown(schema, Tagged(1, {"a": Tagged(0, b"\xff")})) == '{"n.R": {"a": {"bytes": "\\u00ff"}}}'
    assert shown(schema, Tagged(0, None)) == "null"
