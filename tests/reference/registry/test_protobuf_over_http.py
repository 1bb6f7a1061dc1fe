"""Protobuf as HTTP clients see it: levels, references, forms, and what hostile texts get."""

from __future__ import annotations

import base64
import contextlib
import uuid
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorProto

from nilometer_reference.registry import protobuf_schema
from nilometer_reference.registry.protobuf_compiler import Compiler
from tests.reference.registry.protobuf_files import MAIN, compiled, in_base64
from tests.reference.registry.running import Client

HEAD = 'syntax = "proto3"; package p; '


@pytest.fixture
def subject() -> str:
    return f"t-{uuid.uuid4().hex[:8]}"


def protobuf(text: str, **members: Any) -> dict[str, Any]:
    return {"schemaType": "PROTOBUF", "schema": text, **members}


def register(client: Client, subject: str, text: str, **members: Any) -> Any:
    return client.good("POST", f"/subjects/{subject}/versions", protobuf(text, **members))


def message(body: str) -> str:
    return HEAD + f"message M {{ {body} }} message X {{}}"


FIRST, SECOND, THIRD = message("int32 a = 1;"), message(""), message("string a = 1;")
"""Each follows the one before it, both ways; the third does not follow the first."""
GROWN = FIRST + " message Y {}"
"""It reads what FIRST writes; FIRST has no message Y."""


@pytest.mark.parametrize(
    ("level", "after_two", "grown", "shrunk"),
    [
        ("NONE", True, True, True),
        ("BACKWARD", True, True, False),
        ("BACKWARD_TRANSITIVE", False, True, False),
        ("FORWARD", True, False, True),
        ("FORWARD_TRANSITIVE", False, False, True),
        ("FULL", True, False, False),
        ("FULL_TRANSITIVE", False, False, False),
    ],
)
def test_each_level_asks_in_its_direction_and_the_versions_that_it_names(
    client: Client, subject: str, level: str, after_two: bool, grown: bool, shrunk: bool
) -> None:
    def is_taken(*history: str) -> bool:
        name = f"{subject}-{uuid.uuid4().hex[:4]}"
        client.good("PUT", f"/config/{name}", {"compatibility": level})
        *before, candidate = history
        for text in before:
            register(client, name, text)
        asked = client.good("POST", f"/compatibility/subjects/{name}/versions", protobuf(candidate))
        status, found = client.ask("POST", f"/subjects/{name}/versions", protobuf(candidate))
        assert (status == 200) == asked["is_compatible"]
        assert status == 200 or (status, found["error_code"]) == (409, 409)
        return status == 200

    assert is_taken(FIRST, SECOND, THIRD) == after_two
    assert is_taken(FIRST, GROWN) == grown
    assert is_taken(GROWN, FIRST) == shrunk


def test_a_refusal_says_where_and_against_which_version(client: Client, subject: str) -> None:
    register(client, subject, FIRST)
    told = client.good("POST", f"/compatibility/subjects/{subject}/versions?verbose=true", protobuf(THIRD))
    (words,) = told["messages"]
    assert words.startswith("the new schema cannot read the old one: field 1 (a) of M is of the class text, and was")
    assert words.endswith("(version 1)")


def test_a_text_is_served_as_text_or_as_a_descriptor(client: Client, subject: str) -> None:
    made = register(client, subject, FIRST)
    assert "schema" not in made
    text = HEAD.replace("; package", ";\npackage").strip() + "\n\nmessage M {\n  int32 a = 1;\n}\n\nmessage X {\n}\n"
    paths = [f"/schemas/ids/{made['id']}", f"/subjects/{subject}/versions/1", f"/schemas/guids/{made['guid']}"]
    for path in paths:
        assert client.good("GET", path)["schema"] == text
        assert client.good("GET", f"{path}?format=ignored")["schema"] == text
        served = client.good("GET", f"{path}?format=serialized")["schema"]
        assert [one.name for one in FileDescriptorProto.FromString(base64.b64decode(served)).message_type] == ["M", "X"]
        assert client.good("POST", f"/subjects/{subject}", protobuf(served))["version"] == 1
    assert client.good("GET", f"/schemas/ids/{made['id']}/schema") == text
    assert client.good("GET", f"/subjects/{subject}/versions/1/schema") == text
    found = client.good("POST", f"/subjects/{subject}?format=serialized", protobuf(FIRST))
    assert found["schema"] == served


def test_a_descriptor_is_the_text_that_it_came_from(client: Client, subject: str, tmp_path: Path) -> None:
    made = register(client, subject, FIRST)
    again = register(client, subject, in_base64(compiled(tmp_path, {MAIN: FIRST})[-1]))
    assert (again["id"], again["version"]) == (made["id"], 1)


def test_normalising_makes_orders_one(client: Client, subject: str) -> None:
    one, other = message("int32 a = 1; string b = 2;"), message("string b = 2; int32 a = 1;")
    assert register(client, subject, one)["id"] != register(client, subject, other)["id"]
    path = f"/subjects/{subject}-n/versions?normalize=true"
    assert client.good("POST", path, protobuf(one))["id"] == client.good("POST", path, protobuf(other))["id"]
    client.good("PUT", f"/config/{subject}-c", {"normalize": True})
    assert register(client, f"{subject}-c", one)["version"] == register(client, f"{subject}-c", other)["version"]


