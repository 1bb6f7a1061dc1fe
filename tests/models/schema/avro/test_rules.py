"""The rules, row by row and as laws; mutants of the rules, each killed by a law."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import product
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nilometer.schema.avro.generators import SchemaPair, Written, give_default, pair, slots
from nilometer_models.schema.avro import AVRO_JAVA, DIALECTS, Kind, all_differences, can_read, parse
from nilometer_models.schema.avro.meaning import witness
from nilometer_models.schema.avro.nodes import PRIMITIVES, Enumeration, Field, Json, Record, Schema, Union
from nilometer_models.schema.avro.rules import PROMOTIONS, Pair, Walk, solve
from nilometer_models.schema.fixpoint import All, Child, Either, Formula, evaluate, greatest, reach


def reads(reader: Json, writer: Json, walk: type[Walk] = Walk) -> bool:
    solution = solve(AVRO_JAVA, parsed := parse(json.dumps(reader)), other := parse(json.dumps(writer)), walk)
    return solution.holds((parsed.root, other.root))


def record(*fields: Json, name: str = "R", **more: Json) -> Json:
    return {"type": "record", "name": name, "fields": list(fields), **more}


def enum(*symbols: str, name: str = "E", **more: Json) -> Json:
    return {"type": "enum", "name": name, "symbols": list(symbols), **more}


A: Json = {"name": "a", "type": "int"}
A_DEFAULT: Json = {"name": "a", "type": "int", "default": 0}
F1: Json = {"type": "fixed", "name": "F", "size": 1}
TREE: Json = {"type": "record", "name": "R", "fields": [{"name": "next", "type": ["null", "R"]}]}


@pytest.mark.parametrize("reader", PRIMITIVES)
@pytest.mark.parametrize("writer", PRIMITIVES)
def test_a_primitive_reads_itself_and_what_is_promoted_to_it(reader: str, writer: str) -> None:
    assert reads(reader, writer) == (reader == writer or writer in PROMOTIONS.get(reader, ()))


@pytest.mark.parametrize(
    ("reader", "writer", "expected"),
    [
        ({"type": "array", "items": "long"}, {"type": "array", "items": "int"}, True),
        ({"type": "array", "items": "int"}, {"type": "array", "items": "long"}, False),
        ({"type": "map", "values": "long"}, {"type": "map", "values": "int"}, True),
        ({"type": "map", "values": "int"}, {"type": "array", "items": "int"}, False),
        (["null", "int"], "int", True),
        ("int", ["null", "int"], False),
        ("int", ["int"], True),
        ("int", [], True),
        ([], "int", False),
        (["int", "string"], ["string", "int"], True),
        (["long", "null"], ["int", "null"], True),
        (F1, F1, True),
        (F1, {**F1, "size": 2}, False),
        ({**F1, "name": "n.F"}, {**F1, "name": "m.F"}, True),
        ({**F1, "name": "G"}, F1, False),
        ({**F1, "name": "G", "aliases": ["F"]}, F1, True),
        ({**F1, "name": "n.G", "aliases": ["F"]}, F1, False),
        (enum("A", "B"), enum("A"), True),
        (enum("A"), enum("A", "B"), False),
        (enum("A", default="A"), enum("A", "B"), True),
        (enum("A"), enum("A", "B", default="A"), False),
        (record(A), record(), False),
        (record(A_DEFAULT), record(), True),
        (record(), record(A), True),
        (record({"name": "e", "type": enum("A", default="A")}), record(), False),
        (record({"name": "b", "type": "int", "aliases": ["a"]}), record(A), True),
        (record({"name": "b", "type": "int"}), record({"name": "a", "type": "int", "aliases": ["b"]}), False),
        (record(name="S"), record(), False),
        (record(name="S"), record(aliases=["S"]), False),
        (TREE, TREE, True),
        (record(A), {"type": "error", "name": "R", "fields": [A]}, True),
    ],
)
def test_each_row_of_the_table(reader: Json, writer: Json, expected: bool) -> None:
    assert reads(reader, writer) is expected


@pytest.mark.parametrize(
    ("reader", "writer", "kind", "place"),
    [
        ("int", "long", Kind.TYPE, ""),
        (record(A), record({"name": "a", "type": "long"}), Kind.TYPE, "/fields/0/type"),
        (record(A), record(), Kind.DEFAULT, "/fields/0"),
        (record({"name": "e", "type": enum("A", default="A")}), record(), Kind.TYPE, "/fields/0/type"),
        (record(name="S"), record(), Kind.RECORD_NAME, "/name"),
        (F1, {**F1, "size": 2}, Kind.FIXED_SIZE, "/size"),
        (enum("A"), enum("B"), Kind.ENUM_SYMBOLS, "/symbols"),
        (["null"], "int", Kind.UNION_BRANCH, ""),
        ({"type": "map", "values": "int"}, {"type": "map", "values": "string"}, Kind.TYPE, "/values"),
    ],
)
def test_a_difference_has_a_kind_and_a_place(reader: Json, writer: Json, kind: Kind, place: str) -> None:
    found = can_read(AVRO_JAVA, parse(json.dumps(reader)), parse(json.dumps(writer)))
    assert [(one.kind, one.reader) for one in found] == [(kind, place)]


def test_what_does_not_break_is_told_too() -> None:
    old = parse(json.dumps(record(A, {"name": "gone", "type": "int"})))
    new = parse(json.dumps(record({"name": "a", "type": "float"}, {"name": "b", "type": "int", "default": 1})))
    assert {one.kind for one in all_differences(new, old)} == {
        Kind.LOSSY_NUMBER, Kind.FIELD_DEFAULTED, Kind.FIELD_SKIPPED
    }  # fmt: skip
    assert not can_read(AVRO_JAVA, new, old)


def test_a_union_keeps_the_reasons_of_its_branches() -> None:
    (found,) = can_read(AVRO_JAVA, parse(json.dumps([enum("A"), "int"])), parse(json.dumps(enum("B"))))
    assert found.kind == Kind.UNION_BRANCH
    assert {detail.kind for detail in found.details} == {Kind.ENUM_SYMBOLS, Kind.TYPE}


# Laws. Each takes the walk that is judged, so that mutants can be put in the place of the right one.

Walks = type[Walk]


def holds(walk: Walks, reader: Schema, writer: Schema) -> bool:
    return solve(AVRO_JAVA, reader, writer, walk).holds((reader.root, writer.root))


def reflexive(walk: Walks, random: Random) -> bool:
    """Every schema reads itself."""
    one = pair(random)
    return holds(walk, one.reader, one.reader) or _has_own_alias(one.reader)


def _has_own_alias(schema: Schema) -> bool:
    """An alias that is a field too: two hits, and Java throws."""
    records = [node for node in schema.nodes if isinstance(node, Record)]
    return any({f.name for f in node.fields}.intersection(f.aliases) for node in records for f in node.fields)


def engine_is_naive(walk: Walks, random: Random) -> bool:
    """The worklist answers what the naive iteration over all pairs answers."""
    one = pair(random)
    asked = walk(AVRO_JAVA, one.reader, one.writer)
    return greatest(asked.rule, asked.root).holds(asked.root) == (asked.root in naive(asked))


def naive(asked: Walk) -> set[Pair]:
    """Kleene from all pairs."""
    formulas = {node: one.formula for node, one in reach(asked.rule, asked.root, everything=True).items()}
    left = set(formulas)
    while fallen := {node for node in left if not evaluate(formulas[node], left.__contains__)}:
        left -= fallen
    return left


def changed_reader(change: Callable[[Random, Written], None], walk: Walks, random: Random) -> bool:
    """After a change of the reader that only helps, yes stays yes."""
    one = pair(random)
    if not holds(walk, one.reader, one.writer):
        return True
    root = {"root": json.loads(one.reader_text)}
    change(random, root)
    return holds(walk, parse(json.dumps(root["root"])), one.writer)


def default_added(random: Random, root: Written) -> None:
    for slot in slots(root, "root"):
        if isinstance(slot.type, dict):
            for field in slot.type.get("fields", ()):
                if "default" not in field and random.random() < 0.5:
                    give_default(field)


def field_dropped(random: Random, root: Written) -> None:
    for slot in slots(root, "root"):
        if isinstance(slot.type, dict) and slot.type.get("fields"):
            plain = [field for field in slot.type["fields"] if field["type"] in PRIMITIVES]
            if plain:
                slot.type["fields"].remove(random.choice(plain))


def branch_added(random: Random, root: Written) -> None:
    for slot in slots(root, "root"):
        if isinstance(slot.type, list):
            free = [one for one in ("boolean", "null", "double") if one not in slot.type]
            slot.type += free[: random.randint(0, 1)]


LAWS: dict[str, Callable[[Walks, Random], bool]] = {
    "reflexive": reflexive,
    "engine = naive": engine_is_naive,
    "a default helps": lambda walk, random: changed_reader(default_added, walk, random),
    "dropping a reader's field helps": lambda walk, random: changed_reader(field_dropped, walk, random),
    "a reader's branch helps": lambda walk, random: changed_reader(branch_added, walk, random),
}


@pytest.mark.parametrize("law", LAWS)
def test_laws_of_the_rules(law: str) -> None:
    @settings(max_examples=120, deadline=None)
    @given(st.randoms(use_true_random=False))
    def check(random: Random) -> None:
        assert LAWS[law](Walk, random)

    check()


@settings(max_examples=120, deadline=None)
@given(st.randoms(use_true_random=False))
def test_documentation_and_the_order_of_fields_do_not_matter(random: Random) -> None:
    one = pair(random)
    written = {"root": json.loads(one.writer_text)}
    for slot in slots(written, "root"):
        if isinstance(slot.type, dict) and "name" in slot.type:
            slot.type["doc"] = "said"
            slot.type["x-property"] = [1]
    assert holds(Walk, one.reader, parse(json.dumps(written["root"]))) == holds(Walk, one.reader, one.writer)


@settings(max_examples=120, deadline=None)
@given(st.randoms(use_true_random=False))
def test_a_branch_more_of_the_writer_never_helps(random: Random) -> None:
    one = pair(random)
    if not holds(Walk, one.reader, one.writer):
        root = {"root": json.loads(one.writer_text)}
        branch_added(random, root)
        assert not holds(Walk, one.reader, parse(json.dumps(root["root"])))


def test_every_dialect_reads_what_it_wrote() -> None:
    random = Random(5)
    for _ in range(100):
        schema = pair(random).reader
        if not _has_own_alias(schema):
            for one in DIALECTS.values():
                assert not can_read(one, schema, schema)


# Mutants: each differs from the right rules in one method.


class EnumDefaultIgnored(Walk):
    def enum_default(self, reader: Enumeration) -> str | None:  # noqa: ARG002
        return None


class SymbolsIgnored(Walk):
    """B103: an enum that lost a symbol reads what was written with it. The smallest: one of two symbols is gone."""

    def symbols(self, reader: Enumeration, writer: Enumeration) -> Formula[Pair]:  # noqa: ARG002
        return All()


class EnumDefaultForField(Walk):
    """Takes an enum's own default for that of a field."""

    def has_default(self, field: Field) -> bool:
        node = self.reader[field.type]
        return super().has_default(field) or (isinstance(node, Enumeration) and node.default is not None)


