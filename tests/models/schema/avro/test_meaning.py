"""What readers make of values: conversions, grades, and a value for what is incompatible."""

import json
import struct
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from nilometer.schema.avro.generators import pair
from nilometer_models.schema.avro import Kind, parse
from nilometer_models.schema.avro.dialects import AVRO_RESOLUTION, AVRO_SPEC
from nilometer_models.schema.avro.encoding import encode
from nilometer_models.schema.avro.meaning import (
    Grade,
    Mark,
    Meaning,
    Undefined,
    default_value,
    grade,
    nearest_float,
    promoted,
    witness,
)
from nilometer_models.schema.avro.nodes import PRIMITIVES, Json
from nilometer_models.schema.avro.parse import DEEPEST
from nilometer_models.schema.avro.values import POOLS, Tagged, Values, shown


def read(reader: Json, writer: Json, value: object) -> object:
    return Meaning(parse(json.dumps(reader)), parse(json.dumps(writer))).read(value)


def record(*fields: Json, **more: Json) -> Json:
    return {"type": "record", "name": "R", "fields": list(fields), **more}


E_DEFAULT: Json = {"type": "enum", "name": "E", "symbols": ["A"], "default": "A"}
E_WIDE: Json = {"type": "enum", "name": "E", "symbols": ["A", "B"]}


@pytest.mark.parametrize(
    ("reader", "writer", "value", "expected"),
    [
        ("long", "int", 7, 7),
        ("float", "int", 16777217, 16777216.0),
        ("double", "int", 16777217, 16777217.0),
        ("double", "long", 2**53 + 1, 2.0**53),
        ("bytes", "string", "é", b"\xc3\xa9"),
        ("string", "bytes", b"\xc3\xa9", "é"),
        (E_DEFAULT, E_WIDE, "B", "A"),
        ("int", ["null", "int"], Tagged(1, 5), 5),
        (["float", "long"], "int", 5, 5.0),
        (["float", "long"], "long", 5, 5),
        (["string", "bytes"], "bytes", b"a", b"a"),
        (record({"name": "n", "type": "double", "default": 1}), record(), {}, {"n": 1.0}),
        (record(), record({"name": "a", "type": "int"}), {"a": 1}, {}),
        (
            record({"name": "b", "type": "int", "aliases": ["a"]}),
            record({"name": "a", "type": "int"}),
            {"a": 1},
            {"b": 1},
        ),
    ],
)
def test_a_value_is_converted(reader: Json, writer: Json, value: object, expected: object) -> None:
    found = read(reader, writer, value)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("reader", "writer", "value", "kind"),
    [
        ("int", "long", 1, Kind.TYPE),
        ("int", ["null", "int"], Tagged(0, None), Kind.TYPE),
        ("string", "bytes", b"\xff", Kind.NOT_UTF8),
        ({**E_WIDE, "symbols": ["A"]}, E_WIDE, "B", Kind.ENUM_SYMBOLS),
        (["null"], "int", 1, Kind.UNION_BRANCH),
        (record({"name": "a", "type": "int"}), record(), {}, Kind.DEFAULT),
        (record(name="S"), record(), {}, Kind.RECORD_NAME),
        ({"type": "fixed", "name": "F", "size": 1}, {"type": "fixed", "name": "F", "size": 2}, b"ab", Kind.FIXED_SIZE),
        ({"type": "fixed", "name": "G", "size": 2}, {"type": "fixed", "name": "F", "size": 2}, b"ab", Kind.NAME),
    ],
)
def test_a_value_without_a_meaning_says_why(reader: Json, writer: Json, value: object, kind: Kind) -> None:
    with pytest.raises(Undefined) as undefined:
        read(reader, writer, value)
    assert undefined.value.kind is kind


def test_a_missing_symbol_fails_when_it_comes_and_not_before() -> None:
    assert read({**E_WIDE, "symbols": ["A"]}, E_WIDE, "A") == "A"


