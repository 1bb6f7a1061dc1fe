"""The rules, row by row and as laws; mutants of the rules, each killed by a row that names it."""

import re
from collections.abc import Iterator
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nilometer.schema.protobuf.generators import pair
from nilometer_models.schema.fixpoint import All, Child, Formula, Local, evaluate, greatest, reach
from nilometer_models.schema.protobuf import DIALECTS, Kind, Schema, all_differences, can_read, dialect, parse
from nilometer_models.schema.protobuf.dialects import (
    BUF_CSR,
    BUF_WIRE,
    CONFLUENT,
    CONFLUENT_BY_NUMBER,
    ONEOFS,
    Dialect,
)
from nilometer_models.schema.protobuf.nodes import ENUM, SCALARS, Field, Label, Message
from nilometer_models.schema.protobuf.rules import CLASS_OF, ROOT, Pair, Walk, solve
from tests.models.schema.protobuf.changes import TABLE, Change, fields, fields2, proto2, proto3

RANDOM = st.randoms(use_true_random=False)
COMPARED = settings(max_examples=40, deadline=None)


def accepts(change: Change, walk: type[Walk] = Walk, one: Dialect = CONFLUENT) -> bool:
    return solve(one, change.reader, change.writer, walk).holds(ROOT)


@pytest.mark.parametrize("written", [*SCALARS, ENUM])
def test_scalars_read_each_other_inside_of_their_class_only(written: str) -> None:
    for read_as in (*SCALARS, ENUM):
        texts = [f"{'E' if kind == ENUM else kind} a = 1;" for kind in (written, read_as)]
        change = fields("", *texts, more="enum E { ZERO = 0; }")
        assert accepts(change) == (CLASS_OF[written] == CLASS_OF[read_as])


@pytest.mark.parametrize(
    ("old", "new", "kind", "place"),
    [
        ("int32 a = 1;", "string a = 1;", Kind.SCALAR_CLASS, "/M/1"),
        ("map<string, int32> a = 4;", "map<string, string> a = 4;", Kind.SCALAR_CLASS, "/M/4/value"),
        ("map<string, int32> a = 4;", "map<bool, int32> a = 4;", Kind.SCALAR_CLASS, "/M/4/key"),
        ("message I { int32 a = 2; }", "message I { float a = 2; }", Kind.SCALAR_CLASS, "/M/I/2"),
        ("message I { message J { bool a = 2; } }", "message I {}", Kind.MESSAGE_REMOVED, "/M/I"),
        ("int32 a = 1; int32 b = 2;", "oneof o { int32 a = 1; int32 b = 2; }", Kind.SEVERAL_INTO_ONEOF, "/M/1"),
    ],
)
def test_a_difference_has_a_kind_and_a_place(old: str, new: str, kind: Kind, place: str) -> None:
    change = fields("", old, new)
    (found,) = can_read(CONFLUENT, change.reader, change.writer)
    assert found.kind == kind
    assert found.reader.startswith(place)
    assert found.sentence


def test_what_does_not_break_is_told_too() -> None:
    change = fields("", "int32 a = 1; string b = 2; reserved 5;", "int64 c = 1; bool d = 3;")
    assert {one.kind for one in all_differences(change.reader, change.writer)} == {
        Kind.SCALAR, Kind.FIELD_RENAMED, Kind.FIELD_REMOVED, Kind.FIELD_ADDED, Kind.RESERVED_REMOVED
    }  # fmt: skip
    assert not can_read(CONFLUENT, change.reader, change.writer)


def test_types_of_imports_are_compared_where_they_are_used() -> None:
    user = 'syntax = "proto3"; package p; import "x.proto"; message M { X x = 1; }'
    old, new = (
        ("x.proto", proto3("message X { int32 a = 1; X x = 2; }")),
        ("x.proto", proto3("message X { string a = 1; }")),
    )
    (found,) = can_read(CONFLUENT, parse(user, [new]), parse(user, [old]))
    assert (found.kind, found.reader) == (Kind.SCALAR_CLASS, "/M/1/1")
    inlined = parse(proto3("message M { X x = 1; } message X { int32 a = 1; X x = 2; }"))
    assert not can_read(CONFLUENT, inlined, parse(user, [old]))
    assert can_read(CONFLUENT, inlined, parse(user, [new]))


def test_a_message_that_is_nested_elsewhere_has_another_local_name() -> None:
    change = Change("", proto3("message M { X x = 1; } message X {}"),
                    proto3("message M { message X {} X x = 1; } message X {}"))  # fmt: skip
    assert [one.kind for one in can_read(CONFLUENT, change.reader, change.writer)] == [Kind.MESSAGE_PLACE]
    assert not can_read(dialect("redpanda"), change.reader, change.writer)


