"""Texts and descriptors to messages, and back to the form that clients ask for."""

from __future__ import annotations

import base64
import contextlib
from pathlib import Path

import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorProto

from nilometer_reference.registry import protobuf_schema
from nilometer_reference.registry.errors import RegistryError
from nilometer_reference.registry.protobuf_compiler import Compiler, CompilerLost
from nilometer_reference.registry.protobuf_schema import (
    MAP,
    MESSAGE,
    NO_LABEL,
    OPTIONAL,
    REPEATED,
    canonical_protobuf,
    compile_ahead,
    parse_protobuf,
    serialized_protobuf,
)
from tests.reference.registry.protobuf_files import MAIN, compiled, in_base64

TEXT = """syntax = "proto3"; package p; import "x.proto";
message M {
  message In { sint64 s = 1; }
  int32 a = 1; optional bool b = 2; repeated o.X c = 3; map<string, o.X> d = 4;
  oneof q { In e = 5; string f = 6; }
}
"""
KNOWN = {"x.proto": 'syntax = "proto3"; package o; message X {}'}


def test_fields_are_known_by_their_number() -> None:
    file = parse_protobuf(TEXT, KNOWN)
    message = file.top["M"]
    told = {one.number: (one.name, one.kind, one.label, one.type, one.oneof) for one in message.fields.values()}
    assert told == {
        1: ("a", "number", NO_LABEL, "", ""),
        2: ("b", "number", OPTIONAL, "", ""),
        3: ("c", MESSAGE, REPEATED, "o.X", ""),
        4: ("d", MAP, REPEATED, "p.M.DEntry", ""),
        5: ("e", MESSAGE, NO_LABEL, "p.M.In", "q"),
        6: ("f", "text", NO_LABEL, "", "q"),
    }
    key, value = message.fields[4].key, message.fields[4].value
    assert key is not None
    assert value is not None
    assert (key.kind, value.type) == ("text", "o.X")


def test_messages_know_where_they_stand() -> None:
    file = parse_protobuf(TEXT, KNOWN)
    assert list(file.top) == ["M"]
    assert list(file.top["M"].nested) == ["In"]
    inner, imported = file.messages["p.M.In"], file.messages["o.X"]
    assert (inner.local, inner.is_own, imported.local, imported.is_own) == ("M.In", True, "X", False)


def test_groups_are_neither_fields_nor_nested_messages_and_their_oneof_stays() -> None:
    message = parse_protobuf("message M { oneof o { group A = 1 {} } optional int32 b = 2; message N {} }", {}).top["M"]
    assert (list(message.fields), list(message.nested), message.oneofs) == ([2], ["N"], {"o": []})


def test_singular_fields_of_proto2_have_a_label_and_those_of_editions_none() -> None:
    two = parse_protobuf("message M { optional int32 a = 1; oneof o { int32 b = 2; } }", {}).top["M"]
    assert [one.label for one in two.fields.values()] == [OPTIONAL, NO_LABEL]
    edition = parse_protobuf('edition = "2023"; message M { int32 a = 1; repeated int32 b = 2; }', {}).top["M"]
    assert [one.label for one in edition.fields.values()] == [NO_LABEL, REPEATED]


def test_a_text_and_its_descriptor_are_one(tmp_path: Path) -> None:
    file = compiled(tmp_path, {**KNOWN, MAIN: TEXT})[-1]
    assert canonical_protobuf(in_base64(file), KNOWN, normalize=False) == canonical_protobuf(
        TEXT, KNOWN, normalize=False
    )


def test_a_reference_may_be_a_descriptor_too(tmp_path: Path) -> None:
    known = {"x.proto": in_base64(compiled(tmp_path, KNOWN)[-1])}
    assert parse_protobuf(TEXT, known).messages["o.X"].local == "X"


def test_the_serialized_form_is_a_descriptor_without_name_and_without_usual_json_names() -> None:
    text = 'syntax = "proto3"; message M { int32 a_b = 1; int32 c = 2 [json_name = "see"]; }'
    file = FileDescriptorProto.FromString(base64.b64decode(serialized_protobuf(text, {})))
    assert not file.HasField("name")
    assert [(one.name, one.json_name) for one in file.message_type[0].field] == [("a_b", ""), ("c", "see")]


@pytest.mark.parametrize(
    "text",
    [
        "message", "message M { int32 a = 1; int32 b = 1; }", 'syntax = "proto3"; message M { N n = 1; }',
        "\x00", "\ud800",
        'import "missing.proto";', 'import "__main__.proto";', 'import "../x.proto";', "{}", "AAAA",
        'syntax = "proto3"; message M { message MEntry { option map_entry = true; } repeated MEntry m = 1; }',
        "message A{" * 50 + "}" * 50,
    ],
)  # fmt: skip
def test_what_is_no_schema_is_refused_with_its_code(text: str) -> None:
    for _ in range(2):  # what was refused once is remembered
        with pytest.raises(RegistryError) as refused:
            parse_protobuf(text, {})
        assert refused.value.code == 42201


def test_the_words_of_protoc_say_where() -> None:
    with pytest.raises(RegistryError) as refused:
        canonical_protobuf('syntax = "proto3";\nmessage M {\n  N n = 1;\n}', {}, normalize=False)
    assert refused.value.message == 'Invalid schema: PROTOBUF: 3:3: "N" is not defined.'


@pytest.mark.parametrize("name", ["../x.proto", "/x.proto", "", "-I", "@x", "a=b.proto", "__main__.proto", "x" * 300])
def test_a_reference_that_nothing_can_import_is_refused(name: str) -> None:
    with pytest.raises(RegistryError) as refused:
        parse_protobuf("message M {}", {name: "message X {}"})
    assert refused.value.code == 42201


@pytest.mark.parametrize("size", [1, 1 << 17])
def test_what_was_compiled_ahead_is_not_compiled_again(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    text = f'syntax = "proto3"; message Ahead{{}} // {"x" * size}'
    for one in (text, f"no schema {text}"):
        compile_ahead(one, {}, normalize=False)
    monkeypatch.setattr(protobuf_schema, "COMPILER", None)  # whoever asks it now fails
    assert list(parse_protobuf(canonical_protobuf(text, {}, normalize=False), {}).top) == ["Ahead"]
    with pytest.raises(RegistryError):
        canonical_protobuf(f"no schema {text}", {}, normalize=False)


def test_that_there_was_no_answer_is_not_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    text = 'syntax = "proto3"; message Unlucky {}'
    with contextlib.closing(Compiler(("false",))) as lost, monkeypatch.context() as patch:
        patch.setattr(protobuf_schema, "COMPILER", lost)
        with pytest.raises(CompilerLost):
            compile_ahead(text, {}, normalize=False)
    assert list(parse_protobuf(text, {}).top) == ["Unlucky"]
