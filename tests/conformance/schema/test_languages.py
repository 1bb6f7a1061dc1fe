"""Languages answer in one form."""

from pathlib import Path

import pytest

from nilometer.schema.languages import LANGUAGES, Unusable, language, language_of


def test_suffixes_name_languages() -> None:
    assert language_of(Path("a/b.avsc")) == "avro"
    assert language_of(Path("b.proto")) == "protobuf"
    assert language_of(Path("b.txt")) is None


@pytest.mark.parametrize("name", LANGUAGES)
def test_each_language_has_dialects_and_refuses_what_it_is_not(name: str) -> None:
    spoken = language(name)
    assert spoken.name == name
    assert spoken.dialects
    with pytest.raises(Unusable):
        spoken.parse("]")


SAME = {
    "avro": '"int"',
    "json": '{"type": "integer"}',
    "protobuf": 'syntax = "proto3"; message M { int32 a = 1; }',
}


@pytest.mark.parametrize("name", SAME)
def test_a_schema_differs_in_nothing_from_itself(name: str) -> None:
    spoken = language(name)
    schema = spoken.parse(SAME[name])
    for dialect in spoken.dialects:
        assert not spoken.differences(dialect, schema, schema)
        assert "every" in spoken.remark(dialect, schema, schema)


BROKEN = {
    "avro": ('"int"', '"long"', "a value that fails: "),
    "json": ('{"type": "string", "maxLength": 3}', '{"type": "string"}', 'a value that fails: "'),
    "protobuf": (
        'syntax = "proto3"; message M { string a = 1; }',
        'syntax = "proto3"; message M { bytes a = 1; int32 b = 2; }',
        "what bytes do: some bytes cannot be parsed (M/1)",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_data_say_what_breaks(name: str) -> None:
    reader, writer, words = BROKEN[name]
    spoken = language(name)
    told = spoken.witness(spoken.dialects[0], spoken.parse(reader), spoken.parse(writer))
    assert told is not None
    assert told.startswith(words)


def test_a_library_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> None:
        raise ModuleNotFoundError("no module", name="grpc_tools")

    monkeypatch.setitem(LANGUAGES, "avro", missing)
    with pytest.raises(Unusable, match=r"avro needs grpc_tools: pip install 'nilometer\[schema\]'"):
        language("avro")


def test_what_reaches_the_reader_is_remarked() -> None:
    spoken = language("avro")
    assert "rounded" in spoken.remark("avro-java", spoken.parse('"float"'), spoken.parse('"int"'))
    assert "not every value" in spoken.remark("avro-java", spoken.parse('"string"'), spoken.parse('"bytes"'))
