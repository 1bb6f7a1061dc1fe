"""What data do: refuted with a witness, proved, or unknown; and which rules of the registries data refute."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nilometer_models.schema.json_schema import CONFLUENT, Schema, can_read, parse
from nilometer_models.schema.json_schema.dialects import CONFLUENT_LENIENT
from nilometer_models.schema.json_schema.instances import Instances
from nilometer_models.schema.json_schema.semantic import Judge, Verdict, contained, drawn
from tests.models.schema.json_schema.rows import ROWS
from tests.models.schema.json_schema.schemas import Written, bodies, schemas
from tests.models.schema.json_schema.test_laws import pairs

LATE = "https://json-schema.org/draft/2020-12/schema"
S, N = {"type": "string"}, {"type": "number"}
bodies_without_references = bodies.filter(lambda body: "$ref" not in json.dumps(body))


def of(written: Written) -> Schema:
    return parse(json.dumps(written))


@pytest.mark.parametrize(
    ("reader", "writer", "verdict"),
    [
        ({}, S, Verdict.PROVED), (N, False, Verdict.PROVED), (S, {"type": "string"}, Verdict.PROVED),
        (S, {"enum": ["a", "b"]}, Verdict.PROVED), (S, {"enum": ["a", 1]}, Verdict.REFUTED),
        ({"enum": [True]}, {"const": 1}, Verdict.REFUTED), ({"enum": [1.0]}, {"const": 1}, Verdict.PROVED),
        ({"type": ["boolean", "null"]}, {"type": "boolean"}, Verdict.PROVED), (N, {"type": "null"}, Verdict.REFUTED),
        ({"type": "integer"}, {"const": 1.0}, Verdict.PROVED), ({"multipleOf": 0.1}, {"const": 0.3}, Verdict.PROVED),
        (N, {"type": "integer"}, Verdict.UNKNOWN), ({"type": "integer"}, N, Verdict.REFUTED),
        ({"maxLength": 20}, S, Verdict.REFUTED), ({"maxLength": 2000}, S, Verdict.UNKNOWN),
        ({"pattern": "("}, {"const": "a"}, Verdict.UNKNOWN),
        ({"items": False, "additionalItems": False}, {"const": []}, Verdict.UNKNOWN),
        ({"$schema": LATE, "prefixItems": [N]}, {"items": [S]}, Verdict.REFUTED),
        ({"items": {"properties": {"a": {"not": {"const": 7}}}}},
         {"items": {"properties": {"a": {"minimum": 7}}}}, Verdict.REFUTED),
    ],
)  # fmt: skip
def test_there_are_three_answers(reader: Written, writer: Written, verdict: Verdict) -> None:
    assert contained(of(reader), of(writer)).verdict is verdict


def test_null_is_a_witness_and_has_a_reason() -> None:
    answer = contained(of(S), of({"type": ["string", "null"]}))
    assert (answer.verdict, answer.witness) == (Verdict.REFUTED, None)
    assert "not of type 'string'" in answer.reason


def test_a_reason_speaks_of_numbers_as_they_are_written() -> None:
    assert contained(of({"type": "integer"}), of({"const": 0.5})).reason == "0.5 is not of type 'integer'"


HUGE = [
    "1e999999999",
    "1e-999999999",
    "1e400",
    "9" * 4000,
    "12345678901234567890123456789012345.5",
    "0.1" + "0" * 50 + "1",
]


@pytest.mark.parametrize("number", HUGE)
def test_numbers_beyond_all_bounds_are_answered(number: str) -> None:
    for keyword in ("maximum", "multipleOf", "const", "default", "exclusiveMinimum"):
        schema, other = parse(f'{{"{keyword}": {number}}}'), parse(f'{{"{keyword}": 7}}')
        can_read(CONFLUENT, schema, other)
        can_read(CONFLUENT, other, schema)
        contained(schema, other, mixed=2)
        contained(other, schema, mixed=2)


def test_sizes_beyond_all_bounds_are_answered() -> None:
    for keyword in ("maxLength", "minItems", "maxProperties", "maxContains"):
        schema = parse(f'{{"{keyword}": 1e999999999}}')
        assert contained(schema, of({}), mixed=2).verdict is not Verdict.PROVED


def test_a_value_that_loses_digits_proves_nothing() -> None:
    digits = "0.12345678901234567890123"
    assert contained(parse('{"const": 1}'), parse(f'{{"const": {digits}}}')).verdict is not Verdict.PROVED


def test_what_the_caller_adds_is_tried_too() -> None:
    reader = of({"not": {"const": "a very particular text"}})
    assert contained(reader, of(S)).verdict is Verdict.REFUTED
    reader = of({"pattern": "^.{0,70}$"})
    assert contained(reader, of(S)).verdict is Verdict.UNKNOWN
    assert contained(reader, of(S), ["x" * 71]).witness == "x" * 71


def test_references_reach_the_judge() -> None:
    schema = parse('{"$ref": "other.json"}', {"other.json": '{"type": "string"}'})
    assert [Judge(schema).valid(value) for value in ("a", 1)] == [True, False]


def test_a_recursive_difference_is_found_below() -> None:
    def tree(value: Written) -> Schema:
        return of({"type": "object", "properties": {"value": value, "next": {"$ref": "#"}}})

    answer = contained(tree({"type": "integer"}), tree(N))
    assert answer.verdict is Verdict.REFUTED


def test_one_of_three_hundred_fields_is_found() -> None:
    def wide(last: Written) -> Schema:
        return of({"type": "object", "properties": {**{f"a{n}": N for n in range(300)}, "b": last}})

    assert contained(wide({"type": "integer"}), wide(N), mixed=0).verdict is Verdict.REFUTED


def test_hypothesis_jsonschema_draws_what_is_valid() -> None:
    schema = of({"type": "string", "minLength": 2, "maxLength": 4})
    found = drawn(schema, 20)
    assert found
    assert all(Judge(schema).valid(value) for value in found)


def test_what_cannot_be_drawn_is_no_verdict() -> None:
    assert drawn(of({"$ref": "#/$defs/a", "$defs": {"a": {"properties": {"b": {"$ref": "#/$defs/a"}}}}}), 5) == []


@pytest.mark.parametrize("through", [{"not": {"$ref": "#"}}, {"$ref": "#"}, {"anyOf": [{"$ref": "#"}, True]}])
def test_a_schema_that_asks_itself_without_end_is_no_verdict(through: Written) -> None:
    """How the stack ends depends on its depth: in Python, or in the Rust below."""

    def deep(levels: int) -> bool | None:
        return deep(levels - 1) if levels else Judge(of({"allOf": [through]})).valid("a")

    assert {deep(levels) for levels in range(60)} == {None}


@pytest.mark.parametrize(
    ("reader", "writer"),
    [
        ({"type": "integer", "maximum": 1}, {"type": "number", "maximum": 1}),
        ({"type": "string", "pattern": "^b", "maxLength": 2}, {"type": "string", "pattern": "^b", "maxLength": 3}),
        ({"type": "string", "pattern": "^[ab]+$", "minLength": 4}, {"type": "string", "pattern": "^[ab]+$"}),
        ({"type": "object", "properties": {"b": S}}, {"type": "object", "minProperties": 3}),
        ({"type": "array"}, {"type": "string", "pattern": "^b", "maxLength": 3}),
    ],
)
def test_a_value_inside_of_several_bounds_is_found(reader: Written, writer: Written) -> None:
    assert contained(of(reader), of(writer), mixed=0).verdict is Verdict.REFUTED


@given(pairs())
@settings(max_examples=30)
def test_a_witness_is_valid_for_the_writer_and_not_for_the_reader(pair: tuple[Written, Written]) -> None:
    writer, reader = of(pair[0]), of(pair[1])
    answer = contained(reader, writer, mixed=20)
    if answer.verdict is Verdict.REFUTED:
        assert Judge(writer).valid(answer.witness) is True
        assert Judge(reader).valid(answer.witness) is False


finite = st.sampled_from([{"type": "boolean"}, {"type": "null"}, {"enum": [1, True, "a"]}, {"const": 1.0}, False])


@given(bodies_without_references, finite | bodies_without_references)
@settings(max_examples=60)
def test_what_is_proved_no_value_refutes(read: Written, written: Written) -> None:
    reader, writer = of(read), of(written)
    if contained(reader, writer, mixed=0).verdict is Verdict.PROVED:
        ours = Instances(CONFLUENT, reader, writer)
        for value in (*ours.all(), *ours.mixed(20)):
            assert not (Judge(writer).valid(value) and Judge(reader).valid(value) is False)


@given(schemas)
@settings(max_examples=30)
def test_nothing_refutes_that_a_schema_reads_itself(written: Written) -> None:
    assert contained(of(written), of(written), mixed=0).verdict is Verdict.PROVED


UNSOUND: dict[str, Any] = {
    "bytes of Connect": "a", "a type may be inferred": None, "if is not looked at": None,
    "became required, with a default": {}, "required, but not declared by both": {},
    "patterns are not compared": {"b": None}, "propertyNames are not compared": {"other": None},
    "closed: added, required with default": {}, "partial: unevaluated covers": {"a": None},
    "partial: no pattern matches, nothing else is said: closed": {"b": None}, "contains is not looked at": [""],
    "equal branches count once": "a", "an annotation makes another branch": "a",
}  # fmt: skip
"""Rows of the design that a registry accepts in some direction, and a value that shows why that loses data.

Two of them are due to the draft: without `$schema` a registry and a validator take draft-07, in which the keywords
`unevaluated...` mean nothing."""


def test_these_rules_are_refuted_by_data_and_no_others() -> None:
    found: dict[str, Any] = {}
    for row in ROWS:
        for new, old in ((row.new, row.old), (row.old, row.new)):
            if not can_read(CONFLUENT, of(new), of(old)):
                answer = contained(of(new), of(old))
                if answer.verdict is Verdict.REFUTED:
                    found.setdefault(row.name, answer.witness)
    assert found == UNSOUND


def test_what_lenient_forgives_is_refuted_by_data() -> None:
    forgiven = [
        row for row in ROWS
        if can_read(CONFLUENT, of(row.new), of(row.old)) and not can_read(CONFLUENT_LENIENT, of(row.new), of(row.old))
    ]  # fmt: skip
    refuted = [row for row in forgiven if contained(of(row.new), of(row.old)).verdict is Verdict.REFUTED]
    assert {row.name for row in forgiven} - {row.name for row in refuted} == {"{} is a schema", "unevaluated forbidden"}
    assert len(refuted) >= 6