def test_groups_are_messages_of_their_own_kind_and_confluent_does_not_look_at_them() -> None:
    redpanda = dialect("redpanda")
    group = fields2(
        "", "optional group A = 1 { optional int32 a = 1; }", "optional group A = 1 { optional float a = 1; }"
    )
    assert [one.kind for one in can_read(redpanda, group.reader, group.writer)] == [Kind.SCALAR_CLASS]
    mixed = Change(
        "", proto2("message M { optional group A = 1 { } }"), proto2("message A {} message M { optional A a = 1; }")
    )
    assert Kind.FIELD_KIND in {one.kind for one in can_read(redpanda, mixed.reader, mixed.writer)}
    for variant in (CONFLUENT, CONFLUENT_BY_NUMBER):
        for change in (
            group,
            mixed,
            Change("", group.old, proto2("message M {}")),
            fields2("", "oneof o { group A = 1 {} }", ""),
        ):
            assert not can_read(variant, change.reader, change.writer)


@pytest.mark.parametrize("variant", [CONFLUENT, CONFLUENT_BY_NUMBER])
def test_a_required_field_that_was_in_a_oneof_breaks_and_one_that_goes_there_by_number(variant: Dialect) -> None:
    inside, required = "oneof o { int32 a = 1; }", "required int32 a = 1;"
    added, removed = fields2("", inside, required), fields2("", required, inside)
    if variant is CONFLUENT:
        assert [one.kind for one in can_read(variant, added.reader, added.writer)] == [Kind.REQUIRED_ADDED]
        assert not can_read(variant, removed.reader, removed.writer)
    else:
        for change in (added, removed):
            assert Kind.REQUIRED_NUMBER in {one.kind for one in all_differences(change.reader, change.writer, variant)}


# Laws.


@COMPARED
@given(RANDOM)
def test_every_file_reads_itself_in_every_dialect(random: Random) -> None:
    schema = pair(random, most=1).writer
    for one in DIALECTS.values():
        assert not can_read(one, schema, schema)
    assert not all_differences(schema, schema)


@COMPARED
@given(RANDOM)
def test_what_one_dialect_accepts_another_does(random: Random) -> None:
    both = pair(random)
    accepted = {name for name, one in DIALECTS.items() if not can_read(one, both.reader, both.writer)}
    if "buf-csr" in accepted:
        assert {"confluent", "confluent-by-number", "buf-wire"} <= accepted
    if "apicurio" in accepted:
        apart = ONEOFS | {Kind.PACKAGE, Kind.EMPTY_MESSAGE_REMOVED, Kind.MEMBER_REMOVED}
        assert {one.kind for one in can_read(CONFLUENT, both.reader, both.writer)} <= apart


@COMPARED
@given(RANDOM)
def test_order_and_comments_do_not_matter(random: Random) -> None:
    both = pair(random)
    lines = both.reader_text.splitlines()
    head, messages = [one for one in lines if "message" not in one], [one for one in lines if "message" in one]
    random.shuffle(messages)
    shuffled = parse("// said\n" + "\n".join([*head, *(re.sub(r";", "; /* said */", one) for one in messages)]))
    for one in DIALECTS.values():
        assert (not can_read(one, shuffled, both.writer)) == (not can_read(one, both.reader, both.writer))


@COMPARED
@given(RANDOM)
def test_a_new_field_of_the_reader_never_breaks(random: Random) -> None:
    both = pair(random)
    label = "optional " if "proto2" in both.reader_text else ""
    more = parse(re.sub(r"message M \{", f"message M {{ {label}int32 fresh = 99;", both.reader_text))
    for one in DIALECTS.values():
        assert (not can_read(one, more, both.writer)) == (not can_read(one, both.reader, both.writer))


@COMPARED
@given(RANDOM)
def test_the_engine_answers_what_the_naive_iteration_answers(random: Random) -> None:
    both = pair(random)
    rule = Walk(CONFLUENT, both.reader, both.writer).rule
    formulas = {node: one.formula for node, one in reach(rule, ROOT, everything=True).items()}
    left = set(formulas)
    while fallen := {node for node in left if not evaluate(formulas[node], left.__contains__)}:
        left -= fallen
    assert greatest(rule, ROOT).holds(ROOT) == (ROOT in left)


@COMPARED
@given(RANDOM)
def test_without_oneofs_the_two_variants_agree(random: Random) -> None:
    both = pair(random)
    if "oneof" not in both.reader_text + both.writer_text:
        one, two = (can_read(variant, both.reader, both.writer) for variant in (CONFLUENT, CONFLUENT_BY_NUMBER))
        assert one == two


def test_what_a_dialect_accepts_does_not_depend_on_the_names_of_harmless_kinds() -> None:
    for change in TABLE:
        told = all_differences(change.reader, change.writer, BUF_WIRE)
        assert [one for one in told if one.breaks] == can_read(BUF_WIRE, change.reader, change.writer)
        assert all(one.kind in BUF_CSR.breaking for one in told if one.breaks)


