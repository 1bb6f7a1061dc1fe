"""Register and look up, on a state without a topic."""

from __future__ import annotations

import json
from typing import Any

import pytest

from nilometer_reference.registry import registration, settings
from nilometer_reference.registry.errors import RegistryError
from nilometer_reference.registry.records import StoredSchema
from nilometer_reference.registry.state import State
from nilometer_reference.registry.subjects import Subject
from tests.reference.registry.running import record

A, B, ELSEWHERE = Subject(".", "a"), Subject(".", "b"), Subject(".c", "a")


def put(state: State, subject: Subject, schema: Any, **members: Any) -> StoredSchema:
    body = {"schema": schema if isinstance(schema, str) else json.dumps(schema), **members}
    writes, made = registration.register(state, subject, body, normalize=False)
    for key, value in writes:
        state.apply(key, value)
    return made


def refused(state: State, subject: Subject, schema: Any, **members: Any) -> int:
    with pytest.raises(RegistryError) as found:
        put(state, subject, schema, **members)
    return found.value.code


def set_mode(state: State, mode: str) -> None:
    for key, value in settings.put_mode(state, None, {"mode": mode}, force=True)[0]:
        state.apply(key, value)


def test_versions_count_in_a_subject_and_ids_in_a_context() -> None:
    state = State()
    made = [put(state, A, '"int"'), put(state, A, '"long"'), put(state, B, '"int"'), put(state, ELSEWHERE, '"long"')]
    assert [(one.version, one.id) for one in made] == [(1, 1), (2, 2), (1, 1), (1, 1)]


def test_the_same_again_is_the_version_that_it_was_and_writes_nothing() -> None:
    state = State()
    put(state, A, '"int"')
    assert registration.register(state, A, {"schema": ' "int" '}, normalize=False)[0] == []


def test_what_is_incompatible_is_refused_unless_it_is_forced() -> None:
    state = State()
    put(state, A, record("R", "x"))
    assert refused(state, A, record("R", "x", "y")) == 409
    body = {"schema": json.dumps(record("R", "x", "y"))}
    assert registration.register(state, A, body, normalize=False, force=True)[1].version == 2


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"schemaType": "XML"}, 42201), ({"version": 7}, 42201), ({"id": 3}, 42205),
        ({"references": [{"name": "x"}]}, 42201),
        ({"references": [{"name": "x", "subject": "nowhere", "version": 1}]}, 42201),
        ({"references": [{"name": "x", "subject": "nowhere", "version": -1}]}, 42201),
    ],
)  # fmt: skip
def test_members_that_cannot_be_are_refused(members: dict[str, Any], code: int) -> None:
    assert refused(State(), A, '"int"', **members) == code


@pytest.mark.parametrize(("schema", "code"), [("", 42201), ("  ", 42201), ("{", 42201), ("x" * (1 << 21), 42209)])
def test_texts_that_are_no_schema_are_refused(schema: str, code: int) -> None:
    assert refused(State(), A, schema) == code


def test_a_reference_is_resolved_and_its_latest_version_is_noted() -> None:
    state = State()
    put(state, A, record("n.Inner", "x"))
    made = put(
        state, B, '{"type":"array","items":"n.Inner"}', references=[{"name": "n.Inner", "subject": "a", "version": -1}]
    )
    assert made.references[0].version == 1
    assert refused(state, B, '{"type":"array","items":"n.Other"}') == 42201


def test_what_protoc_will_be_asked_is_known_before() -> None:
    state = State()
    put(state, A, 'syntax = "proto3"; message X {}', schemaType="PROTOBUF")
    text = 'syntax = "proto3"; import "x.proto"; message M { X x = 1; }'
    body = {
        "schema": text,
        "schemaType": "protobuf",
        "references": [{"name": "x.proto", "subject": "a", "version": -1}],
    }
    known = {"x.proto": 'syntax = "proto3";\n\nmessage X {\n}\n'}
    assert registration.to_compile(state, B, body, normalize=False) == (text, known, False)
    for key, value in settings.put_config(state, B, {"normalize": True})[0]:
        state.apply(key, value)
    assert registration.to_compile(state, B, body, normalize=False) == (text, known, True)


@pytest.mark.parametrize(
    "members",
    [
        {"schemaType": "AVRO"},
        {"schema": 3},
        {"schema": ""},
        {"schema": "x" * (1 << 21)},
        {"references": [{"name": "x"}]},
    ],
)
def test_nothing_is_compiled_before_where_the_body_is_refused_anyway(members: dict[str, Any]) -> None:
    body = {"schema": "message M {}", "schemaType": "PROTOBUF", **members}
    assert registration.to_compile(State(), A, body, normalize=False) is None


def test_in_import_the_client_says_the_id_and_nothing_is_compared() -> None:
    state = State()
    set_mode(state, "IMPORT")
    assert refused(state, A, '"int"') == 42205
    assert (made := put(state, A, '"int"', id=7, version=3)).id == 7
    assert made.version == 3
    assert refused(state, B, '"long"', id=7) == 42205


def test_read_only_takes_nothing() -> None:
    state = State()
    set_mode(state, "READONLY")
    assert refused(state, A, '"int"') == 42205


def test_a_schema_is_found_by_its_content() -> None:
    state = State()
    put(state, A, '"int"')
    assert registration.look_up(state, A, {"schema": "int"}, normalize=False, deleted=False).version == 1
    for subject, schema, code in ((B, "int", 40401), (A, "long", 40403)):
        with pytest.raises(RegistryError) as found:
            registration.look_up(state, subject, {"schema": schema}, normalize=False, deleted=False)
        assert found.value.code == code


@pytest.mark.parametrize(("text", "number"), [("latest", -1), ("-1", -1), ("7", 7)])
def test_version_numbers(text: str, number: int) -> None:
    assert registration.version_number(text) == number


@pytest.mark.parametrize("text", ["0", "-2", "first", str(2**31)])
def test_what_is_no_version_number_is_refused(text: str) -> None:
    with pytest.raises(RegistryError) as found:
        registration.version_number(text)
    assert found.value.code == 42202


def test_equal_content_has_one_guid_everywhere() -> None:
    state = State()
    assert registration.guid_of(put(state, A, '"int"')) == registration.guid_of(put(state, ELSEWHERE, "int"))
