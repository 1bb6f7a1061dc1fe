"""Grades are what Google's runtime does: never better, and as bad as they say where a value shows it."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nilometer.schema.protobuf.generators import Pair, pair
from nilometer.schema.protobuf.values import Outcome, classes, compare, draw
from nilometer_models.schema.protobuf import Kind, all_differences, can_read, dialect
from nilometer_models.schema.protobuf.meaning import Grade, report, scalar_grade
from nilometer_models.schema.protobuf.nodes import ENUM, SCALARS
from nilometer_models.schema.protobuf.rules import CLASS_OF
from nilometer_models.schema.protobuf.runtime import boundary_values
from nilometer_models.schema.protobuf.wire import Scalar, Undefined, Value, read, write
from tests.models.schema.protobuf.changes import Change, fields, fields2

VALUES = 6
E = "enum E { ZERO = 0; ONE = 1; }"
ROWS = [
    (fields("the same", "int32 a = 1;", "int32 a = 1;"), Grade.LOSSLESS),
    (fields("widened", "int32 a = 1;", "int64 a = 1;"), Grade.LOSSLESS),
    (fields("narrowed", "int64 a = 1;", "int32 a = 1;"), Grade.FAITHFUL),
    (fields("unsigned", "int32 a = 1;", "uint32 a = 1;"), Grade.FAITHFUL),
    (fields("zigzag", "int32 a = 1;", "sint32 a = 1;"), Grade.DEFINED),
    (fields("another wire type", "int32 a = 1;", "float a = 1;"), Grade.DEFINED),
    (fields("text as bytes", "string a = 1;", "bytes a = 1;"), Grade.LOSSLESS),
    (fields("bytes as text", "bytes a = 1;", "string a = 1;"), Grade.NONE),
    (fields2("bytes as unchecked text", "optional bytes a = 1;", "optional string a = 1;"), Grade.LOSSLESS),
    (fields("text as numbers", "string a = 1;", "repeated int32 a = 1;"), Grade.NONE),
    (fields("text as a message", "string a = 1;", "M a = 1;"), Grade.NONE),
    (fields("a message as bytes", "M a = 1;", "bytes a = 1;"), Grade.DEFINED),
    (fields("a message as text", "M a = 1; bytes b = 2;", "string a = 1; bytes b = 2;"), Grade.NONE),
    (fields("unpacked as one", "repeated string a = 1;", "string a = 1;"), Grade.FAITHFUL),
    (fields("packed as one", "repeated int32 a = 1;", "int32 a = 1;"), Grade.DEFINED),
    (fields("packed or not", "repeated int32 a = 1;", "repeated int32 a = 1 [packed = false];"), Grade.LOSSLESS),
    (fields("one as several", "int32 a = 1;", "repeated int32 a = 1;"), Grade.FAITHFUL),
    (fields("packed as wider", "repeated int32 a = 1;", "repeated fixed64 a = 1;"), Grade.NONE),
    (fields("removed", "int32 a = 1;", ""), Grade.LOSSLESS),
    (fields("renumbered", "int32 a = 1;", "int32 a = 2;"), Grade.LOSSLESS),
    (fields("presence seen", "int32 a = 1;", "optional int32 a = 1;"), Grade.LOSSLESS),
    (fields("presence not seen", "optional int32 a = 1;", "int32 a = 1;"), Grade.FAITHFUL),
    (
        fields("two in one oneof", "int32 a = 1; int32 b = 2;", "oneof o { int32 a = 1; int32 b = 2; }"),
        Grade.DEFINED,
    ),
    (fields("an open enum", "int32 a = 1;", "E a = 1;", more=E), Grade.LOSSLESS),
    (fields("entries as a map", "repeated I a = 1; message I { int32 key = 1; int32 value = 2; }",
            "map<int32, int32> a = 1; message I { int32 key = 1; int32 value = 2; }"), Grade.FAITHFUL),
    (fields("a message inside", "I a = 1; message I { int32 a = 1; }", "I a = 1; message I { float a = 1; }"),
     Grade.DEFINED),
]  # fmt: skip


@pytest.mark.parametrize(("change", "grade"), ROWS, ids=lambda one: one.name if isinstance(one, Change) else "")
def test_each_row_has_its_grade(change: Change, grade: Grade) -> None:
    assert report(change.reader, change.writer).grade is grade
    worst = min(_shown(outcome) for outcome in _outcomes(Random(1), _as_pair(change), 80))
    assert worst == {Grade.NONE: 0, Grade.DEFINED: 1, Grade.FAITHFUL: 1, Grade.LOSSLESS: 2}[grade]


@pytest.mark.parametrize("written", [*SCALARS, ENUM])
@pytest.mark.parametrize("read_as", [*SCALARS, ENUM])
def test_the_grade_of_one_value_is_that_of_its_boundary_values(written: str, read_as: str) -> None:
    grade = scalar_grade(read_as, written, utf8=True)
    reader, failed, same = Scalar(read_as, utf8=True), False, True
    for value in boundary_values(Scalar(written)):
        wire = write(Scalar(written), value)
        try:
            got = read(reader, wire)
        except Undefined:
            failed = True
        else:
            same &= _text(got) == _text(value)
    assert failed == (grade is Grade.NONE)
    assert (same and not failed) == (grade is Grade.LOSSLESS)
    if grade is Grade.FAITHFUL:
        assert CLASS_OF[written] == CLASS_OF[read_as]


def _text(value: Value) -> Value:
    return value.encode() if isinstance(value, str) else value


def test_a_required_field_is_there_only_if_it_is_always_written() -> None:
    for old, new, initialised in (
        ("required int32 a = 1;", "required int32 a = 1;", True),
        ("optional int32 a = 1;", "required int32 a = 1;", False),
        ("", "required int32 a = 1;", False),
        ("required int32 a = 1;", "required string a = 1;", False),
        ("required int32 a = 1;", "optional int32 a = 1;", True),
    ):
        change = fields2("", old, new)
        assert report(change.reader, change.writer).initialised is initialised


def _as_pair(change: Change) -> Pair:
    return Pair(change.reader, change.writer, change.new, change.old, ())


def _outcomes(random: Random, both: Pair, values: int) -> list[Outcome]:
    readers, writers = classes(both.reader_text), classes(both.writer_text)
    common = [name for name in writers if name in readers]
    return [compare(readers[name], draw(random, writers[name]())) for name in common for _ in range(values)]


def _shown(outcome: Outcome) -> int:
    return 0 if not outcome.parsed else 2 if outcome.equal else 1


@settings(max_examples=40, deadline=None)
@given(st.randoms(use_true_random=False))
def test_no_value_is_worse_than_the_grade(random: Random) -> None:
    both = pair(random)
    found = report(both.reader, both.writer)
    for outcome in _outcomes(random, both, VALUES):
        assert outcome.parsed or found.grade is Grade.NONE
        assert outcome.initialised or not found.initialised
        assert outcome.equal or found.grade < Grade.LOSSLESS


@settings(max_examples=40, deadline=None)
@given(st.randoms(use_true_random=False))
def test_a_relay_that_knows_only_the_reader_loses_nothing(random: Random) -> None:
    """Parse, serialize, parse: removed and added fields pass through, and so do widened numbers."""
    both = pair(random)
    passing = {Kind.FIELD_REMOVED, Kind.FIELD_REMOVED_NUMBER, Kind.FIELD_REMOVED_RESERVED, Kind.FIELD_ADDED,
               Kind.FIELD_RENAMED, Kind.FIELD_RENUMBERED, Kind.SCALAR, Kind.PACKAGE, Kind.MESSAGE_ADDED}  # fmt: skip
    kinds = {one.kind for one in all_differences(both.reader, both.writer, dialect("confluent-by-number"))}
    if kinds <= passing and report(both.reader, both.writer).grade is Grade.LOSSLESS:
        assert all(outcome.relayed for outcome in _outcomes(random, both, VALUES))


@settings(max_examples=40, deadline=None)
@given(st.randoms(use_true_random=False))
def test_what_buf_accepts_is_faithful(random: Random) -> None:
    both = pair(random)
    if not can_read(dialect("buf-wire"), both.reader, both.writer):
        found = report(both.reader, both.writer)
        assert found.grade >= Grade.FAITHFUL
        assert found.initialised


@settings(max_examples=40, deadline=None)
@given(st.randoms(use_true_random=False))
def test_what_confluent_accepts_is_parsed_but_for_bytes_as_text(random: Random) -> None:
    both = pair(random)
    by_number = dialect("confluent-by-number")
    if not can_read(by_number, both.reader, both.writer) and report(both.reader, both.writer).grade is Grade.NONE:
        assert Kind.BYTES_TO_STRING in {one.kind for one in all_differences(both.reader, both.writer, by_number)}
