"""What is a .proto file, and what is refused with which words."""

import base64
import os

import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorProto
from hypothesis import given, settings
from hypothesis import strategies as st

from nilometer_models.schema.protobuf import NotProtobuf, Schema, parse
from nilometer_models.schema.protobuf.nodes import Call, Field, Label, Reserved
from nilometer_models.schema.protobuf.parse import build, compile_files
from tests.models.schema.protobuf.changes import proto2, proto3

OTHER = ("r/x.proto", proto3("message X { int32 a = 1; }"))
USER = 'syntax = "proto3"; package p; import "r/x.proto"; message M { X x = 1; }'


def fields(schema: Schema) -> dict[str, Field]:
    return {one.name: one for one in schema.messages["p.M"].fields}


def test_fields_have_their_kind_label_oneof_and_type() -> None:
    body = """message M { optional int32 a = 1; repeated sint64 b = 2; map<string, M> c = 3; oneof o { bytes d = 4; }
              E e = 5; M f = 6; enum E { ZERO = 0; } reserved 7 to 9, 11; reserved "old"; message Inner {} }"""
    schema = parse(proto3(body))
    found = fields(schema)
    assert {name: (one.kind, one.label.value, one.type) for name, one in found.items()} == {
        "a": ("int32", "optional", ""), "b": ("sint64", "repeated", ""), "c": ("map", "repeated", "p.M.CEntry"),
        "d": ("bytes", "", ""), "e": ("enum", "", "p.M.E"), "f": ("message", "", "p.M"),
    }  # fmt: skip
    message = schema.messages["p.M"]
    assert message.members == {"o": (found["d"],)}
    assert message.nested == ("p.M.Inner",)
    assert message.reserved == Reserved(((7, 9), (11, 11)), frozenset({"old"}))
    assert schema.messages["p.M.Inner"].local == "M.Inner"
    assert schema.own_enums == ("p.M.E",)


def test_a_synthetic_oneof_of_proto3_optional_is_no_oneof() -> None:
    schema = parse(proto3("message M { optional int32 a = 1; oneof o { int32 b = 2; } }"))
    assert schema.messages["p.M"].oneofs == ("o",)


def test_proto2_has_labels_closed_enums_and_packs_nothing_by_itself() -> None:
    body = "enum E { Z = 0; } message M { required string a = 1; repeated E b = 2; repeated E c = 3 [packed = true]; }"
    schema = parse(proto2(body))
    found = fields(schema)
    assert found["a"].label is Label.REQUIRED
    assert not found["a"].utf8
    assert [found[name].packed for name in "bc"] == [False, True]
    assert schema.enums["p.E"].closed
    three = fields(
        parse(proto3("message M { repeated int32 a = 1; repeated int32 b = 2 [packed = false]; string c = 3; }"))
    )
    assert [three[name].packed for name in "ab"] == [True, False]
    assert three["c"].utf8


def test_calls_tell_their_streams() -> None:
    schema = parse(proto3("message M {} service S { rpc C(stream M) returns (M); }"))
    assert schema.calls == (Call("S", "C", "stream p.M", "p.M"),)


def test_references_and_well_known_imports_are_found_and_are_not_the_files_own() -> None:
    schema = parse(USER, [OTHER])
    assert schema.top == ("p.M",)
    assert schema.text == USER
    assert "p.X" in schema.messages
    assert schema.local == {"p.M"}
    stamp = parse(
        'syntax = "proto3"; import "google/protobuf/timestamp.proto"; message M { google.protobuf.Timestamp t = 1; }'
    )
    assert "google.protobuf.Timestamp" in stamp.messages


def test_a_reference_may_import_an_earlier_one() -> None:
    last = ("z.proto", 'syntax = "proto3"; package p; import "r/x.proto"; message Z { X x = 1; }')
    text = 'syntax = "proto3"; package p; import "z.proto"; message M { Z z = 1; }'
    assert parse(text, [OTHER, last]).local == {"p.M"}


def test_a_descriptor_in_base64_is_the_same_file() -> None:
    for text, references in ((USER, [OTHER]), (proto3("message M { optional int32 a = 1; }"), [])):
        sent = base64.b64encode(compile_files(text, references)[-1].SerializeToString()).decode()
        assert parse(sent, references).messages == parse(text, references).messages
    described = (OTHER[0], base64.b64encode(compile_files(OTHER[1])[-1].SerializeToString()).decode())
    assert parse(USER, [described]).messages == parse(USER, [OTHER]).messages


def test_a_descriptor_may_name_a_type_without_saying_what_it_is() -> None:
    file = FileDescriptorProto(name="any.proto", syntax="proto3", package="p")
    message = file.message_type.add(name="M")
    message.field.add(name="a", number=1, type_name="M")
    message.field.add(name="b", number=2, type_name="E")
    file.enum_type.add(name="E").value.add(name="ZERO", number=0)
    found = fields(parse(base64.b64encode(file.SerializeToString()).decode()))
    assert [(one.kind, one.type) for one in found.values()] == [("message", "p.M"), ("enum", "p.E")]


def test_a_descriptor_that_lacks_what_it_imports_is_refused() -> None:
    sent = base64.b64encode(compile_files(USER, [OTHER])[-1].SerializeToString()).decode()
    with pytest.raises(NotProtobuf, match=r"r/x\.proto"):
        parse(sent)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("nonsense", "Expected top-level statement"),
        ('syntax = "proto3"; message M { N n = 1; }', '"N" is not defined'),
        ('syntax = "proto3"; import "no.proto";', "no.proto"),
        ('syntax = "proto3"; message M { int32 a = 1; int32 b = 1; }', "already been used"),
        ('syntax = "proto3"; message M { required int32 a = 1; }', "Required"),
        ('syntax = "proto3"; message M { reserved 1; int32 a = 1; }', "reserved"),
        ('syntax = "proto3"; message M { int32 a = 0; }', "positive"),
        ('syntax = "proto3"; enum E { A = 1; }', "first"),
        ("\x00", "Invalid control characters"),
        ("message M {" * 200 + "}" * 200, "."),
    ],
)
def test_what_is_refused_and_with_which_words(text: str, words: str) -> None:
    with pytest.raises(NotProtobuf, match=words) as refused:
        parse(text)
    assert "/tmp" not in str(refused.value)
    assert "__main__" not in str(refused.value)


@pytest.mark.parametrize(
    "name", ["", "../x.proto", "/x.proto", "a/../../x.proto", "__main__.proto", "--cpp_out=.", "@x", "\0", "x" * 999]
)
def test_a_reference_has_a_name_below_the_files(name: str) -> None:
    with pytest.raises(NotProtobuf, match="no name to import"):
        parse(proto3("message M {}"), [(name, OTHER[1])])


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=40) | st.binary(max_size=30).map(lambda some: base64.b64encode(some).decode()))
def test_any_text_is_a_file_or_refused(text: str) -> None:
    try:
        assert parse(text).top is not None
    except NotProtobuf as refused:
        assert str(refused)


def test_protoc_says_nothing_on_the_programs_own_standard_error(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(NotProtobuf):
        parse("some nonsense of its own")
    os.write(2, b"after")
    assert capfd.readouterr().err == "after"


def test_a_tree_is_built_from_descriptors_alone() -> None:
    files = compile_files(USER, [OTHER])
    assert build(files[-1], files[:-1]).messages == parse(USER, [OTHER]).messages
