"""Large, deep and twisted input: verdicts in few steps, look-ups that do not grow, refusals with their code.

How long verdicts take is measured in benchmarks/schema.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from benchmarks.schema.shapes import deep, wide
from nilometer_reference.registry import answers, registration
from nilometer_reference.registry.checking import check
from nilometer_reference.registry.records import StoredSchema
from nilometer_reference.registry.state import State
from nilometer_reference.registry.subjects import Subject
from tests.reference.registry.running import Client
from tests.work import steps

S = Subject(".", "s")
JSON = {"schemaType": "JSON"}


def verdicts(old: str, new: str, type: str) -> tuple[int, int]:
    """The steps of a good verdict and of a bad one; texts are parsed anew each time."""
    first, second = (StoredSchema(S, n, n, said, type) for n, said in ((1, old), (2, new)))
    said: list[list[str]] = []
    taken = (
        steps(lambda: said.append(check("BACKWARD", second, [first], lambda _: {}))),
        steps(lambda: said.append(check("BACKWARD", first, [second], lambda _: {}))),
    )
    assert said[0] == []
    assert said[1] != []
    return taken


@pytest.mark.parametrize(("shape", "size"), [(wide, 1_000), (deep, 50)])
@pytest.mark.parametrize(("type", "small", "large"), [("AVRO", "int", "long"), ("JSON", "integer", "number")])
def test_a_verdict_on_many_fields_or_levels_takes_few_steps_each_and_no_more_of_them_when_there_are_twice_as_many(
    shape: Callable[[str, str, int], str], size: int, type: str, small: str, large: str
) -> None:
    """Measured: 32,000 to 321,000 steps."""
    once = verdicts(shape(type, small, size), shape(type, large, size), type)
    twice = verdicts(shape(type, small, 2 * size), shape(type, large, 2 * size), type)
    assert max(once) < 400_000
    assert [many / few for few, many in zip(once, twice, strict=True) if many > 2.1 * few] == []


def test_branches_against_branches_take_few_steps_a_pair() -> None:
    """Measured: 7 and 13 a pair; a thousand against a thousand take 0.4 s."""
    old, new = (json.dumps({"oneOf": [{"const": one} for one in range(300 + n)]}) for n in (1, 2))
    assert max(verdicts(old, new, "JSON")) < 20 * 300 * 300


def enum(number: int) -> dict[str, Any]:
    return {"schema": json.dumps({"type": "enum", "name": "E", "symbols": [f"S{number}"], "default": f"S{number}"})}


def test_look_ups_stay_flat_up_to_ten_thousand_versions() -> None:
    state = State()

    def register(number: int) -> StoredSchema:
        writes, made = registration.register(state, S, enum(number), normalize=False)
        for key, value in writes:
            state.apply(key, value)
        return made

    questions: dict[str, Callable[[], object]] = {
        "by content": lambda: registration.look_up(state, S, enum(500), normalize=False, deleted=False),
        "unknown content": lambda: registration.register(state, S, enum(0), normalize=False),
        "latest": lambda: answers.version_of(state, S, answers.LATEST),
        "by version": lambda: answers.version_of(state, S, 500),
        "by id": lambda: answers.by_id(state, 500, S),
        "by guid": lambda: answers.by_guid(state, guid),
        "referrers": lambda: state.referrers(answers.version_of(state, S, 500), deleted=True),
    }
    measured: list[dict[str, int]] = []
    for number in range(1, 10_001):
        made = register(number)
        if number == 500:
            guid = registration.guid_of(made)
        if number in (1_000, 10_000):
            measured.append({name: steps(question) for name, question in questions.items()})
    assert made.version == made.id == 10_000
    few, many = measured
    # What hashes have in common decides some of them: a few more or less.
    assert {name: many[name] for name in questions if many[name] > 1.2 * few[name] + 10} == {}, few


DEEP_OBJECT = '{"a":' * 10_000 + "1" + "}" * 10_000
DEEP_NOT = '{"not":' * 10_000 + "{}" + "}" * 10_000
DEEP_ARRAY = '{"type":"array","items":' * 10_000 + '"int"' + "}" * 10_000
HIDDEN = '{"title":"' + "}" * 10_000 + '","not":' + DEEP_NOT + "}"
HIDDEN_AVRO = '{"type":"array","doc":"' + "}" * 10_000 + '","items":' + DEEP_ARRAY + "}"

BAD_SCHEMAS: dict[str, dict[str, Any]] = {
    "JSON nested deep": {"schema": DEEP_NOT, **JSON},
    "JSON nested deep in a value": {"schema": '{"const":' + DEEP_OBJECT + "}", **JSON},
    "JSON nested deep behind a text": {"schema": HIDDEN, **JSON},
    "JSON nested deeper than parsers go": {"schema": "[" * 200_000, **JSON},
    "Avro nested deep": {"schema": DEEP_ARRAY},
    "Avro nested deep behind a text": {"schema": HIDDEN_AVRO},
    "JSON that leads nowhere": {"schema": '{"$ref": "#/$defs/a"}', **JSON},
    "JSON that is its own reference": {"schema": '{"$ref": "#"}', **JSON},
    "JSON whose references go round": {
        "schema": '{"$ref":"#/$defs/a","$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/a"}}}', **JSON},
    "JSON with a number that is none": {"schema": '{"maximum": NaN}', **JSON},
    "JSON with a number too large to print": {"schema": '{"maximum": ' + "9" * 10_000 + "}", **JSON},
    "JSON of no type": {"schema": '{"type": "text"}', **JSON},
    "JSON that is a list": {"schema": "[]", **JSON},
    "JSON that is cut off": {"schema": '{"type": "stri', **JSON},
    "Avro that is cut off": {"schema": '{"type": "stri'},
    "Avro without a name": {"schema": '{"type": "record", "fields": []}'},
    "Avro of no known type": {"schema": '{"type": ["int", {"type": 7}]}'},
    "Avro whose type is an object without end": {"schema": '{"type": {"type": {"type": {}}}}'},
    "half a character": {"schema": '"\\ud800"'},
    "half a character in JSON": {"schema": '{"title": "\\ud800"}', **JSON},
    "half a character in the text": {"schema": '{"title": "\ud800"}', **JSON},
    "no text": {"schema": 7}, "nothing": {"schema": None}, "empty": {"schema": " "}, "no such type": {"schemaType": 7},
    "references that are no list": {"schema": '"int"', "references": 7},
    "references of nothing": {"schema": '"int"', "references": [None, 7, [], "a"]},
    "a reference without end": {"schema": '"int"', "references": json.loads("[" * 500 + "]" * 500)},
    "a reference to version x": {"schema": '"int"', "references": [{"name": "a", "subject": "b", "version": "x"}]},
    "a reference that is missing": {"schema": '"int"', "references": [{"name": "a", "subject": "no", "version": 1}]},
    "a reference of no version": {"schema": '"int"', "references": [{"name": "a", "subject": "no", "version": 2**40}]},
    "metadata that is none": {"schema": '"int"', "metadata": [1]},
}  # fmt: skip

BAD_PLACES = {
    "an id that is none": {"schema": '"int"', "id": "x"}, "a version that is none": {"schema": '"int"', "version": {}},
}  # fmt: skip
"""Only a registration says these."""


@pytest.mark.parametrize("name", [*BAD_SCHEMAS, *BAD_PLACES])
def test_what_is_no_schema_is_42201_over_http(client: Client, name: str) -> None:
    assert client.error("POST", "/subjects/bad/versions", {**BAD_SCHEMAS, **BAD_PLACES}[name]) == 42201


@pytest.mark.parametrize("name", BAD_SCHEMAS)
def test_a_question_about_it_is_42201_and_a_verbose_one_tells_what_is_wrong(client: Client, name: str) -> None:
    client.register("there", "int")
    path = "/compatibility/subjects/there/versions/latest"
    assert client.error("POST", path, BAD_SCHEMAS[name]) == 42201
    found = client.good("POST", f"{path}?verbose=true", BAD_SCHEMAS[name])
    assert found["is_compatible"] is False
    assert "Traceback" not in found["messages"][0]


@pytest.mark.parametrize("body", [b"{", b"[]", b"7", b"\xff\xfe", b"[" * 100_000, b'{"a":' * 100_000, b"NaN"])
def test_a_body_that_is_no_object_is_a_400(client: Client, body: bytes) -> None:
    assert client.error("POST", "/subjects/bad/versions", body) == 400


@pytest.mark.parametrize("type", ["AVRO", "JSON", "PROTOBUF"])
def test_what_is_too_large_is_42209(client: Client, type: str) -> None:
    def sized(size: int) -> dict[str, Any]:
        if type == "PROTOBUF":
            text = 'syntax = "proto2"; message A { optional string a = 1 [default = \'' + '"' * (size // 2) + "']; }"
            return {"schema": text, "schemaType": type}
        return {"schema": json.dumps({"type": "string", "doc": "x" * size}), "schemaType": type}

    subject = f"large-{type}"
    # More than a schema may have; more than a record may have, when its quotes are escaped; more than a body may have.
    assert client.error("POST", f"/subjects/{subject}/versions", sized(2_000_000)) == 42209
    assert client.error("POST", f"/subjects/{subject}/versions", sized(1_048_500)) == 42209
    assert client.error("POST", f"/subjects/{subject}/versions", sized(20_000_000)) == 42209
    assert client.error("GET", f"/subjects/{subject}/versions") == 40401


def test_a_pattern_that_takes_for_ever_to_match_is_42201_and_the_registry_goes_on(client: Client) -> None:
    former = {"type": "object", "patternProperties": {"^(a|a)+$": {"type": "string"}}}
    later = {**former, "properties": {"a" * 60 + "!": {"type": "string"}}}
    client.good("POST", "/subjects/patterns/versions", {"schema": json.dumps(former), **JSON})
    assert client.error("POST", "/subjects/patterns/versions", {"schema": json.dumps(later), **JSON}) == 42201
    assert client.good("GET", "/subjects/patterns/versions") == [1]


def test_a_thousand_fields_of_protobuf_are_judged_over_http(client: Client) -> None:
    fields = "".join(f"int32 f{number} = {number}; " for number in range(1, 1001))
    body = {"schema": f'syntax = "proto3"; message M {{ {fields}}}', "schemaType": "PROTOBUF"}
    client.good("POST", "/subjects/wide-protobuf/versions", body)
    body["schema"] = body["schema"].replace("int32 f1 ", "string f1 ")
    found = client.good("POST", "/compatibility/subjects/wide-protobuf/versions/latest", body)
    assert found["is_compatible"] is False


def test_a_subject_may_refer_to_itself_through_another_one_and_is_compared(client: Client) -> None:
    """Version 2 of a refers to b, which refers to version 1 of a."""
    closed = {"additionalProperties": False, "type": "object"}

    def put(subject: str, other: str, version: int, kind: str) -> tuple[int, Any]:
        schema = {**closed, "properties": {"x": {"$ref": f"{other}.json"}, "y": {"type": kind}}}
        references = [{"name": f"{other}.json", "subject": other, "version": version}]
        body = {"schema": json.dumps(schema), "references": references, **JSON}
        return client.ask("POST", f"/subjects/{subject}/versions", body)

    client.register("ring-a", {**closed, "properties": {"y": {"type": "integer"}}}, **JSON)
    assert put("ring-b", "ring-a", 1, "integer")[0] == 200
    assert put("ring-a", "ring-b", 1, "string")[0] == 409
    assert put("ring-a", "ring-b", 1, "number")[1]["version"] == 2
    assert put("ring-b", "ring-a", 2, "number")[1]["version"] == 2
    assert put("ring-a", "ring-b", 3, "number")[1]["error_code"] == 42201
    assert put("ring-b", "ring-b", 3, "number")[1]["error_code"] == 42201


def test_references_that_nest_too_deep_are_42201(client: Client) -> None:
    def link(number: int) -> dict[str, Any]:
        name, subject = f"c{number - 1}.json", f"chain{number - 1}"
        references = [{"name": name, "subject": subject, "version": 1}] if number else []
        schema = {"properties": {"x": {"$ref": name}}} if number else {}
        return {"schema": json.dumps(schema), "references": references, **JSON}

    for number in range(registration.REFERENCE_DEPTH_MAX + 1):
        client.good("POST", f"/subjects/chain{number}/versions", link(number))
    last = registration.REFERENCE_DEPTH_MAX + 1
    assert client.error("POST", f"/subjects/chain{last}/versions", link(last)) == 42201


ODD: list[Any] = [
    None,
    True,
    7,
    -1,
    2**70,
    1.5,
    "",
    "x",
    "\ud800",
    [],
    [[]],
    {},
    {"a": None},
    json.loads("[" * 900 + "]" * 900),
]
MEMBERS = [
    "schema",
    "schemaType",
    "references",
    "metadata",
    "id",
    "version",
    "compatibility",
    "normalize",
    "mode",
    "alias",
]
PATHS = [
    "POST /subjects/odd/versions", "POST /subjects/odd", "POST /compatibility/subjects/odd/versions",
    "POST /compatibility/subjects/odd/versions/1?verbose=true", "PUT /config/odd", "PUT /mode/odd",
    "GET /subjects?limit=x", "GET /schemas/ids/x", "GET /schemas/ids/99999999999999999999", "GET /schemas/guids/x",
    "GET /subjects/odd/versions/0", "GET /subjects/odd/versions/x", "GET /subjects/odd/versions/1/schema",
    "GET /subjects/%ED%A0%80/versions", "GET /subjects/%00/versions", "GET /subjects/odd/versions?offset=-5",
    "GET /contexts?limit=1.5", "DELETE /subjects/odd/versions/x", "DELETE /contexts", "GET /schemas/ids/1?subject=%00",
    "GET /subjects/proto/versions/1/schema", "GET /schemas/ids/1?subject=:.c:", "PUT /config/odd?force=maybe",
]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_no_odd_request_is_a_500(client: Client, path: str) -> None:
    client.register("odd", "int")
    proto = {"schema": 'syntax = "proto3"; message A {}', "schemaType": "PROTOBUF"}
    client.good("POST", "/subjects/proto/versions", proto)
    method, _, target = path.partition(" ")
    bodies = (
        [{"schema": '"int"', member: value} for member in MEMBERS for value in ODD]
        if method in ("POST", "PUT")
        else [None]
    )
    for body in bodies:
        status, found = client.ask(method, target, body)
        assert status < 500, (body, found)
        assert status == 200 or found["error_code"] >= 400
    client.good("DELETE", "/subjects/odd")
    client.good("DELETE", "/subjects/odd?permanent=true")
