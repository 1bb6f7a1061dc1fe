"""Objects and arrays: content models, in both directions; and that the rows tell wrong rules from right ones."""

from __future__ import annotations

import json
from typing import Any

import pytest

from nilometer_reference.registry import json_containers
from nilometer_reference.registry.errors import RegistryError
from nilometer_reference.registry.json_rules import differences
from nilometer_reference.registry.json_schema import parse_json
from tests.models.schema.json_schema.rows import ARRAYS, OBJECTS, Row

S, N, INT = {"type": "string"}, {"type": "number"}, {"type": "integer"}
OPEN: dict[str, Any] = {"type": "object", "properties": {"a": S}}
CLOSED = {**OPEN, "additionalProperties": False}
PARTIAL = {**OPEN, "additionalProperties": N}


def why(reader: Any, writer: Any) -> list[str]:
    return differences(parse_json(json.dumps(reader)), parse_json(json.dumps(writer)))


def with_b(model: dict[str, Any], schema: Any, **words: Any) -> dict[str, Any]:
    return {**model, "properties": {"a": S, "b": schema}, **words}


@pytest.mark.parametrize(
    ("model", "schema", "required", "added", "removed"),
    [
        (OPEN, S, False, False, True), (OPEN, {}, False, True, True), (OPEN, {"default": 1}, True, True, True),
        (OPEN, {**S, "default": ""}, True, False, True),
        (CLOSED, S, False, True, False), (CLOSED, S, True, False, False),
        (CLOSED, {**S, "default": ""}, True, True, False),
        (CLOSED, False, False, True, True), (CLOSED, {"type": "null", "default": None}, True, True, False),
        (PARTIAL, N, False, True, True), (PARTIAL, S, False, False, False), (PARTIAL, INT, False, False, True),
        (PARTIAL, {}, False, True, False), (PARTIAL, N, True, False, True),
        (PARTIAL, {**N, "default": 0}, True, True, True),
    ],
)  # fmt: skip
def test_a_property_comes_and_goes_by_the_content_model(
    model: dict[str, Any], schema: Any, required: bool, added: bool, removed: bool
) -> None:
    larger = with_b(model, schema, required=["b"] if required else [])
    assert (why(larger, model) == [], why(model, larger) == []) == (added, removed)


def test_a_refusal_says_where_and_by_which_schema() -> None:
    assert why(with_b(OPEN, S), OPEN) == ["/properties/b: is new, and could be anything before"]
    assert why(CLOSED, with_b(CLOSED, S)) == ["/properties/b: is gone, and is forbidden"]
    assert "/properties/b: is gone, and must be what /additionalProperties takes" in why(PARTIAL, with_b(PARTIAL, S))
    assert why({**OPEN, "required": ["a"]}, OPEN) == ["/properties/a: became required, without a default"]


def test_the_first_pattern_that_matches_covers_a_name() -> None:
    model = {"patternProperties": {"^b": INT, "": S, "([": N}}
    larger = {**model, "properties": {"b": INT, "c": S}}
    assert why(larger, model) == why(model, larger) == []
    assert why({**model, "properties": {"b": S}}, model)


def test_a_pattern_that_is_none_matches_nothing() -> None:
    model = {"patternProperties": {"([": N}}
    assert why({**model, "properties": {"b": S}}, model) == []


def test_a_pattern_whose_match_is_not_found_in_time_is_told() -> None:
    model = {"patternProperties": {"^(a|a)+$": S}}
    with pytest.raises(RegistryError, match=r"the pattern \^\(a\|a\)\+\$ matches the name a{60}!") as refused:
        why({**model, "properties": {"a" * 60 + "!": S}}, model)
    assert refused.value.code == 42201


def mistaken(rows: list[Row]) -> set[str]:
    """Rows that are answered otherwise than the design answers them."""
    return {row.name for row in rows if (why(row.new, row.old) == []) is not (row.backward == ())
            or (why(row.old, row.new) == []) is not (row.forward == ())}  # fmt: skip


def test_an_empty_schema_of_the_rest_taken_for_openness_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [*OBJECTS, *ARRAYS]
    assert mistaken(rows) == set()
    monkeypatch.setattr(json_containers, "_rest", lambda *_: iter(()))
    assert "{} is a schema" in mistaken(rows)


def test_a_model_that_is_always_closed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_containers, "_is_open", lambda *_: False)
    assert {"open: added", "open: position added"} <= mistaken([*OBJECTS, *ARRAYS])
