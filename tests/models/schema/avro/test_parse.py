"""What is an Avro schema, and what is refused with which words."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nilometer_models.schema.avro.nodes import Array, Enumeration, Field, Json, Logical, Primitive, Record, Union
from nilometer_models.schema.avro.parse import DEEPEST, NotAvro, parse

RECORD = {"type": "record", "name": "R", "fields": []}


def test_names_inherit_the_enclosing_namespace_unless_they_are_full() -> None:
    inner = [{"type": "enum", "name": "E", "symbols": ["A"]}, {"type": "fixed", "name": "x.F", "size": 1},
             {"type": "fixed", "name": "G", "namespace": "", "size": 1}]  # fmt: skip
    fields = [{"name": f"f{n}", "type": one} for n, one in enumerate(inner)]
    schema = parse(json.dumps({**RECORD, "namespace": "n", "aliases": ["Old", "m.Old"], "fields": fields}))
    root = schema[schema.root]
    assert isinstance(root, Record)
    assert (root.name, root.aliases) == ("n.R", ("n.Old", "m.Old"))
    assert [schema.name_of(field.type) for field in root.fields] == ["enum n.E", "fixed x.F", "fixed G"]


def test_a_type_may_refer_to_itself() -> None:
    schema = parse(json.dumps({**RECORD, "fields": [{"name": "next", "type": ["null", "R"]}]}))
    root = schema[schema.root]
    assert isinstance(root, Record)
    union = schema[root.fields[0].type]
    assert isinstance(union, Union)
    assert union.branches[1] == schema.root


def test_references_bring_names() -> None:
    schema = parse('{"type": "array", "items": "n.E"}', ['{"type": "enum", "name": "n.E", "symbols": ["A"]}'])
    root = schema[schema.root]
    assert isinstance(root, Array)
    assert isinstance(schema[root.items], Enumeration)


def test_logical_types_are_kept_and_malformed_ones_ignored() -> None:
    def logical(**more: object) -> object:
        schema = parse(json.dumps({"type": "bytes", **more}))
        node = schema[schema.root]
        assert isinstance(node, Primitive)
        return node.logical

    assert logical(logicalType="decimal", precision=4, scale=2) == Logical("decimal", 4, 2)
    assert logical(logicalType="decimal", precision=4) == Logical("decimal", 4, 0)
    assert logical(logicalType="decimal", precision=1, scale=2) is None
    assert logical(logicalType="uuid") == Logical("uuid")
    assert logical(doc="…") is None


def test_a_default_of_null_is_a_default() -> None:
    schema = parse(json.dumps({**RECORD, "fields": [{"name": "f", "type": "null", "default": None}]}))
    root = schema[schema.root]
    assert isinstance(root, Record)
    assert root.fields[0] == Field("f", (), root.fields[0].type, root.fields[0].default)
    assert root.fields[0].default is not None


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("R", "/: nothing is named 'R'"),
        ({"type": "record", "name": "R"}, "without fields"),
        ({"type": "enum", "name": "E", "symbols": ["A", "A"]}, "different names"),
        ({"type": "enum", "name": "E", "symbols": ["A"], "default": "B"}, "none of its symbols"),
        ({"type": "fixed", "name": "F", "size": -1}, "without a size"),
        ({"type": "fixed", "name": "F", "size": True}, "without a size"),
        ({"type": "fixed", "name": "no name", "size": 1}, "is no name"),
        ({"type": "array"}, "array without items"),
        ({"type": "map"}, "map without values"),
        ({}, "no type"),
        (["int", ["null"]], "/1: a union in a union"),
        (["int", "int"], "/1: int is twice"),
        ([RECORD, "R"], "R is twice"),
        ({**RECORD, "fields": [{"name": "a", "type": "int"}, {"name": "a", "type": "int"}]}, "twice in R"),
        ({**RECORD, "fields": [{"name": "a", "type": RECORD}]}, "R is defined twice"),
        ({**RECORD, "fields": [{"name": "a"}]}, "/fields/0: a field has a name and a type"),
        ({**RECORD, "fields": [{"name": "a", "type": "int", "default": "x"}]}, "/fields/0/default: .* is no int"),
        ({**RECORD, "fields": [{"name": "a", "type": "int", "aliases": "b"}]}, "aliases is a list"),
        (7, "/: 7 is no type"),
    ],
)
def test_what_is_no_schema_is_refused_with_its_place(written: Json, words: str) -> None:
    with pytest.raises(NotAvro, match=words):
        parse(json.dumps(written))


def test_text_that_is_no_json_is_refused() -> None:
    for text in ("", "{", "[" * 100_000):
        with pytest.raises(NotAvro, match="not JSON"):
            parse(text)


def test_nesting_has_a_bound_and_a_message() -> None:
    def nested(depth: int) -> str:
        return '{"type": "array", "items": ' * depth + '"int"' + "}" * depth

    assert parse(nested(DEEPEST)).nodes
    with pytest.raises(NotAvro, match="nested deeper"):
        parse(nested(DEEPEST + 1))


def test_a_default_that_is_nested_too_deeply_is_refused() -> None:
    """A recursive type bounds no default."""
    items = {"type": "array", "items": "R"}
    deep = '[{"a": ' * 400 + "[]" + "}]" * 400
    text = json.dumps({**RECORD, "fields": [{"name": "a", "type": items, "default": "HERE"}]}).replace('"HERE"', deep)
    with pytest.raises(NotAvro, match="nested too deeply"):
        parse(text)


@pytest.mark.parametrize(
    ("type_", "good", "bad"),
    [
        ("int", [0, 2**31 - 1], [2**31, 1.5, True, "1", None]),
        ("long", [2**63 - 1], [2**63, 0.5]),
        ("double", [1, 1.5], ["1", True]),
        ("bytes", ["", "\u00ff"], ["\u0100", 1]),
        ("string", ["\u0100"], [1]),
        ("boolean", [True], [1, None]),
        ("null", [None], [0]),
        (["null", "int"], [None], [1]),
        ({"type": "array", "items": "int"}, [[], [1]], [["x"], {}]),
        ({"type": "map", "values": "int"}, [{}, {"a": 1}], [{"a": "x"}, []]),
        ({"type": "fixed", "name": "F", "size": 2}, ["ab"], ["a", 2]),
        ({"type": "enum", "name": "E", "symbols": ["A"]}, ["A"], ["B"]),
        ({"type": "record", "name": "X", "fields": [{"name": "a", "type": "int"}]}, [{"a": 1}], [{}, {"a": "x"}]),
    ],
)
def test_a_default_is_a_value_of_its_type(type_: Json, good: list[Json], bad: list[Json]) -> None:
    def accepted(default: Json, **options: bool) -> bool:
        try:
            parse(json.dumps({**RECORD, "fields": [{"name": "f", "type": type_, "default": default}]}), **options)
        except NotAvro:
            return False
        return True

    assert [accepted(one) for one in good] == [True] * len(good)
    assert [accepted(one) for one in bad] == [False] * len(bad)
    if isinstance(type_, list):
        assert accepted(1, any_branch_default=True)


scraps = st.recursive(
    st.sampled_from(["int", "R", "record", "enum", "", None, 1, True, "type", "a.b"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "name", "fields", "symbols", "items", "default", "size"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@given(scraps)
def test_any_json_is_a_schema_or_refused(written: Json) -> None:
    try:
        parse(json.dumps(written))
    except NotAvro:
        pass
