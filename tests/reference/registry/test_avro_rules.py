"""Avro's rules, row by row, and beside the checker of the `avro` package on generated pairs."""

from __future__ import annotations

import json
from typing import Any

import pytest
from avro.compatibility import ReaderWriterCompatibilityChecker, SchemaCompatibilityType
from avro.schema import parse as parse_reference
from hypothesis import given
from hypothesis import strategies as st

from nilometer_reference.registry.avro_rules import differences
from nilometer_reference.registry.avro_schema import parse_avro
from tests.reference.registry.running import record

ENUM = {"type": "enum", "name": "E", "symbols": ["A", "B"]}


def reads(reader: Any, writer: Any) -> bool:
    return not differences(parse_avro(json.dumps(reader)), parse_avro(json.dumps(writer)))


@pytest.mark.parametrize(
    ("reader", "writer", "expected"),
    [
        ("long", "int", True),
        ("int", "long", False),
        ("double", "float", True),
        ("bytes", "string", True),
        (["null", "string"], "string", True),
        ("string", ["null", "string"], False),
        (["long", "string"], ["int", "string"], True),
        ({"type": "array", "items": "long"}, {"type": "array", "items": "int"}, True),
        ({"type": "map", "values": "int"}, {"type": "map", "values": "string"}, False),
        (ENUM, {**ENUM, "symbols": ["A", "B", "C"]}, False),
        ({**ENUM, "default": "A"}, {**ENUM, "symbols": ["A", "B", "C"]}, True),
        ({**ENUM, "name": "n.E"}, ENUM, True),
        ({**ENUM, "name": "F"}, ENUM, False),
        ({**ENUM, "name": "F", "aliases": ["E"]}, ENUM, True),
        ({"type": "fixed", "name": "F", "size": 2}, {"type": "fixed", "name": "F", "size": 3}, False),
        (record("R", "x", ("y", "int", 1)), record("R", "x"), True),
        (record("R", "x", ("y", "int")), record("R", "x"), False),
        (record("R"), record("R", "x"), True),
    ],
)
def test_the_table_of_the_module(reader: Any, writer: Any, expected: bool) -> None:
    assert reads(reader, writer) is expected


def test_a_field_whose_name_and_alias_were_both_written_is_refused_as_by_apache_avro() -> None:
    both = {"type": "record", "name": "R", "fields": [{"name": "x", "type": "int"}, {"name": "y", "type": "int"}]}
    reader = {"type": "record", "name": "R", "fields": [{"name": "y", "aliases": ["x"], "type": "int"}]}
    (why,) = differences(parse_avro(json.dumps(reader)), parse_avro(json.dumps(both)))
    assert "y or x" in why
    own = {"type": "record", "name": "R", "fields": [{"name": "y", "aliases": ["y"], "type": "int"}]}
    assert not reads(own, both), "Java counts the name and the alias"


def test_a_renamed_field_is_found_by_its_alias() -> None:
    renamed = {"type": "record", "name": "R", "fields": [{"name": "y", "aliases": ["x"], "type": "string"}]}
    assert reads(renamed, record("R", "x"))
    assert not reads(record("R", "x"), renamed)


def test_a_difference_deep_in_a_recursive_schema_is_found() -> None:
    """A verdict that was reached while another one was only assumed must fall with it."""

    def chain(leaf: str) -> dict[str, Any]:
        return record(
            "A", ("next", ["null", "A"], None), ("b", record("B", ("back", ["null", "A"], None), ("leaf", leaf)))
        )

    assert reads(chain("long"), chain("int"))
    wrong = differences(parse_avro(json.dumps(chain("int"))), parse_avro(json.dumps(chain("long"))))
    assert any("a reader's int where the writer has long" in why for why in wrong)


def test_every_reason_is_told_once() -> None:
    reader, writer = record("R", ("a", "int"), ("b", "int"), "c"), record("R", "a", "b")
    wrong = differences(parse_avro(json.dumps(reader)), parse_avro(json.dumps(writer)))
    assert len(wrong) == len(set(wrong))
    assert any("field c of R is not written" in why for why in wrong)


LEAVES = st.sampled_from(["null", "int", "long", "float", "double", "string", "bytes", "boolean"])


def types(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    unions = st.lists(LEAVES, min_size=1, max_size=3, unique=True)
    arrays = inner.map(lambda found: {"type": "array", "items": found})
    maps = inner.map(lambda found: {"type": "map", "values": found})
    return st.one_of(arrays, maps, unions)


@st.composite
def schemas(draw: st.DrawFn) -> Any:
    """A record of a few fields, some with defaults."""
    inner = st.recursive(LEAVES, types, max_leaves=3)
    names = draw(st.lists(st.sampled_from("abc"), unique=True, max_size=3))
    fields = []
    for name in names:
        type_ = draw(inner)
        fields.append({"name": name, "type": type_})
        if type_ == "int" and draw(st.booleans()):
            fields[-1]["default"] = 0
    return {"type": "record", "name": "R", "fields": fields}


@given(schemas(), schemas())
def test_the_checker_of_the_avro_package_says_the_same(reader: Any, writer: Any) -> None:
    checker = ReaderWriterCompatibilityChecker()
    verdict = checker.get_compatibility(parse_reference(json.dumps(reader)), parse_reference(json.dumps(writer)))
    assert reads(reader, writer) == (verdict.compatibility is SchemaCompatibilityType.compatible)


@given(schemas())
def test_every_schema_reads_itself(schema: Any) -> None:
    assert reads(schema, schema)
