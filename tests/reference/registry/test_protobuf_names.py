"""Words of .proto files."""

from __future__ import annotations

import pytest
from google.protobuf.descriptor_pb2 import FieldDescriptorProto

from nilometer_reference.registry.protobuf_names import (
    checked_full_name,
    checked_name,
    default_json_name,
    written_range,
    written_type,
)


@pytest.mark.parametrize(
    ("name", "json"), [("a", "a"), ("my_field", "myField"), ("_a", "A"), ("a__b_1", "aB1"), ("A_", "A")]
)
def test_json_names_are_those_of_protoc(name: str, json: str) -> None:
    assert default_json_name(name) == json


@pytest.mark.parametrize("name", ["", "1a", "a b", "a.b", "a;", "é", "a\n"])
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="no name"):
        checked_name(name)


@pytest.mark.parametrize(
    ("name", "good"), [("a.b", True), (".a.b", True), ("a..b", False), (".", False), ("a.", False)]
)
def test_full_names(name: str, good: bool) -> None:
    if good:
        assert checked_full_name(name) == name
    else:
        with pytest.raises(ValueError, match="no name of a type"):
            checked_full_name(name)


def test_a_range_is_inclusive_and_may_have_no_end() -> None:
    assert [written_range(1, 1, 9), written_range(1, 5, 9), written_range(1, 9, 9)] == ["1", "1 to 5", "1 to max"]


def test_a_type_is_a_scalar_or_a_name() -> None:
    assert written_type(FieldDescriptorProto(type=FieldDescriptorProto.TYPE_SINT64)) == "sint64"
    assert written_type(FieldDescriptorProto(type_name=".p.M")) == ".p.M"
    with pytest.raises(ValueError, match="no type"):
        written_type(FieldDescriptorProto(name="a"))
