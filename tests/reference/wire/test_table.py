"""Our table says what Kafka's own definitions say, field by field; its reader knows every word of ours."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from nilometer_reference.wire import table
from nilometer_reference.wire.table import NEVER, Field, Message, Versions, parse, parse_versions
from tests.jvm import kafka_jars
from tests.reference.wire.kafka_definitions import read_jar
from tests.reference.wire.sample_messages import all_messages

NOT_OURS = ("Share", "Streams", "LegacyOffsetCommit", "ConsumerGroupPartitionMetadata")
"""Records of the coordinators' topics that the reference broker neither writes nor reads."""


@cache
def kafka_messages() -> dict[str, Message]:
    """Every definition in Kafka's jars by name."""
    jars = [jar for jar in kafka_jars() if jar.name.startswith(("kafka-clients-", "kafka-group-coordinator-4"))]
    jars += [jar for jar in kafka_jars() if jar.name.startswith("kafka-transaction-coordinator")]
    return {name: message for jar in jars for name, message in read_jar(jar).items()}


@pytest.mark.java
@pytest.mark.parametrize("name", [message.name for message in all_messages()])
def test_a_message_is_what_kafka_defines(name: str) -> None:
    ours, kafkas = table.message(name), kafka_messages()[name]
    assert replace(ours, fields=(), structs={}) == replace(kafkas, fields=(), structs={})
    assert_same_fields(ours.fields, kafkas.fields)
    assert sorted(ours.structs) == sorted(kafkas.structs)
    for struct in ours.structs:
        assert_same_fields(ours.structs[struct].fields, kafkas.structs[struct].fields)


def assert_same_fields(ours: tuple[Field, ...], kafkas: tuple[Field, ...]) -> None:
    assert [field.name for field in ours] == [field.name for field in kafkas]
    for our, their in zip(ours, kafkas, strict=True):
        assert our == their


@pytest.mark.java
def test_every_request_and_response_of_kafka_is_in_the_table() -> None:
    ours = {message.name for message in all_messages()}
    missing = {m.name for m in kafka_messages().values() if m.name not in ours}
    assert {name for name in missing if kafka_messages()[name].kind != "data"} == set()
    assert [name for name in missing if not name.startswith(NOT_OURS)] == []


@pytest.mark.java
def test_the_comparison_sees_one_changed_field() -> None:
    fields = table.message("FetchRequest").fields
    changed = (*fields[:-1], replace(fields[-1], default="rack"))
    with pytest.raises(AssertionError):
        assert_same_fields(changed, kafka_messages()["FetchRequest"].fields)


def test_api_keys_pair_one_request_with_one_response() -> None:
    requests = {m.api_key: m for m in all_messages() if m.kind == "request"}
    responses = {m.api_key: m for m in all_messages() if m.kind == "response"}
    assert sorted(requests) == sorted(responses)  # type: ignore[type-var]  # no None among requests
    assert len(requests) == 89
    for key, request in requests.items():
        response = responses[key]
        assert (request.versions, request.name.removesuffix("Request")) == (
            response.versions,
            response.name.removesuffix("Response"),
        )


@pytest.mark.parametrize(
    ("text", "versions", "printed"),
    [
        ("3", Versions(3, 3), "3"),
        ("3+", Versions(3), "3+"),
        ("3-7", Versions(3, 7), "3-7"),
        ("none", NEVER, "none"),
    ],
)
def test_versions_are_read_and_printed(text: str, versions: Versions, printed: str) -> None:
    assert parse_versions(text) == versions
    assert str(versions) == printed
    assert (3 in versions) == (text != "none")
    assert 2 not in versions


def test_a_file_is_read_line_by_line() -> None:
    request, response = parse(
        """
        api 7 Example  # a comment
        request 0-2 flexible 2+
          name string 1+ null 1+ default null ignorable
          parts []Part
            index int32 default -1
            inner Inner 2+ tag 3 tagged 2+
              x int8
          old string flexible none
        response 0-2 flexible none unstable
          struct Shared
            y bool default true
          one []Shared
          two []Shared 1+
        """.replace("\n        ", "\n")
    )
    assert (request.name, request.api_key, request.kind) == ("ExampleRequest", 7, "request")
    assert request.fields == (
        Field("name", "string", Versions(1), Versions(1), default="null", ignorable=True),
        Field("parts", "[]Part"),
        Field("old", "string", flexible=NEVER),
    )
    assert request.structs["Part"].fields[1] == Field("inner", "Inner", Versions(2), tag=3, tagged=Versions(2))
    assert list(request.structs) == ["Inner", "Part"], "inner structs come first"
    assert response.unstable
    assert response.structs["Shared"].fields == (Field("y", "bool", default="true"),)


def test_an_unknown_word_is_refused_with_its_line() -> None:
    with pytest.raises(ValueError, match="line 3: unknown word 'sometimes' after field 'x'"):
        parse("api 1 A\nrequest 0 flexible none\n  x int8 sometimes")


def test_an_unknown_message_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        table.message("NoSuchRequest")