class WritersAliases(Walk):
    def names_match(self, reader: object, writer: object) -> bool:
        return super().names_match(reader, writer) or reader.name in writer.aliases  # type: ignore[attr-defined, arg-type]


class WritersFieldAliases(Walk):
    def writer_fields(self, field: Field, writer: Record) -> list[tuple[int, Field]]:
        found = super().writer_fields(field, writer)
        return found or [(n, other) for n, other in enumerate(writer.fields) if field.name in other.aliases][:1]

    def fields(self, reader: Record, writer: Record):  # type: ignore[no-untyped-def]
        for n, field in enumerate(reader.fields):
            yield self.field(n, field, self.writer_fields(field, writer))


class FirstBranchOnly(Walk):
    def reader_union(self, pair: Pair, reader: Union) -> Formula[Pair]:
        return super().reader_union(pair, Union(reader.branches[:1]))


class EveryBranch(Walk):
    """Asks a reader's union as if it were a writer's."""

    def reader_union(self, pair: Pair, reader: Union) -> Formula[Pair]:
        return All(tuple(Child((branch, pair[1])) for branch in reader.branches))


class SomeWriterBranch(Walk):
    def writer_union(self, pair: Pair, writer: Union) -> Formula[Pair]:
        return super().writer_union(pair, Union(writer.branches[:1]))


