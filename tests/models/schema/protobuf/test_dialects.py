"""Dialects are data: each row of the note's table is asked of every dialect."""

from dataclasses import replace

import pytest

from nilometer_models.schema.protobuf import DIALECTS, Kind, can_read, dialect
from tests.models.schema.protobuf.changes import CONTAINERS, TABLE, Change


@pytest.mark.parametrize("change", TABLE, ids=lambda change: change.name)
def test_each_row_of_the_table_in_every_dialect(change: Change) -> None:
    answers = {name for name, one in DIALECTS.items() if not can_read(one, change.reader, change.writer)}
    assert answers == set(change.accepted.split())


@pytest.mark.parametrize("change", CONTAINERS, ids=lambda change: change.name)
def test_oneofs_by_container_and_by_number(change: Change) -> None:
    asked = [dialect("confluent"), dialect("confluent-by-number")]
    assert {one.name for one in asked if not can_read(one, change.reader, change.writer)} == set(
        change.accepted.split()
    )


def test_every_two_dialects_differ_in_some_row() -> None:
    rows = [{*change.accepted.split()} for change in [*TABLE, *CONTAINERS]]
    patterns = {name: tuple(name in row for row in rows) for name in DIALECTS}
    assert len(set(patterns.values())) == len(DIALECTS)


UNSEEN = {
    # No file of one syntax has these alone; they come with a difference that breaks already.
    Kind.REQUIRED_NUMBER, Kind.RESERVED_USED, Kind.MESSAGE_PACKAGE, Kind.REQUIRED_REMOVED, Kind.FIELD_RENUMBERED,
    Kind.ONEOFS_MERGED, Kind.MEMBER_REMOVED, Kind.MEMBER_REMOVED_WITH_ONEOF, Kind.MEMBER_ELSEWHERE,
}  # fmt: skip


@pytest.mark.parametrize("name", DIALECTS)
def test_a_dialect_with_one_kind_wrong_is_killed_by_some_row(name: str) -> None:
    right, rows = DIALECTS[name], [(change.reader, change.writer) for change in [*TABLE, *CONTAINERS]]
    answers = [not can_read(right, *row) for row in rows]
    for kind in set(Kind) - UNSEEN:
        wrong = replace(right, breaking=right.breaking ^ {kind})
        assert [not can_read(wrong, *row) for row in rows] != answers, kind


def test_kinds_that_break_are_words_of_the_vocabulary_and_every_dialect_has_a_source() -> None:
    for one in DIALECTS.values():
        assert one.breaking <= set(Kind)
        assert one.source
    with pytest.raises(KeyError):
        dialect("nobody")


def test_what_only_adds_breaks_nowhere() -> None:
    for one in DIALECTS.values():
        assert not one.breaking & {Kind.FIELD_ADDED, Kind.MESSAGE_ADDED, Kind.CONSTANT_ADDED}
