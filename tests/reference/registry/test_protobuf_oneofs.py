"""Fields that come together in a oneof, and members that leave it."""

from __future__ import annotations

import pytest

from nilometer_reference.registry.protobuf_oneofs import moves
from nilometer_reference.registry.protobuf_schema import parse_protobuf


def told(old: str, new: str) -> list[str]:
    writer, reader = (parse_protobuf(f'syntax = "proto3"; message M {{ {body} }}', {}).top["M"] for body in (old, new))
    return list(moves(reader, writer))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("int32 a = 1;", "oneof o { int32 a = 1; }"),
        ("", "oneof o { int32 a = 1; int32 b = 2; }"),
        ("oneof o { int32 a = 1; }", "oneof o { int32 a = 1; int32 b = 2; }"),
        ("oneof o { int32 a = 1; int32 b = 2; }", ""),
        ("oneof o { int32 a = 1; }", "int32 a = 1;"),
        ("oneof o { int32 a = 1; } oneof p { int32 b = 2; }", "oneof q { int32 a = 1; int32 b = 2; }"),
        ("optional int32 a = 1;", "int32 a = 1;"),
    ],
)
def test_what_may_happen(old: str, new: str) -> None:
    assert told(old, new) == []


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            "int32 a = 1; int32 b = 2;", "oneof o { int32 a = 1; int32 b = 2; }",
            "a, b of M were apart, and share oneof o",
        ),
        (
            "oneof o { int32 a = 1; } int32 b = 2;", "oneof p { int32 a = 1; int32 b = 2; }",
            "b of M was in no oneof, and shares p with members from before",
        ),
        ("oneof o { int32 a = 1; int32 b = 2; }", "oneof o { int32 a = 1; }", "b is no longer in oneof o of M"),
        (
            "oneof o { int32 a = 1; int32 b = 2; }", "oneof o { int32 a = 1; } int32 b = 2;",
            "b is no longer in oneof o of M",
        ),
        (
            "oneof o { int32 a = 1; int32 b = 2; }", "oneof o { int32 a = 1; } oneof p { int32 b = 2; }",
            "b is no longer in oneof o of M",
        ),
    ],
)  # fmt: skip
def test_what_breaks_is_told(old: str, new: str, words: str) -> None:
    assert told(old, new) == [words]