def test_references_are_imports_and_all_of_them_are_needed(client: Client, subject: str) -> None:
    base, middle = f"{subject}-base", f"{subject}-middle"
    register(client, base, 'syntax = "proto3"; package b; message B { int32 a = 1; }')
    first = {"name": "b.proto", "subject": base, "version": 1}
    register(
        client, middle, 'syntax = "proto3"; package m; import "b.proto"; message C { b.B b = 1; }', references=[first]
    )
    text = HEAD + 'import "m.proto"; import "b.proto"; message M { m.C c = 1; b.B b = 2; }'
    second = {"name": "m.proto", "subject": middle, "version": -1}
    made = register(client, subject, text, references=[second])
    assert made["references"] == [{**second, "version": 1}]
    assert client.good("GET", f"/subjects/{middle}/versions/1/referencedby") == [made["id"]]
    assert client.error("POST", f"/subjects/{subject}/versions", protobuf(text)) == 42201
    assert client.error("POST", f"/subjects/{subject}/versions", protobuf(text, references=[{**first}])) == 42201
    nowhere = {"name": "m.proto", "subject": "nowhere", "version": 1}
    assert client.error("POST", f"/subjects/{subject}/versions", protobuf(text, references=[nowhere])) == 42201
    served = client.good("GET", f"/subjects/{subject}/versions/1?format=serialized")["schema"]
    assert list(FileDescriptorProto.FromString(base64.b64decode(served)).dependency) == ["m.proto", "b.proto"]


def test_an_import_that_changed_is_compared_where_it_is_used(client: Client, subject: str) -> None:
    shared = f"{subject}-shared"
    client.good("PUT", f"/config/{shared}", {"compatibility": "NONE"})
    for kind in ("int32", "int64", "string"):
        register(client, shared, f'syntax = "proto3"; package b; message B {{ {kind} a = 1; }}')
    text = HEAD + 'import "b.proto"; message M { b.B b = 1; }'
    references = [[{"name": "b.proto", "subject": shared, "version": version}] for version in (1, 2, 3)]
    register(client, subject, text, references=references[0])
    assert register(client, subject, text, references=references[1])["version"] == 2
    assert client.error("POST", f"/subjects/{subject}/versions", protobuf(text, references=references[2])) == 409


def nested(count: int) -> str:
    return HEAD + "".join(f"message M{n} {{ " for n in range(count)) + "}" * count


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("message M {", 42201), ("}", 42201), ("{" * 500_000, 42201), ('"' * 500_000, 42201), ("/*" * 1_000, 42201),
        ("\x00" * 1_000, 42201), ("a" * 1_000_000, 42201), ("\ud800", 42201), ("\ud800" * 100_000, 42201),
        (nested(50), 42201), (nested(20_000), 42201), (nested(20_000)[:-7], 42201),
        (HEAD + 'import "__main__.proto";', 42201), (HEAD + 'import "/etc/passwd";', 42201),
        (HEAD + 'import "../../etc/passwd";', 42201), (HEAD + 'import "-I/";', 42201),
        (HEAD + 'import "given";', 42201), (HEAD + 'import "source";', 42201),
        (HEAD + "message M { option (a.b) = " + "{ a: " * 50_000, 42201),
        (base64.b64encode(b"\x0a" * 1_000).decode(), 42201), (base64.b64encode(bytes(range(256))).decode(), 42201),
        (base64.b64encode(b"\x22\x06\x0a\x04A {}").decode(), 42201),
        ("a" * (1 << 21), 42209),
    ],
    ids=range(23),
)  # fmt: skip
def test_a_hostile_text_gets_its_code(client: Client, subject: str, text: str, code: int) -> None:
    body = protobuf(text)
    assert client.error("POST", f"/subjects/{subject}/versions", body) == code
    assert client.error("POST", f"/compatibility/subjects/{subject}/versions", body) == code
    verbose = client.ask("POST", f"/compatibility/subjects/{subject}/versions?verbose=true", body)
    assert verbose[1].get("is_compatible") is False or verbose[1]["error_code"] == code
    assert client.error("POST", f"/subjects/{subject}", body) == 40401
    assert register(client, subject, FIRST)["version"] == 1


def test_a_file_that_refers_to_itself_is_refused(client: Client, subject: str) -> None:
    text = HEAD + 'import "self.proto"; message M {}'
    for version in (1, -1):
        itself = {"name": "self.proto", "subject": subject, "version": version}
        assert client.error("POST", f"/subjects/{subject}/versions", protobuf(text, references=[itself])) == 42201
    register(client, subject, message(""))
    itself = {"name": "self.proto", "subject": subject, "version": 1}
    # The version before may be imported: another file, whose messages are then defined twice.
    assert client.error("POST", f"/subjects/{subject}/versions", protobuf(text, references=[itself])) == 42201


@pytest.mark.parametrize("name", ["../x.proto", "/etc/passwd", "@words", "-I.", "a=b", "", "x" * 1000, "\ud800"])
def test_a_reference_of_a_hostile_name_is_refused(client: Client, subject: str, name: str) -> None:
    register(client, subject, FIRST)
    reference = {"name": name, "subject": subject, "version": 1}
    for one in (reference, {**reference, "name": "x.proto", "subject": "\ud800"}):
        body = protobuf(HEAD + "message Other {}", references=[one])
        assert client.error("POST", f"/subjects/{subject}-user/versions", body) == 42201


def test_a_text_that_kills_its_compiler_costs_one_answer(
    client: Client, subject: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    abort = ("/bin/sh", "-c", "read line; kill -ABRT $$")
    with contextlib.closing(Compiler(abort)) as broken, monkeypatch.context() as patch:
        patch.setattr(protobuf_schema, "COMPILER", broken)
        text = HEAD + f"message Killer{uuid.uuid4().hex} {{}}"
        assert client.error("POST", f"/subjects/{subject}/versions", protobuf(text)) == 42201
    assert register(client, subject, FIRST)["version"] == 1
