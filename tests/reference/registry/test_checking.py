"""The seven levels: which direction is asked, against which versions."""

from __future__ import annotations

import json
from typing import Any

import pytest

from nilometer_reference.registry.checking import check
from nilometer_reference.registry.records import StoredSchema
from nilometer_reference.registry.subjects import Subject
from tests.reference.registry.running import record

PLAIN, DEFAULTED, REQUIRED = record("R", "x"), record("R", "x", ("y", "string", "")), record("R", "x", "y")
"""1-2 and 2-3 are compatible backwards, 1-3 is not: that is what transitive levels are for."""


def stored(schema: Any, version: int = 0, type: str = "AVRO") -> StoredSchema:
    return StoredSchema(Subject(".", "s"), version, version, json.dumps(schema), type)


def wrong(level: str, candidate: Any, *history: Any, type: str = "AVRO") -> list[str]:
    former = [stored(one, version, type) for version, one in enumerate(history, start=1)]
    return check(level, stored(candidate, type=type), former, lambda _: {})


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        ("NONE", True), ("BACKWARD", True), ("FORWARD", True), ("FULL", True),
        ("BACKWARD_TRANSITIVE", False), ("FORWARD_TRANSITIVE", True), ("FULL_TRANSITIVE", False),
    ],
)  # fmt: skip
def test_transitive_levels_ask_every_version(level: str, expected: bool) -> None:
    assert (not wrong(level, REQUIRED, PLAIN, DEFAULTED)) is expected


@pytest.mark.parametrize(
    ("level", "expected"), [("NONE", True), ("BACKWARD", False), ("FORWARD", True), ("FULL", False)]
)
def test_each_level_asks_in_its_direction(level: str, expected: bool) -> None:
    assert (not wrong(level, REQUIRED, PLAIN)) is expected


@pytest.mark.parametrize(
    ("level", "expected"), [("NONE", True), ("BACKWARD", False), ("FORWARD", True), ("FULL", False)]
)
def test_protobuf_is_asked_in_each_direction(level: str, expected: bool) -> None:
    old, new = (
        StoredSchema(Subject(".", "s"), 1, 1, f'syntax = "proto3"; {text}', "PROTOBUF")
        for text in ("message M {} message N {}", "message M {}")
    )
    assert (not check(level, new, [old], lambda _: {})) is expected


def test_a_first_version_is_compatible_with_everything() -> None:
    assert not wrong("FULL_TRANSITIVE", PLAIN)


def test_the_version_that_is_in_the_way_is_named() -> None:
    assert wrong("BACKWARD_TRANSITIVE", REQUIRED, PLAIN, DEFAULTED) == [
        "the new schema cannot read the old one: field y of R is not written, and has no default (version 1)"
    ]


def test_another_type_is_compatible_under_none_only() -> None:
    history = [stored({}, 1, "JSON")]
    assert check("BACKWARD", stored(PLAIN), history, lambda _: {})
    assert not check("NONE", stored(PLAIN), history, lambda _: {})


CLOSED: dict[str, Any] = {"type": "object", "properties": {"x": {"type": "string"}}, "additionalProperties": False}
LATER = {**CLOSED, "properties": {**CLOSED["properties"], "y": {"type": "string", "default": ""}}}
LAST = {**LATER, "properties": {**CLOSED["properties"], "y": {"type": "string"}}, "required": ["y"]}


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        ("NONE", True), ("BACKWARD", False), ("FORWARD", True), ("FULL", False),
        ("BACKWARD_TRANSITIVE", False), ("FORWARD_TRANSITIVE", False), ("FULL_TRANSITIVE", False),
    ],
)  # fmt: skip
def test_json_is_asked_in_its_direction_too(level: str, expected: bool) -> None:
    assert (not wrong(level, LAST, CLOSED, LATER, type="JSON")) is expected


def test_references_of_json_are_resolved() -> None:
    new, old = ({"properties": {"a": {"$ref": "other.json"}}, "title": title} for title in ("a", "b"))
    kinds = {0: '{"type": "number"}', 1: '{"type": "integer"}'}

    def ask(level: str) -> list[str]:
        return check(level, stored(new, 0, "JSON"), [stored(old, 1, "JSON")], lambda one: {"other.json": kinds[one.id]})

    assert not ask("BACKWARD")
    assert ask("FORWARD") == ["the old schema cannot read the new one: /type: integer where number was (version 1)"]
