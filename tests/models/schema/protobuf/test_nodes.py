"""The tree knows its fields by number, by name and by oneof."""

from nilometer_models.schema.protobuf import parse
from nilometer_models.schema.protobuf.nodes import Constant, Enumeration, Field, Message, Reserved, Schema
from tests.models.schema.protobuf.changes import fields

A, B = Field(1, "a", "int32"), Field(2, "b", "string", oneof="o")
M = Message("p.M", "M", (A, B), ("o",))


def test_fields_and_members_of_oneofs_share_numbers_and_names() -> None:
    assert M.by_number == {1: A, 2: B}
    assert M.by_name == {"a": A, "b": B}
    assert M.members == {"o": (B,)}


def test_both_ends_of_a_reserved_range_are_reserved() -> None:
    reserved = Reserved(((3, 5), (9, 9)))
    assert [number for number in range(12) if reserved.has(number)] == [3, 4, 5, 9]


def test_an_enum_knows_its_numbers_once() -> None:
    assert Enumeration("E", (Constant("A", 0), Constant("ALIAS", 0))).numbers == {0}


def test_names_are_told_without_the_package_of_the_file() -> None:
    schema = fields("", "", "map<string, E> a = 1;", more="enum E { ZERO = 0; }").reader
    assert schema.local_name("p.M") == "M"
    assert schema.local_name("unknown.X") == "unknown.X"
    assert schema.local_part("p.E") == "E"
    assert schema.local_part("google.protobuf.Empty") == "google.protobuf.Empty"
    assert schema.name_of(schema.messages["p.M"].fields[0]) == "map<string, enum p.E>"
    assert Schema("").local_part("M") == "M"


def test_without_groups_their_fields_and_messages_are_gone_and_their_oneofs_stay() -> None:
    schema = parse(
        "message M { oneof o { group A = 1 { optional group B = 1 {} } } optional int32 b = 2; message N {} }"
    )
    found = schema.without_groups()
    assert [one.name for one in found.messages["M"].fields] == ["b"]
    assert found.messages["M"].oneofs == ("o",)
    assert found.messages["M"].nested == ("M.N",)
    assert found.messages["M.A"].fields == ()
    assert found.without_groups() is found