# Mutants: each differs from the right rules in one method, and on the row that names it.


class ByName(Walk):
    """Fields are matched by their name."""

    def field_of(self, message: Message, other: Field) -> Field | None:
        return message.by_name.get(other.name)


class AbsentLabels(Walk):
    """A label that is not written counts as `optional`."""

    def labels(self, reader: Field, writer: Field, at: str) -> Iterator[Formula[Pair]]:
        written = [Field(one.number, one.name, one.kind, _written(one.label)) for one in (reader, writer)]
        return super().labels(written[0], written[1], at)


def _written(label: Label) -> Label:
    return Label.OPTIONAL if label is Label.NONE else label


class Swapped(Walk):
    """Reader and writer change places."""

    def __init__(self, one: Dialect, reader: Schema, writer: Schema) -> None:
        super().__init__(one, writer, reader)


class KeysIgnored(Walk):
    def types(self, reader: Field, writer: Field, at: str) -> Iterator[Formula[Pair]]:
        return iter(()) if at.endswith("/key") else super().types(reader, writer, at)


class EnumsApart(Walk):
    """Enums as a class of their own."""

    def scalar(self, reader: Field, writer: Field) -> Kind | None:
        found = super().scalar(reader, writer)
        return Kind.SCALAR_CLASS if found is Kind.ENUM_NUMBER else found


class NestedForgotten(Walk):
    def nested(self, reader: Message, writer: Message) -> Iterator[Formula[Pair]]:  # noqa: ARG002
        return iter(())


class RequiredForgotten(Walk):
    def added(self, field: Field, writer: Message) -> Iterator[Formula[Pair]]:  # noqa: ARG002
        return iter(())


class MovedIsCompared(Walk):
    def compared(self, reader: Field, writer: Field) -> bool:  # noqa: ARG002
        return True


class PackageForgotten(Walk):
    def package(self) -> Iterator[Formula[Pair]]:
        return iter(())


class ImportsTrusted(Walk):
    def message_type(self, reader: str, writer: str, told: str, at: str) -> Formula[Pair]:
        found = super().message_type(reader, writer, told, at)
        return All() if isinstance(found, Child) else found


class OneofsForgotten(Walk):
    def oneofs(self, reader: Message, writer: Message) -> Iterator[Local]:  # noqa: ARG002
        return iter(())


MUTANTS: dict[type[Walk], Change] = {
    ByName: fields("fields by number", "int32 a = 1; string b = 2;", "string b = 1; int32 a = 2;"),
    AbsentLabels: fields("labels that are written", "repeated int32 a = 1;", "int32 a = 1;"),
    Swapped: Change("a message removed, not added", proto3("message M {} message N {}"), proto3("message M {}")),
    KeysIgnored: fields("map keys", "map<int32, int32> a = 1;", "map<string, int32> a = 1;"),
    EnumsApart: fields("an enum is a number", "E a = 1;", "int32 a = 1;", more="enum E { ZERO = 0; }"),
    NestedForgotten: fields("nested messages", "message I { int32 a = 1; }", "message I { float a = 1; }"),
    RequiredForgotten: fields2("required added", "", "required int32 a = 1;"),
    MovedIsCompared: fields("moved into a oneof", "int32 a = 1;", "oneof o { string a = 1; }"),
    PackageForgotten: Change("package", proto3("message M {}"), proto3("message M {}", package="q")),
    OneofsForgotten: fields("members stay", "oneof o { int32 a = 1; int32 b = 2; }", "oneof o { int32 a = 1; }"),
}


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.__name__)
def test_a_mutant_is_killed_by_its_row(mutant: type[Walk]) -> None:
    assert accepts(MUTANTS[mutant], mutant) is not accepts(MUTANTS[mutant])


def test_the_mutant_that_trusts_imports_is_killed() -> None:
    user = 'syntax = "proto3"; package p; import "x.proto"; message M { X x = 1; }'
    reader, writer = (
        parse(user, [("x.proto", proto3(f"message X {{ {kind} a = 1; }}"))]) for kind in ("int32", "float")
    )
    assert solve(CONFLUENT, reader, writer, ImportsTrusted).holds(ROOT)
    assert not solve(CONFLUENT, reader, writer).holds(ROOT)


def test_a_least_fixpoint_would_refuse_a_recursive_import() -> None:
    user = 'syntax = "proto3"; package p; import "x.proto"; message M { X x = 1; }'
    schema = parse(user, [("x.proto", proto3("message X { X x = 1; }"))])
    rule = Walk(CONFLUENT, schema, schema).rule
    formulas = {node: one.formula for node, one in reach(rule, ROOT).items()}
    known: set[Pair] = set()
    while rising := {node for node in formulas if node not in known and evaluate(formulas[node], known.__contains__)}:
        known |= rising
    assert ROOT not in known
    assert greatest(rule, ROOT).holds(ROOT)
