"""Canonical text and GUIDs."""

from __future__ import annotations

import uuid

import pytest

from nilometer_reference.registry.content import canonical_text, guid
from nilometer_reference.registry.errors import RegistryError
from nilometer_reference.registry.records import Reference


def canonical(type: str, text: str, *, normalize: bool = False) -> str:
    return canonical_text(type, text, normalize=normalize, resolved={})


def test_json_is_compact_and_keeps_its_order_unless_it_is_normalised() -> None:
    assert canonical("JSON", '{ "b": 1,\n "a": "é" }') == '{"b":1,"a":"é"}'
    assert canonical("JSON", '{ "b": 1,\n "a": 2 }', normalize=True) == '{"a":2,"b":1}'


def test_a_primitive_of_avro_may_stand_alone() -> None:
    assert canonical("AVRO", "string") == canonical("AVRO", '"string"') == canonical("AVRO", '{"type":"string"}')


def test_protobuf_is_printed_and_sorted_where_it_is_normalised() -> None:
    text = 'syntax="proto3"; message M { int32 b = 2; int32 a = 1; } // said'
    printed = 'syntax = "proto3";\n\nmessage M {\n  int32 b = 2;\n  int32 a = 1;\n}\n'
    assert canonical("PROTOBUF", text) == printed
    assert canonical("PROTOBUF", text, normalize=True) == printed.replace(
        "  int32 b = 2;\n  int32 a = 1;\n", "  int32 a = 1;\n  int32 b = 2;\n"
    )


DEEP = '{"a":' * 5_000 + "1" + "}" * 5_000


@pytest.mark.parametrize(
    ("type", "text"),
    [("AVRO", "{"), ("PROTOBUF", "{"), ("JSON", "{"), ("JSON", "3"), ("AVRO", "[" * 100_000), ("JSON", DEEP)],
)
def test_what_is_no_schema_is_refused_with_its_code(type: str, text: str) -> None:
    with pytest.raises(RegistryError) as refused:
        canonical(type, text)
    assert refused.value.code == 42201


def test_a_guid_is_that_of_text_references_and_metadata() -> None:
    plain = guid('"string"', (), None)
    assert str(uuid.UUID(plain)) == plain
    others = {
        guid('"bytes"', (), None), guid('"string"', (Reference("n", "s", 1),), None),
        guid('"string"', (), {}), guid('"string"', (), {"properties": {"a": "b"}}),
        guid('"string"', (), {"tags": {"c": ["b"]}}), guid('"string"', (), {"sensitive": ["a"]}),
    }  # fmt: skip
    assert len(others | {plain}) == 7
