"""The rules, a row in both directions each; and the answers of the model, which knows nothing of this code."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest

from nilometer.schema.protobuf.generators import pair
from nilometer_models.schema.protobuf import CONFLUENT
from nilometer_models.schema.protobuf import can_read as model_can_read
from nilometer_models.schema.protobuf import parse as model_parse
from nilometer_reference.registry.protobuf_rules import differences
from nilometer_reference.registry.protobuf_schema import parse_protobuf
from tests.models.schema.protobuf.changes import CONTAINERS, TABLE
from tests.reference.registry.protobuf_pairs import imported_pair, proto2_pair
from tests.work import steps

THREE, TWO = 'syntax = "proto3"; package p; ', "package p; "
E = "enum E { ZERO = 0; ONE = 1; } "
CLASSES = [
    ["int32", "int64", "uint32", "uint64", "bool", "E"], ["sint32", "sint64"], ["fixed32", "sfixed32"],
    ["fixed64", "sfixed64"], ["float"], ["double"], ["string", "bytes"], ["X"], ["map<int32, X>"],
]  # fmt: skip


def reads(reader: str, writer: str, known: dict[str, str] | None = None) -> bool:
    return not differences(parse_protobuf(reader, known or {}), parse_protobuf(writer, known or {}))


def of_message(body: str, head: str = THREE) -> str:
    return f"{head}{E if head == THREE else ''}message M {{ {body} }} message X {{}} message Y {{}}"


@pytest.mark.parametrize("written", [kind for members in CLASSES for kind in members])
def test_a_type_is_read_as_one_of_its_class_and_as_no_other(written: str) -> None:
    for members in CLASSES:
        for read in members:
            is_read = reads(of_message(f"{read} a = 1;"), of_message(f"{written} a = 1;"))
            assert is_read == (written in members), (read, written)


@pytest.mark.parametrize(
    ("old", "new", "backward", "forward"),
    [
        # Fields are known by their number.
        ("int32 a = 1;", "", True, True),
        ("int32 a = 1;", "int32 b = 1;", True, True),
        ("int32 a = 1;", "int32 a = 2;", True, True),
        ("int32 a = 1; string b = 2;", "string a = 2; int32 b = 1;", True, True),
        ("int32 a = 1;", "string a = 2;", True, True),
        ("reserved 1;", "int32 a = 1;", True, True),
        # Types.
        ("X a = 1;", "Y a = 1;", False, False),
        ("X a = 1;", "message X {} X a = 1;", False, False),
        ("map<int32, string> a = 1;", "map<int64, bytes> a = 1;", True, True),
        ("map<int32, string> a = 1;", "map<string, string> a = 1;", False, False),
        ("map<int32, string> a = 1;", "map<int32, int32> a = 1;", False, False),
        ("map<int32, X> a = 1;", "map<int32, Y> a = 1;", False, False),
        ("map<int32, string> a = 1;", "map<int32, X> a = 1;", False, False),
        # Labels count where both are written, and of numbers only.
        ("int32 a = 1;", "repeated int32 a = 1;", True, True),
        ("int32 a = 1;", "optional int32 a = 1;", True, True),
        ("optional int32 a = 1;", "repeated int32 a = 1;", False, False),
        ("optional E a = 1;", "repeated bool a = 1;", False, False),
        ("optional string a = 1;", "repeated string a = 1;", True, True),
        ("optional X a = 1;", "repeated X a = 1;", True, True),
        # Nested messages.
        ("message N {}", "", False, True),
        ("message N { int32 a = 1; }", "message N { string a = 1; }", False, False),
        ("message N { message O {} }", "message N { message O { int32 a = 1; } }", True, True),
        ("message N { message O {} }", "message N {}", False, True),
        ("map<int32, int32> a = 1;", "", True, True),
        # Recursion.
        ("M a = 1; int32 b = 2;", "M a = 1; string b = 2;", False, False),
        ("M a = 1; int32 b = 2;", "M a = 1; int64 b = 2;", True, True),
        # Oneofs.
        ("int32 a = 1;", "oneof o { int32 a = 1; }", True, True),
        ("int32 a = 1;", "oneof o { string a = 1; }", True, True),
        ("int32 a = 1; int32 b = 2;", "oneof o { int32 a = 1; int32 b = 2; }", False, True),
        ("oneof o { int32 a = 1; } int32 b = 2;", "oneof o { int32 a = 1; int32 b = 2; }", False, False),
        ("oneof o { int32 a = 1; }", "oneof o { int32 a = 1; int32 b = 2; }", True, False),
        ("oneof o { int32 a = 1; }", "oneof p { int32 a = 1; }", True, True),
        ("oneof o { int32 a = 1; }", "", True, True),
        ("oneof o { int32 a = 1; }", "oneof o { string a = 1; }", False, False),
        ("oneof o { int32 a = 1; int32 b = 2; }", "oneof p { int32 a = 1; }", True, True),
    ],
)
def test_a_change_of_a_message(old: str, new: str, backward: bool, forward: bool) -> None:
    assert reads(of_message(new), of_message(old)) == backward
    assert reads(of_message(old), of_message(new)) == forward


@pytest.mark.parametrize(
    ("old", "new", "backward", "forward"),
    [
        ("optional int32 a = 1;", "required int32 a = 1;", False, False),
        ("optional int32 a = 1;", "repeated int32 a = 1;", False, False),
        ("optional string a = 1;", "required string a = 1;", True, True),
        ("", "required int32 a = 1;", False, False),
        ("", "required X a = 1;", False, False),
        ("required int32 a = 1;", "required int32 a = 2;", False, False),
        ("oneof o { int32 a = 1; }", "required int32 a = 1;", False, True),
        # Nobody looks at groups.
        (
            "optional group A = 1 { optional int32 x = 1; }",
            "optional group A = 1 { optional float x = 1; }",
            True,
            True,
        ),
        ("message A {} optional A a = 1;", "optional group A = 1 {}", False, True),
        ("required group A = 1 {}", "", True, True),
        ("oneof o { string s = 2; }", "oneof o { group A = 1 {} }", False, True),
        ("extensions 4 to 9; extend M { optional int32 x = 4; }", "", True, True),
    ],
)
def test_a_change_of_a_message_of_proto2(old: str, new: str, backward: bool, forward: bool) -> None:
    assert reads(of_message(new, TWO), of_message(old, TWO)) == backward
    assert reads(of_message(old, TWO), of_message(new, TWO)) == forward


@pytest.mark.parametrize(
    ("old", "new", "backward", "forward"),
    [
        (THREE + "message A {}", THREE.replace("p;", "q;") + "message A {}", False, False),
        (THREE + "message A {}", 'syntax = "proto3"; message A {}', False, False),
        (THREE + "message A {} message B {}", THREE + "message B {}", False, True),
        (THREE + "message A {} message B {}", THREE + "message B {} message A {}", True, True),
        (THREE + "message A {}", TWO + "message A {}", True, True),
        (THREE + E, THREE, True, True),
        (THREE + E, THREE + "enum E { OTHER = 0; SEVEN = 7; }", True, True),
        (THREE + "message A {} service S { rpc C(A) returns (A); }", THREE + "message A {}", True, True),
        (
            THREE + "message A {}",
            THREE + 'option java_package = "x"; message A { option deprecated = true; }',
            True,
            True,
        ),
    ],
)
def test_a_change_of_a_file(old: str, new: str, backward: bool, forward: bool) -> None:
    assert reads(new, old) == backward
    assert reads(old, new) == forward


USER = 'syntax = "proto3"; package p; import "x.proto"; message M { o.X x = 1; }'


@pytest.mark.parametrize(
    ("old", "new", "is_read"),
    [
        ("message X { int32 a = 1; X more = 2; }", "message X { int64 a = 1; X more = 2; }", True),
        ("message X { int32 a = 1; X more = 2; }", "message X { string a = 1; X more = 2; }", False),
        ("message X {} message Unused {}", "message X {}", True),
        ("message X { message In {} }", "message X {}", False),
    ],
)
def test_types_of_imports_are_compared_where_they_are_used(old: str, new: str, is_read: bool) -> None:
    texts = [{"x.proto": f'syntax = "proto3"; package o; {text}'} for text in (new, old)]
    one, other = (parse_protobuf(USER, known) for known in texts)
    assert (not differences(one, other)) == is_read


def test_a_type_that_moved_into_an_import_is_compared_by_its_local_name() -> None:
    known = {"x.proto": 'syntax = "proto3"; package o; message X { int32 a = 1; }'}
    inside = 'syntax = "proto3"; package p; message M { X x = 1; } message X { bool a = 1; }'
    user = parse_protobuf(USER, known)
    assert not differences(parse_protobuf(inside, {}), user)
    assert differences(user, parse_protobuf(inside, {})) == ["message X of the file is gone"]


def test_a_difference_says_where_it_is_and_is_told_once() -> None:
    old, new = (
        of_message("message N { int32 a = 1; } N n = 2; N m = 3;"),
        of_message("message N { string a = 1; } N n = 2;"),
    )
    assert differences(parse_protobuf(new, {}), parse_protobuf(old, {})) == [
        "field 1 (a) of M.N is of the class text, and was of the class number"
    ]


# The model.


@pytest.mark.parametrize("change", [*TABLE, *CONTAINERS], ids=lambda change: change.name)
def test_a_row_of_the_dialects_is_answered_as_the_model_answers_it(change: object) -> None:
    old, new = change.old, change.new  # type: ignore[attr-defined]
    agree(new, old)
    agree(old, new)


def agree(reader: str, writer: str, known: tuple[dict[str, str], dict[str, str]] = ({}, {})) -> bool:
    """The registry says what the model says; whether that is yes."""
    ours = differences(parse_protobuf(reader, known[0]), parse_protobuf(writer, known[1]))
    theirs = model_can_read(
        CONFLUENT, model_parse(reader, list(known[0].items())), model_parse(writer, list(known[1].items()))
    )
    assert bool(ours) == bool(theirs), (reader, writer, ours, theirs)
    return not ours


@pytest.mark.parametrize("block", range(4))
def test_generated_pairs_are_answered_as_the_model_answers_them(block: int) -> None:
    answers = []
    for seed in range(250 * block, 250 * (block + 1)):
        both = pair(Random(seed))
        answers += [agree(both.reader_text, both.writer_text), agree(both.writer_text, both.reader_text)]
    assert 0.1 < sum(answers) / len(answers) < 0.95


@pytest.mark.parametrize("made", [imported_pair, proto2_pair])
def test_pairs_with_imports_and_groups_are_answered_as_the_model_answers_them(
    made: Callable[[Random], tuple[str, str, dict[str, str], dict[str, str]]],
) -> None:
    answers = []
    for seed in range(150):
        reader, writer, new, old = made(Random(seed))
        answers += [agree(reader, writer, (new, old)), agree(writer, reader, (old, new))]
    assert 0.1 < sum(answers) / len(answers) < 0.95


# How long.


def many_fields(kind: str, size: int) -> str:
    return THREE + f"message M {{ {' '.join(f'{kind} a{number} = {number};' for number in range(1, size + 1))} }}"


def ring(kind: str, size: int) -> str:
    links = (f"message A{n} {{ A{(n + 1) % size} a = 1; A{n} b = 2; {kind} c = 3; }}" for n in range(size))
    return THREE + " ".join(links)


def nested(kind: str, size: int) -> str:
    return THREE + " ".join(f"message A{n} {{" for n in range(size)) + f"{kind} a = 1;" + "}" * size


@pytest.mark.parametrize(("make", "size"), [(many_fields, 1_000), (ring, 50), (nested, 15)])
def test_a_verdict_takes_few_steps_a_field_and_no_more_of_them_in_a_file_twice_as_large_or_deep(
    make: Callable[[str, int], str], size: int
) -> None:
    def taken(kind: str, size: int) -> int:
        new, old = parse_protobuf(make(kind, size), {}), parse_protobuf(make("int32", size), {})
        return steps(lambda: differences(new, old))

    for kind, fits in (("int64", True), ("string", False)):
        assert reads(make(kind, 2 * size), make("int32", 2 * size)) == fits
        once, twice = taken(kind, size), taken(kind, 2 * size)
        assert twice < 2.1 * once
