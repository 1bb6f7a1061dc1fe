"""Bytes as the encoding guide has them; that all of it is the runtime's is in test_runtime.py."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nilometer_models.schema.protobuf.nodes import ENUM, VARINT, Constant, Enumeration
from nilometer_models.schema.protobuf.wire import (
    ABSENT,
    FOUR,
    LENGTH,
    VARINT_TYPE,
    Scalar,
    Undefined,
    Value,
    Wire,
    pack,
    read,
    read_repeated,
    read_singular,
    unpack,
    write,
)

CLOSED = Scalar(ENUM, Enumeration("E", (Constant("A", 0), Constant("B", 1)), closed=True))


@pytest.mark.parametrize(
    ("written", "value", "read_as", "result"),
    [
        ("int32", -1, "int64", -1),
        ("int32", -1, "uint32", 4294967295),
        ("int32", -1, "uint64", 18446744073709551615),
        ("int64", 2**33, "int32", 0),
        ("int32", 2, "bool", True),
        ("uint64", 2**32, "bool", True),
        ("int32", 3, "sint32", -2),
        ("fixed32", 4294967295, "sfixed32", -1),
        ("int32", 7, "enum", 7),
        ("string", "a", "bytes", b"a"),
        ("int32", 1, "string", ABSENT),
        ("int32", 1, "float", ABSENT),
        ("fixed64", 1, "fixed32", ABSENT),
    ],
)
def test_orientation_table_of_the_note(written: str, value: Value, read_as: str, result: Value) -> None:
    assert read(Scalar(read_as), write(Scalar(written), value)) == result


def test_unknown_numbers_of_a_closed_enum_are_put_aside() -> None:
    assert read(CLOSED, write(Scalar("int32"), 7)) is ABSENT
    assert read(CLOSED, write(Scalar("int32"), 1)) == 1
    assert repr(ABSENT) == "ABSENT"


def test_bytes_that_are_no_text_fail_only_where_text_is_checked() -> None:
    wire = write(Scalar("bytes"), b"\xff")
    with pytest.raises(Undefined):
        read(Scalar("string", utf8=True), wire)
    assert read(Scalar("string"), wire) == b"\xff"


def test_of_several_the_last_of_the_type_is_read() -> None:
    wires = [write(Scalar("int32"), 1), write(Scalar("int32"), 2), write(Scalar("string"), "no number")]
    assert read_singular(Scalar("int32"), wires) == 2
    assert read_singular(Scalar("float"), wires) is ABSENT
    assert read_repeated(Scalar("int32"), wires[:2]) == [1, 2]


def test_a_length_that_ends_inside_of_a_number_fails() -> None:
    for kind, payload in (("int32", b"\x80"), ("fixed32", b"\x01\x02\x03"), ("double", b"1234567")):
        with pytest.raises(Undefined):
            list(unpack(Scalar(kind), payload))


def test_packed_numbers_are_one_length() -> None:
    assert pack(Scalar("int32"), [1, 300, -1]) == Wire(LENGTH, b"\x01\xac\x02" + b"\xff" * 9 + b"\x01")
    assert pack(Scalar("fixed32"), [1]) == Wire(LENGTH, b"\x01\0\0\0")
    assert write(Scalar("float"), 1.0) == Wire(FOUR, b"\0\0\x80?")
    assert write(Scalar("sint32"), -1) == Wire(VARINT_TYPE, 1)


@given(st.sampled_from(VARINT), st.integers(0, 2**64 - 1))
def test_what_is_written_is_read_by_the_same_type(kind: str, bits: int) -> None:
    value = read(Scalar(kind), Wire(VARINT_TYPE, bits))
    assert read(Scalar(kind), write(Scalar(kind), value)) == value
    assert read_repeated(Scalar(kind), [pack(Scalar(kind), [value, value])]) == [value, value]