@given(st.integers(-(2**63), 2**63 - 1))
@example(16777217)
@example(2**62 + 2**38 + 1)  # rounding to double first would then round to even
def test_rounding_to_single_precision_is_to_the_nearest_and_ties_to_even(number: int) -> None:
    found = nearest_float(number)
    assert struct.unpack("<f", struct.pack("<f", found))[0] == found
    step = 2 ** max(0, abs(number).bit_length() - 24)
    assert abs(int(found) - number) * 2 <= step
    if abs(int(found) - number) * 2 == step:
        assert (int(found) // step) % 2 == 0


def test_promotion_keeps_what_it_can() -> None:
    assert promoted("double", "int", 2**31 - 1) == 2**31 - 1
    with pytest.raises(Undefined):
        promoted("int", "long", 1)


def test_defaults_become_values_of_their_type() -> None:
    fields: list[Json] = [{"name": "b", "type": "bytes"}, {"name": "f", "type": "float", "default": 0.1}]
    schema = parse(json.dumps(["null", record(*fields), {"type": "array", "items": "double"}]), any_branch_default=True)
    assert default_value(schema, schema.root, None) is None
    found = default_value(schema, schema.root, {"b": "\u00ff"})
    assert found == {"b": b"\xff", "f": struct.unpack("<f", struct.pack("<f", 0.1))[0]}
    assert default_value(schema, schema.root, [1]) == [1.0]


BEYOND = [("float", 1e300), ("double", 10**400), ("float", 10**400)]


@pytest.mark.parametrize(("type_", "default"), BEYOND, ids=["float", "double", "far"])
def test_a_default_beyond_the_range_of_its_type_is_infinite(type_: str, default: float) -> None:
    schema = parse(json.dumps(record({"name": "a", "type": type_, "default": default})))
    assert Meaning(schema, parse(json.dumps(record()))).read({}) == {"a": float("inf")}
    assert default_value(parse(f'"{type_}"'), 0, -default) == float("-inf")


@pytest.mark.parametrize(
    ("reader", "writer", "expected"),
    [
        ("long", "int", Grade.LOSSLESS),
        ("double", "int", Grade.LOSSLESS),
        ("float", "int", Grade.FAITHFUL),
        ("double", "long", Grade.FAITHFUL),
        ("bytes", "string", Grade.LOSSLESS),
        ("string", "bytes", Grade.NONE),
        (["float", "long"], "int", Grade.FAITHFUL),
        (["float", "long"], "long", Grade.LOSSLESS),
        (E_DEFAULT, E_WIDE, Grade.FAITHFUL),
        (E_WIDE, E_DEFAULT, Grade.LOSSLESS),
        ("int", "long", Grade.NONE),
    ],
)
def test_grades(reader: Json, writer: Json, expected: Grade) -> None:
    assert grade(parse(json.dumps(reader)), parse(json.dumps(writer))) is expected


def test_another_scale_is_read_as_another_number() -> None:
    def decimal(scale: int) -> str:
        return json.dumps({"type": "bytes", "logicalType": "decimal", "precision": 4, "scale": scale})

    assert grade(parse(decimal(0)), parse(decimal(2))) is Grade.DEFINED
    assert grade(parse(decimal(2)), parse(decimal(2))) is Grade.LOSSLESS


def test_dialects_change_what_has_a_meaning() -> None:
    narrow, wide = parse(json.dumps({**E_WIDE, "symbols": ["A"]})), parse(json.dumps(E_WIDE))
    assert Meaning(narrow, wide, AVRO_RESOLUTION).compatible
    assert grade(narrow, wide, AVRO_RESOLUTION) is Grade.NONE
    renamed = Meaning(parse(json.dumps(record(name="S"))), parse(json.dumps(record())), AVRO_RESOLUTION)
    assert renamed.read({}) == {}
    held = {"logicalType": "decimal", "precision": 4, "scale": 2}
    fixed = parse(json.dumps({"type": "fixed", "name": "F", "size": 3, **held}))
    assert Meaning(fixed, parse(json.dumps({"type": "bytes", **held})), AVRO_SPEC).read(b"\x01") == b"\x01"


def test_values_that_decoders_may_read_in_other_branches_are_marked() -> None:
    enum = {"type": "enum", "name": "n.E", "symbols": ["A"]}
    meaning = Meaning(parse(json.dumps(["null", {**enum, "name": "m.E"}])), parse(json.dumps(enum)))
    assert meaning.read("A") == "A"
    assert meaning.marks == {Mark.BRANCH}
    certain = Meaning(parse(json.dumps(["null", enum])), parse(json.dumps(enum)))
    certain.read("A")
    assert not certain.marks


def test_an_alias_in_a_record_of_another_namespace_is_marked() -> None:
    def marks(**more: Json) -> set[Mark]:
        reader = parse(json.dumps(record({"name": "b", "type": "int", "aliases": ["a"]}, **more)))
        meaning = Meaning(reader, parse(json.dumps(record({"name": "a", "type": "int"}, namespace="m"))))
        assert meaning.read({"a": 1}) == {"b": 1}
        return meaning.marks

    assert marks(namespace="n") == {Mark.ALIAS}
    assert marks(namespace="n", aliases=["m.R"]) == set()
    assert marks(namespace="m") == set()


@settings(max_examples=150, deadline=None)
@given(st.randoms(use_true_random=False))
def test_what_is_judged_compatible_has_a_meaning_for_every_value(random: Random) -> None:
    """Soundness of the rules, on random pairs; bytes as text are the one exception."""
    one = pair(random)
    meaning = Meaning(one.reader, one.writer)
    if meaning.compatible:
        values = Values(one.writer, random)
        for _ in range(4):
            try:
                meaning.read(values.draw())
            except Undefined as undefined:
                assert undefined.kind is Kind.NOT_UTF8


def test_what_is_judged_incompatible_has_a_value_that_fails() -> None:
    """Completeness, on 300 pairs."""
    random = Random(11)
    missing = []
    for _ in range(300):
        one = pair(random)
        if not Meaning(one.reader, one.writer).compatible and witness(one.reader, one.writer, random) is None:
            missing.append(one)
    assert not missing


def test_there_is_no_witness_where_there_is_no_value_or_no_failure() -> None:
    nothing = parse("[]")
    assert witness(parse('"int"'), nothing, Random(1)) is None
    assert witness(parse('"long"'), parse('"int"'), Random(1)) is None
    found = witness(parse('"int"'), parse('"long"'), Random(1))
    assert found is not None
    assert found.kind is Kind.TYPE


def test_the_deepest_schemas_are_read_and_graded() -> None:
    """The parser's bound on nesting keeps every walk within Python's stack."""
    written: Json = "int"
    for n in range(DEEPEST):
        written = record({"name": "inner", "type": written}, name=f"R{n}")
    narrow = parse(json.dumps(written))
    wide = parse(json.dumps(written).replace('"int"', '"long"'))
    assert grade(wide, narrow) is Grade.LOSSLESS
    assert grade(narrow, wide) is Grade.NONE
    found = witness(narrow, wide, Random(1), tries=2)
    assert found is not None
    assert shown(wide, found.value).count("inner") == DEEPEST
    assert encode(wide, found.value)


@pytest.mark.parametrize("reader", PRIMITIVES)
@pytest.mark.parametrize("writer", PRIMITIVES)
def test_the_grade_of_a_primitive_is_what_its_boundary_values_show(reader: str, writer: str) -> None:
    read = []
    try:
        for value in POOLS[writer]:
            read.append(promoted(reader, writer, value))
    except Undefined:
        shown_grade = Grade.NONE
    else:
        shown_grade = Grade.LOSSLESS if len({repr(one) for one in read}) == len(read) else Grade.FAITHFUL
    assert grade(parse(f'"{reader}"'), parse(f'"{writer}"')) is shown_grade