class Swapped(Walk):
    def rule(self, pair: Pair) -> Formula[Pair]:
        other = Walk(self.dialect, self.writer, self.reader)
        return _turned(other.rule((pair[1], pair[0])))


def _turned(formula: Formula[Pair]) -> Formula[Pair]:
    match formula:
        case Child(pair):
            return Child((pair[1], pair[0]))
        case All(parts):
            return All(tuple(map(_turned, parts)))
        case Either(parts, difference):
            return Either(tuple(map(_turned, parts)), difference)
    return formula


class FullNames(Walk):
    def names_match(self, reader: object, writer: object) -> bool:
        return reader.name == writer.name or writer.name in reader.aliases  # type: ignore[attr-defined, no-any-return]


class SizeIgnored(Walk):
    def size(self, reader: object, writer: object) -> Formula[Pair]:  # noqa: ARG002
        return All()


SOUND = "what is judged compatible has no value that fails"
COMPLETE = "what is judged incompatible has a value that fails"
E_FIELD: Json = record({"name": "e", "type": enum("A", default="A")})
B_FIELD: Json = {"name": "b", "type": "int"}
MUTANTS: dict[Walks, tuple[str, Json, Json]] = {
    EnumDefaultIgnored: (COMPLETE, enum("A", default="A"), enum("A", "B")),
    SymbolsIgnored: (SOUND, enum("A"), enum("A", "B")),
    EnumDefaultForField: (SOUND, E_FIELD, record()),
    WritersAliases: (SOUND, record(name="S"), record(aliases=["S"])),
    WritersFieldAliases: (SOUND, record(B_FIELD), record({**A, "aliases": ["b"]})),
    FirstBranchOnly: (COMPLETE, ["null", "int"], "int"),
    EveryBranch: (COMPLETE, ["null", "int"], "int"),
    SomeWriterBranch: (SOUND, "int", ["int", "null"]),
    Swapped: (SOUND, "int", "long"),
    FullNames: (COMPLETE, record(name="n.R"), record(name="m.R")),
    SizeIgnored: (SOUND, F1, {**F1, "size": 2}),
}
"""Mutant -> the law that kills it, and the pair on which it does."""


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.__name__)
def test_a_mutant_is_killed_by_the_law_that_it_names(mutant: Walks) -> None:
    law, reader, writer = MUTANTS[mutant]
    read, written = parse(json.dumps(reader)), parse(json.dumps(writer))
    fails = witness(read, written, Random(1)) is not None
    assert reads(reader, writer, mutant) is fails  # the law is broken: yes with a failing value, or no without one
    assert fails is (law == SOUND)
    assert reads(reader, writer) is not fails


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.__name__)
def test_random_pairs_kill_it_too(mutant: Walks) -> None:
    """Somewhere in 4,000 pairs of the generator the mutant answers otherwise than the rules."""
    random = Random(8)
    assert any(holds(mutant, one.reader, one.writer) != holds(Walk, one.reader, one.writer) for one in _pairs(random))


def _pairs(random: Random) -> Iterator[SchemaPair]:
    for _ in range(4_000):
        yield pair(random, depth=2)


# All small recursive schemas.

INNER: list[Json] = ["int", "long", ["null", "R"], ["null", "S"], {"type": "array", "items": "R"}]


def _small() -> Iterator[Schema]:
    for first, second in product(INNER, INNER):
        inner: Json = {"type": "record", "name": "S", "fields": [{"name": "s", "type": second}]}
        yield parse(json.dumps(record({"name": "a", "type": inner}, {"name": "b", "type": first})))


def test_engine_equals_naive_on_all_pairs_of_small_recursive_schemas() -> None:
    schemas = list(_small())
    verdicts = Counter()  # type: ignore[var-annotated]
    for reader, writer in product(schemas, schemas):
        asked = Walk(AVRO_JAVA, reader, writer)
        verdict = greatest(asked.rule, asked.root).holds(asked.root)
        assert verdict == (asked.root in naive(asked))
        verdicts[verdict] += 1
    assert min(verdicts.values()) > 30
