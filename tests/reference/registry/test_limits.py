"""Large, deep and twisted input: verdicts in time, look-ups that do not grow, refusals with their code.

Bounds are generous; what was measured on a small machine with two cores stands beside them.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from nilometer_reference.registry import answers, registration
from nilometer_reference.registry.checking import check
from nilometer_reference.registry.records import StoredSchema
from nilometer_reference.registry.state import State
from nilometer_reference.registry.subjects import Subject
from tests.reference.registry.running import Client, record

S = Subject(".", "s")
VERDICT_S = 0.050
JSON = {"schemaType": "JSON"}


def best_of(action: Callable[[], object], times: int = 5) -> float:
    """The shortest time in seconds that this thread worked: not what others did meanwhile."""
    taken = []
    for _ in range(times):
        start = time.thread_time()
        action()
        taken.append(time.thread_time() - start)
    return min(taken)


def wide(type: str, leaf: str) -> Any:
    names = [f"field{n}" for n in range(1_000)]
    if type == "AVRO":
        return record("R", *((name, leaf) for name in names))
    return {"type": "object", "properties": {name: {"type": leaf} for name in names}, "additionalProperties": False}


def deep(type: str, leaf: str) -> Any:
    """Fifty levels that also lead back to the first one."""
    inner: Any = leaf if type == "AVRO" else {"type": leaf}
    for n in reversed(range(50)):
        if type == "AVRO":
            inner = record(f"R{n}", ("next", ["null", inner], None), ("first", ["null", "R0"], None))
        else:
            below = {"anyOf": [{"type": "null"}, inner]}
            inner = {"type": "object", "properties": {"next": below, "first": {"$ref": "#"}}}
    return inner


@pytest.mark.parametrize("shape", [wide, deep])
@pytest.mark.parametrize(("type", "small", "large"), [("AVRO", "int", "long"), ("JSON", "integer", "number")])
def test_a_verdict_takes_less_than_fifty_milliseconds(
    shape: Callable[[str, str], Any], type: str, small: str, large: str
) -> None:
    """Good and bad, texts parsed anew each time; measured: 3 to 26 ms."""
    old, new = (StoredSchema(S, n, n, json.dumps(shape(type, leaf)), type) for n, leaf in ((1, small), (2, large)))
    assert check("BACKWARD", new, [old], lambda _: {}) == []
    assert check("BACKWARD", old, [new], lambda _: {}) != []
    taken = {
        "good": best_of(lambda: check("BACKWARD", new, [old], lambda _: {})),
        "bad": best_of(lambda: check("BACKWARD", old, [new], lambda _: {})),
    }
    assert max(taken.values()) < VERDICT_S, taken


def test_a_thousand_branches_against_a_thousand_take_less_than_three_seconds() -> None:
    """A million pairs; measured: 0.4 s."""
    old, new = (
        StoredSchema(S, n, n, json.dumps({"oneOf": [{"const": one} for one in range(1_000 + n)]}), "JSON")
        for n in (1, 2)
    )
    assert check("BACKWARD", new, [old], lambda _: {}) == []
    assert best_of(lambda: check("FORWARD", new, [old], lambda _: {}), 1) < 3


def enum(number: int) -> dict[str, Any]:
    return {"schema": json.dumps({"type": "enum", "name": "E", "symbols": [f"S{number}"], "default": f"S{number}"})}


def test_look_ups_stay_flat_up_to_ten_thousand_versions() -> None:
    """Measured for each: as long at 10,000 versions as at 1,000."""
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
    measured: list[dict[str, float]] = []
    for number in range(1, 10_001):
        made = register(number)
        if number == 500:
            guid = registration.guid_of(made)
        if number in (1_000, 10_000):
            measured.append({name: best_of(question, 20) for name, question in questions.items()})
    assert made.version == made.id == 10_000
    few, many = measured
    grown = {name: many[name] / few[name] for name in questions if many[name] > 3 * few[name] + 20e-6}
    assert grown == {}, (few, many)


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


def test_a_verdict_on_a_thousand_fields_of_protobuf_comes_at_once_with_all_that_protoc_takes(client: Client) -> None:
    """Measured: 26 ms. The limit is a question's, over HTTP, on a busy machine."""
    fields = "".join(f"int32 f{number} = {number}; " for number in range(1, 1001))
    body = {"schema": f'syntax = "proto3"; message M {{ {fields}}}', "schemaType": "PROTOBUF"}
    client.good("POST", "/subjects/wide-protobuf/versions", body)
    body["schema"] = body["schema"].replace("int32 f1 ", "string f1 ")
    started = time.monotonic()
    found = client.good("POST", "/compatibility/subjects/wide-protobuf/versions/latest", body)
    assert found["is_compatible"] is False
    assert time.monotonic() - started < 2


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
