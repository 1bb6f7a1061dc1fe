"""What the runtime makes of a value: each member of an outcome can be true and false."""

from random import Random

from nilometer.schema.protobuf.values import Outcome, classes, compare, draw

HEAD = 'syntax = "proto%d"; package p; message M { %s }'


def outcome(old: str, new: str, value: object, *, syntax: int = 3) -> Outcome:
    writer, reader = classes(HEAD % (syntax, old))["M"], classes(HEAD % (syntax, new))["M"]
    return compare(reader, writer(a=value))


def test_the_same_file_has_the_same_values() -> None:
    for seed in range(30):
        text = HEAD % (
            3,
            "optional int32 a = 1; map<string, M> b = 2; repeated double c = 3; oneof o { bytes d = 4; M e = 5; }",
        )
        message = classes(text)["M"]
        assert compare(message, draw(Random(seed), message())) == Outcome(parsed=True)


def test_what_is_not_parsed_not_equal_not_initialised_or_not_relayed_is_told() -> None:
    assert not outcome("bytes a = 1;", "string a = 1;", b"\xff").parsed
    assert not outcome("int64 a = 1;", "int32 a = 1;", 2**40).equal
    assert not outcome("int64 a = 1;", "int32 a = 1;", 2**40).relayed
    assert outcome("int64 a = 1;", "int32 a = 1;", 5) == Outcome(parsed=True)
    assert not outcome("optional int32 a = 1;", "required int32 b = 2;", 5, syntax=2).initialised
    assert not outcome("optional int32 a = 1;", "optional string a = 1;", 0, syntax=2).equal
    assert outcome("int32 a = 1;", "int32 b = 2;", 5).relayed
    assert not outcome("map<int32, int32> a = 1;", "map<int32, bool> a = 1;", {1: 7}).equal
    assert not outcome("repeated int32 a = 1;", "int32 a = 1;", [1, 2]).equal


def test_keys_of_maps_are_compared_across_types() -> None:
    assert outcome("map<int32, int32> a = 1;", "map<bool, int32> a = 1;", {1: 7}).equal
    assert outcome("map<bool, int32> a = 1;", "map<int32, int32> a = 1;", {True: 7}).equal
    assert not outcome("map<int32, int32> a = 1;", "map<bool, int32> a = 1;", {2: 7}).equal


def test_nested_messages_have_classes_of_their_own() -> None:
    found = classes(HEAD % (3, "message I { message J {} } map<int32, I> a = 1;"))
    assert set(found) == {"M", "M.I", "M.I.J"}
