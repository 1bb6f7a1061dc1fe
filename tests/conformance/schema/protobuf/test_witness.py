"""A witness is the worst that was found; a pair that loses nothing has none."""

from random import Random

import pytest

from nilometer.schema.protobuf.witness import witness
from nilometer_models.schema.protobuf import parse
from tests.models.schema.protobuf.changes import Change, fields, fields2


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (fields("", "bytes a = 1;", "string a = 1;"), "fails"),
        (fields2("", "optional int32 a = 1;", "required int32 a = 1;"), "not initialised"),
        (fields("", "int64 a = 1;", "int32 a = 1;"), "changed"),
        (fields("", "int32 a = 1; int32 b = 2;", "oneof o { int32 a = 1; int32 b = 2; }"), "changed"),
    ],
)
def test_the_worst_is_told(change: Change, what: str) -> None:
    found = witness(change.reader, change.writer, Random(1))
    assert found is not None
    assert (found.message, found.what) == ("M", what)
    assert str(found).startswith("M {")


def test_what_loses_nothing_has_no_witness() -> None:
    for change in (fields("", "int32 a = 1;", "int64 b = 1;"), fields("", "int32 a = 1;", "")):
        assert witness(change.reader, change.writer, Random(1)) is None


def test_files_without_a_common_message_or_with_references_have_none() -> None:
    one, other = (parse(f'syntax = "proto3"; message {name} {{}}') for name in "MN")
    assert witness(one, other, Random(1)) is None
    user = parse(
        'syntax = "proto3"; import "x.proto"; message M { X x = 1; }', [("x.proto", 'syntax = "proto3"; message X {}')]
    )
    assert witness(user, user, Random(1)) is None
