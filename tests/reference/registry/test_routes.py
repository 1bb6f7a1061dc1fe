"""Every path of the interface, asked over HTTP."""

from __future__ import annotations

import json
import uuid

import pytest

from tests.reference.registry.running import Client, record


@pytest.fixture
def subject() -> str:
    """One of the test's own."""
    return f"t-{uuid.uuid4().hex[:8]}"


def test_a_schema_is_registered_and_found_in_every_way(client: Client, subject: str) -> None:
    made = client.register(subject, record("R", "x"))
    assert (made["version"], made["subject"]) == (1, subject)
    text = {"schema": json.dumps(record("R", "x"))}
    by_id = client.good("GET", f"/schemas/ids/{made['id']}?subject={subject}")
    assert (by_id["schema"], by_id["subject"], by_id["version"]) == (made["schema"], subject, 1)
    assert client.good("POST", f"/subjects/{subject}", text)["id"] == made["id"]
    assert client.good("GET", f"/subjects/{subject}/versions/latest") == made
    assert client.good("GET", f"/subjects/{subject}/versions/1/schema") == json.loads(made["schema"])
    assert client.good("GET", f"/subjects/{subject}/versions") == [1]
    assert subject in client.good("GET", "/subjects")
    assert client.good("GET", f"/schemas/ids/{made['id']}/schema") == json.loads(made["schema"])
    assert subject in client.good("GET", f"/schemas/ids/{made['id']}/subjects")
    assert {"subject": subject, "version": 1} in client.good("GET", f"/schemas/ids/{made['id']}/versions")
    assert client.good("GET", f"/schemas/guids/{made['guid']}")["schema"] == made["schema"]


def test_compatibility_is_asked_without_registering(client: Client, subject: str) -> None:
    wanted = {"schema": json.dumps(record("R", "x", "y"))}
    path = f"/compatibility/subjects/{subject}/versions"
    assert client.good("POST", path, wanted) == {"is_compatible": True}
    assert client.good("POST", f"{path}/latest", wanted) == {"is_compatible": True}
    assert client.error("POST", f"{path}/1", wanted) == 40402
    client.register(subject, record("R", "x"))
    for version in ("", "/latest", "/1"):
        assert client.good("POST", path + version, wanted) == {"is_compatible": False}
    told = client.good("POST", f"{path}?verbose=true", wanted)
    assert "field y of R" in told["messages"][0]
    assert client.error("POST", path, {"schema": "{"}) == 42201
    assert client.good("POST", f"{path}?verbose=true", {"schema": "{"})["is_compatible"] is False


def test_settings_are_put_read_and_deleted(client: Client, subject: str) -> None:
    assert client.good("PUT", f"/config/{subject}", {"compatibility": "NONE"}) == {"compatibility": "NONE"}
    assert client.good("GET", f"/config/{subject}") == {"compatibilityLevel": "NONE"}
    assert client.good("DELETE", f"/config/{subject}") == {"compatibility": "NONE"}
    assert client.error("GET", f"/config/{subject}") == 40408
    assert client.good("GET", f"/config/{subject}?defaultToGlobal=true") == {"compatibilityLevel": "BACKWARD"}
    assert client.good("PUT", f"/mode/{subject}", {"mode": "READONLY"}) == {"mode": "READONLY"}
    assert client.error("POST", f"/subjects/{subject}/versions", {"schema": '"int"'}) == 42205
    assert client.good("DELETE", f"/mode/{subject}") == {"mode": "READONLY"}
    assert client.good("GET", "/mode") == {"mode": "READWRITE"}


def test_references_are_told(client: Client, subject: str) -> None:
    client.register(subject, record("n.Inner", "x"))
    outer = client.register(
        f"{subject}-outer", {"type": "array", "items": "n.Inner"},
        references=[{"name": "n.Inner", "subject": subject, "version": 1}],
    )  # fmt: skip
    assert client.good("GET", f"/subjects/{subject}/versions/1/referencedby") == [outer["id"]]
    assert client.error("DELETE", f"/subjects/{subject}") == 42206


def test_what_is_deleted_is_listed_on_request_only(client: Client, subject: str) -> None:
    client.register(subject, record("R", "x"))
    client.register(subject, record("R", ("x", ["string", "int"])))
    assert client.good("DELETE", f"/subjects/{subject}/versions/1") == 1
    assert client.good("GET", f"/subjects/{subject}/versions") == [2]
    assert client.good("GET", f"/subjects/{subject}/versions?deleted=true") == [1, 2]
    assert client.good("GET", f"/subjects/{subject}/versions?deletedOnly=true") == [1]
    assert client.good("DELETE", f"/subjects/{subject}") == [2]
    assert subject not in client.good("GET", "/subjects")
    assert subject in client.good("GET", "/subjects?deletedOnly=true")
    assert client.good("DELETE", f"/subjects/{subject}?permanent=true") == [1, 2]
    assert subject not in client.good("GET", "/subjects?deleted=true")


def test_a_context_has_ids_of_its_own(client: Client, subject: str) -> None:
    made = client.good("POST", f"/contexts/.{subject}/subjects/s/versions", {"schema": '"int"'})
    assert (made["subject"], made["id"]) == (f":.{subject}:s", 1)
    assert client.good("GET", f"/subjects/:.{subject}:s/versions/1")["id"] == 1
    assert f".{subject}" in client.good("GET", "/contexts")


def test_a_subject_may_hold_a_slash(client: Client, subject: str) -> None:
    client.register(f"{subject}%2Fa", record("R", "x"))
    assert f"{subject}/a" in client.good("GET", "/subjects")


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/", {}),
        ("/schemas/types", ["JSON", "PROTOBUF", "AVRO"]),
        ("/associations/resources/-/t?resourceType=topic", []),
    ],
)
def test_answers_that_are_always_the_same(client: Client, path: str, answer: object) -> None:
    assert client.good("GET", path) == answer


@pytest.mark.parametrize(
    ("method", "path", "body", "code"),
    [
        ("GET", "/nowhere", None, 404),
        ("GET", "/schemas/ids/x", None, 404),
        ("PUT", "/subjects", None, 405),
        ("GET", "/schemas/ids/999999", None, 40403),
        ("GET", "/schemas/guids/nothing", None, 40403),
        ("GET", "/subjects/nobody/versions", None, 40401),
        ("GET", "/subjects/nobody/versions/zero", None, 42202),
        ("POST", "/subjects/s/versions", b"{", 400),
        ("POST", "/subjects/s/versions", b"[]", 400),
        ("POST", "/subjects/s/versions", b"[" * 100_000, 400),
        ("POST", "/subjects/s/versions", {"schema": 3}, 42201),
        ("POST", "/subjects/%01/versions", {"schema": '"int"'}, 42208),
        ("PUT", "/config", {"compatibility": "SOME"}, 42203),
        ("PUT", "/mode", {"mode": "SOME"}, 42204),
        ("GET", "/subjects?limit=some", None, 422),
    ],
)
def test_what_is_wrong_gets_its_code(client: Client, method: str, path: str, body: object, code: int) -> None:
    assert client.error(method, path, body) == code
