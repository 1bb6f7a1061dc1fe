"""The seven levels over HTTP, for Avro and JSON: registered or refused, and asked without registering."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest

from tests.reference.registry.running import Client, record

CLOSED: dict[str, Any] = {"type": "object", "additionalProperties": False}
S = {"type": "string"}
HISTORIES = {
    "AVRO": [record("R", "x"), record("R", "x", ("y", "string", "")), record("R", "x", "y")],
    "JSON": [
        {**CLOSED, "properties": {"x": S}},
        {**CLOSED, "properties": {"x": S, "y": {**S, "default": ""}}, "required": ["y"]},
        {**CLOSED, "properties": {"x": S, "y": S}, "required": ["y"]},
    ],
}  # fmt: skip
"""In both: a new member with a default, then the default is dropped."""
ALLOWED = {
    "AVRO": {"NONE", "BACKWARD", "FORWARD", "FULL", "FORWARD_TRANSITIVE"},
    # In JSON a default says nothing of data: the closed model forbids the new member to old readers.
    "JSON": {"NONE", "BACKWARD", "FORWARD", "FULL"},
}
LEVELS = ["NONE", *("".join(both) for both in itertools.product(["BACKWARD", "FORWARD", "FULL"], ["", "_TRANSITIVE"]))]
numbers = itertools.count()


def body(type: str, schema: Any) -> dict[str, Any]:
    return {"schema": json.dumps(schema), "schemaType": type}


@pytest.mark.parametrize("type", ["AVRO", "JSON"])
@pytest.mark.parametrize("level", LEVELS)
def test_each_level_asks_its_versions_in_its_direction(client: Client, type: str, level: str) -> None:
    subject = f"levels-{next(numbers)}"
    client.good("PUT", f"/config/{subject}", {"compatibility": "NONE"})
    first, second, third = (body(type, schema) for schema in HISTORIES[type])
    client.good("POST", f"/subjects/{subject}/versions", first)
    client.good("POST", f"/subjects/{subject}/versions", second)
    client.good("PUT", f"/config/{subject}", {"compatibility": level.lower()})
    expected = level in ALLOWED[type]
    asked = client.good("POST", f"/compatibility/subjects/{subject}/versions?verbose=true", third)
    assert (asked["is_compatible"], asked["messages"] == []) == (expected, expected)
    status, made = client.ask("POST", f"/subjects/{subject}/versions", third)
    assert (status, made.get("version"), made.get("error_code")) == ((200, 3, None) if expected else (409, None, 409))


def test_a_question_about_one_version_is_about_that_version_alone(client: Client) -> None:
    subject = f"levels-{next(numbers)}"
    client.good("PUT", f"/config/{subject}", {"compatibility": "BACKWARD"})
    first, second, third = (body("JSON", schema) for schema in HISTORIES["JSON"])
    client.good("POST", f"/subjects/{subject}/versions", first)
    client.good("POST", f"/subjects/{subject}/versions?force=true", second)
    answers = [client.good("POST", f"/compatibility/subjects/{subject}/versions/{version}", third)["is_compatible"]
               for version in (1, 2, "latest")]  # fmt: skip
    assert answers == [False, True, True]


def test_what_a_message_says_of_json_is_where_and_what(client: Client) -> None:
    subject = f"levels-{next(numbers)}"
    client.register(subject, {"type": "string", "maxLength": 5}, schemaType="JSON")
    path = f"/compatibility/subjects/{subject}/versions?verbose=true"
    found = client.good("POST", path, body("JSON", {"type": "string", "maxLength": 3}))
    assert found["messages"] == ["the new schema cannot read the old one: /maxLength: 5 became 3 (version 1)"]


def test_another_type_is_refused_in_both_directions(client: Client) -> None:
    for type, other in (("AVRO", "JSON"), ("JSON", "AVRO")):
        subject = f"levels-{next(numbers)}"
        client.good("POST", f"/subjects/{subject}/versions", body(type, {"type": "string"}))
        assert client.error("POST", f"/subjects/{subject}/versions", body(other, {"type": "string"})) == 409


def test_a_softly_deleted_version_is_not_compared_with(client: Client) -> None:
    subject = f"levels-{next(numbers)}"
    client.good("POST", f"/subjects/{subject}/versions", body("JSON", S))
    client.good("PUT", f"/config/{subject}", {"compatibility": "FULL_TRANSITIVE"})
    assert client.error("POST", f"/subjects/{subject}/versions", body("JSON", {"type": "null"})) == 409
    client.good("DELETE", f"/subjects/{subject}/versions/1")
    assert client.good("POST", f"/subjects/{subject}/versions", body("JSON", {"type": "null"}))["version"] == 2
