"""Every row of the module's table, by container and by number."""

import pytest

from nilometer_models.schema.protobuf.dialects import Kind
from nilometer_models.schema.protobuf.oneofs import moves
from tests.models.schema.protobuf.changes import fields

BOTH = "oneof o { int32 a = 1; int32 b = 2; }"
ROWS = [
    (BOTH, "oneof o { int32 a = 1; }", {Kind.MEMBER_REMOVED}, {Kind.MEMBER_REMOVED}),
    (BOTH, "", {Kind.MEMBER_REMOVED_WITH_ONEOF}, {Kind.MEMBER_REMOVED_WITH_ONEOF}),
    (BOTH, "oneof o { int32 a = 1; } int32 b = 2;", {Kind.MEMBER_OUT}, {Kind.MEMBER_OUT}),
    (BOTH, "int32 a = 1; int32 b = 2;", {Kind.MEMBER_OUT_WITH_ONEOF}, {Kind.MEMBER_OUT_WITH_ONEOF}),
    (BOTH, "int32 a = 1;", {Kind.MEMBER_OUT_WITH_ONEOF, Kind.MEMBER_REMOVED_WITH_ONEOF},
     {Kind.MEMBER_OUT_WITH_ONEOF, Kind.MEMBER_REMOVED}),
    (BOTH, "oneof o { int32 a = 1; } oneof q { int32 b = 2; }", {Kind.MEMBER_ELSEWHERE}, {Kind.MEMBER_ELSEWHERE}),
    (BOTH, "oneof q { int32 a = 1; int32 b = 2; }", {Kind.MEMBER_ELSEWHERE_WITH_ONEOF},
     {Kind.MEMBER_ELSEWHERE_WITH_ONEOF}),
    ("int32 a = 1;", "oneof o { int32 a = 1; }", {Kind.INTO_NEW_ONEOF}, {Kind.INTO_NEW_ONEOF}),
    ("int32 a = 1; int32 b = 2;", BOTH, {Kind.SEVERAL_INTO_ONEOF}, {Kind.SEVERAL_INTO_ONEOF}),
    ("oneof o { int32 a = 1; } int32 b = 2;", BOTH, {Kind.INTO_OLD_ONEOF}, {Kind.INTO_OLD_ONEOF}),
    ("oneof o { int32 a = 1; } int32 b = 2;", "oneof q { int32 a = 1; int32 b = 2; }",
     {Kind.MEMBER_ELSEWHERE_WITH_ONEOF, Kind.INTO_OLD_ONEOF}, {Kind.MEMBER_ELSEWHERE_WITH_ONEOF, Kind.INTO_OLD_ONEOF}),
    ("oneof o { int32 a = 1; } oneof q { int32 b = 2; }", BOTH, {Kind.MEMBER_ELSEWHERE_WITH_ONEOF},
     {Kind.MEMBER_ELSEWHERE_WITH_ONEOF, Kind.ONEOFS_MERGED}),
    (BOTH, BOTH + "int32 c = 3;", set(), set()),
    (BOTH, "oneof o { int32 a = 1; int32 b = 2; int32 c = 3; }", set(), set()),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "by_container", "by_number"), ROWS)
def test_each_row_of_the_table(old: str, new: str, by_container: set[Kind], by_number: set[Kind]) -> None:
    change = fields("", old, new)
    reader, writer = change.reader.messages["p.M"], change.writer.messages["p.M"]
    for flag, expected in ((True, by_container), (False, by_number)):
        assert {kind for kind, _, _ in moves(reader, writer, by_container=flag)} == expected


def test_every_kind_of_the_table_has_its_row() -> None:
    told = {kind for *_, by_container, by_number in ROWS for kind in by_container | by_number}
    named = {kind for kind in Kind if kind.name.startswith(("MEMBER", "INTO", "SEVERAL", "ONEOFS"))}
    assert told == named
