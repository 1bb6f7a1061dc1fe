"""Avro schemas: names, what is refused, and one text for what means the same."""

from __future__ import annotations

import json

import pytest

from nilometer_reference.registry.avro_schema import canonical_avro, parse_avro
from nilometer_reference.registry.errors import RegistryError

RECORD = {"type": "record", "name": "a.R", "fields": [{"name": "next", "type": ["null", "R"]}]}


def test_names_are_full_and_inherit_the_namespace() -> None:
    node = parse_avro(json.dumps(RECORD))
    assert (node.name, node.short_name) == ("a.R", "R")
    assert node.fields[0].type.branches[1] is node


def test_aliases_are_full_after_the_namespace_of_their_type() -> None:
    node = parse_avro('{"type":"fixed","name":"F","namespace":"n","aliases":["G","o.H"],"size":2}')
    assert node.aliases == ("n.G", "o.H")


def test_types_of_references_are_known() -> None:
    node = parse_avro('{"type":"array","items":"a.R"}', {"a.R": json.dumps(RECORD)})
    assert node.branches[0].name == "a.R"


@pytest.mark.parametrize(
    "text",
    [
        '"unknown"',
        "3",
        '{"name":"x"}',
        '{"type":"record","name":"1","fields":[]}',
        '{"type":"record","name":"R"}',
        '{"type":"record","name":"R","fields":[{"name":"a"}]}',
        '{"type":"record","name":"R","fields":[{"name":"a","type":"int"},{"name":"a","type":"int"}]}',
        '{"type":"enum","name":"E","symbols":["A","A"]}',
        '{"type":"enum","name":"E","symbols":["A"],"default":"B"}',
        '{"type":"fixed","name":"F"}',
        '["int","int"]',
        '["int",["string"]]',
        '[{"type":"fixed","name":"F","size":1},{"type":"fixed","name":"F","size":2}]',
    ],
)
def test_what_is_no_schema_is_refused(text: str) -> None:
    with pytest.raises(RegistryError) as refused:
        parse_avro(text)
    assert refused.value.code == 42201


def test_members_stand_in_one_order_and_simple_types_are_names() -> None:
    given = {
        "fields": [{"type": {"type": "int"}, "doc": "d", "name": "x"}],
        "aliases": ["S"],
        "name": "R",
        "type": "record",
    }
    assert canonical_avro(given, normalize=False, known={}) == (
        '{"type":"record","name":"R","fields":[{"name":"x","type":"int","doc":"d"}],"aliases":["S"]}'
    )


def test_normalising_sorts_what_has_no_order() -> None:
    one = {"type": "fixed", "name": "F", "size": 1, "b": 1, "a": 2, "aliases": ["Z", "Y"]}
    other = {"type": "fixed", "name": "F", "size": 1, "a": 2, "b": 1, "aliases": ["Y", "Z"]}
    texts = {canonical_avro(given, normalize=True, known={}) for given in (one, other)}
    assert len(texts) == 1
