"""Every rule in both directions and under both policies; then the laws, and the wrong walks that they tell apart.

law                                              kills
rows of the design                               open model judged on the wrong side
what is forbidden less is read                   `not` covariant
a matching covers what greedy pairing misses     greedy pairing
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from nilometer_models.schema.difference import Difference
from nilometer_models.schema.fixpoint import Child, Covering, Either, Formula, greatest
from nilometer_models.schema.json_schema import CONFLUENT, CONFLUENT_LENIENT, Kind, Schema, all_differences, parse
from nilometer_models.schema.json_schema.containers import object_is_open
from nilometer_models.schema.json_schema.dialects import LENIENT, Dialect
from nilometer_models.schema.json_schema.nodes import Combined, Not, Object
from nilometer_models.schema.json_schema.rules import Walk, can_read, is_multiple
from nilometer_models.schema.json_schema.walk import Pair
from tests.models.schema.json_schema.rows import ROWS, N, Row, S, Written, texts, things


def of(written: Written) -> Schema:
    return parse(json.dumps(written))


def kinds(dialect: Dialect, reader: Written, writer: Written, walk: type[Walk] = Walk) -> list[str]:
    return sorted(difference.kind for difference in can_read(dialect, of(reader), of(writer), walk))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_each_rule_answers_as_the_design_says_in_both_directions(row: Row) -> None:
    assert kinds(CONFLUENT, row.new, row.old) == sorted(row.backward)
    assert kinds(CONFLUENT, row.old, row.new) == sorted(row.forward)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_lenient_forgives_its_kinds_and_no_others(row: Row) -> None:
    assert kinds(CONFLUENT_LENIENT, row.new, row.old) == sorted(set(row.backward) - LENIENT)
    assert kinds(CONFLUENT_LENIENT, row.old, row.new) == sorted(set(row.forward) - LENIENT)


def test_every_breaking_kind_has_a_row() -> None:
    seen = {kind for row in ROWS for kind in (*row.backward, *row.forward)}
    assert seen == CONFLUENT.breaking


def test_every_harmless_kind_is_told() -> None:
    told = {difference.kind for row in ROWS for pair in ((row.new, row.old), (row.old, row.new))
            for difference in all_differences(of(pair[0]), of(pair[1]))}  # fmt: skip
    assert set(Kind) - told - CONFLUENT.breaking == set()


@pytest.mark.parametrize("within", ["properties", "items", "prefix", "oneOf", "allOf", "not", "dependencies", "$ref"])
def test_a_difference_is_found_wherever_it_stands_and_its_places_lead_to_it(within: str) -> None:
    def put(written: Written) -> dict[str, Any]:
        places: dict[str, dict[str, Any]] = {
            "properties": {"properties": {"a/b~c": written}},
            "items": {"items": written},
            "prefix": {"$schema": "https://json-schema.org/draft/2020-12/schema", "prefixItems": [written]},
            "oneOf": {"oneOf": [{"type": "null"}, written]},
            "allOf": {"allOf": [{"type": "null"}, written]},
            "not": {"not": written},
            "dependencies": {"dependencies": {"a": written}},
            "$ref": {"$ref": "#/$defs/a", "$defs": {"a": {"properties": {"x": written}}}},
        }
        return places[within]

    good, bad = can_read(CONFLUENT, of(put(N)), of(put(N))), can_read(CONFLUENT, of(put(S)), of(put(N)))
    assert good == []
    assert [(found.reader, found.writer) for found in innermost(bad) if found.kind == Kind.TYPE_CHANGED][:1] == {
        "properties": [("/properties/a~1b~0c",) * 2], "items": [("/items",) * 2], "prefix": [("/prefixItems/0",) * 2],
        "not": [("/not",) * 2], "dependencies": [("/dependencies/a",) * 2], "$ref": [("/properties/x",) * 2],
        "oneOf": [("/oneOf/1", "/oneOf/0")], "allOf": [("/allOf/1", "/allOf/0")],
    }[within]  # fmt: skip


def innermost(found: list[Difference]) -> list[Difference]:
    return [inner for one in found for inner in (innermost(list(one.details)) if one.details else [one])]


def test_inside_not_the_first_place_is_still_the_readers() -> None:
    reader, writer = {"not": {"properties": {"a": S}}}, {"not": {"allOf": [{"properties": {"a": N}}]}}
    (found,) = innermost(can_read(CONFLUENT, of(reader), of(writer)))
    assert (found.reader, found.writer) == ("/not/properties/a", "/not/allOf/0/properties/a")


def test_recursion_is_an_edge_and_is_judged_by_the_greatest_fixpoint() -> None:
    def tree(value: Written) -> Written:
        return {"$ref": "#/$defs/t", "$defs": {"t": things({"v": value, "kids": {"items": {"$ref": "#/$defs/t"}}})}}

    assert kinds(CONFLUENT, tree(N), tree({"type": "integer"})) == []
    assert set(kinds(CONFLUENT, tree({"type": "integer"}), tree(N))) == {Kind.TYPE_NARROWED}


def test_a_chain_of_references_longer_than_the_stack_is_judged_without_recursion() -> None:
    def chain(last: Written) -> Schema:
        length = 2_000
        defs: dict[str, Any] = {f"d{n}": things({"next": {"$ref": f"#/$defs/d{n + 1}"}}) for n in range(length)}
        return of({"$ref": "#/$defs/d0", "$defs": {**defs, f"d{length}": last}})

    assert can_read(CONFLUENT, chain(N), chain({"type": "integer"})) == []
    assert len(can_read(CONFLUENT, chain({"type": "integer"}), chain(N))) == 1


def test_a_thousand_fields_and_a_depth_of_fifty_are_judged_once_a_pair() -> None:
    def wide(kind: str) -> Schema:
        return of(things({f"f{n}": {"type": kind} for n in range(1000)}))

    def deep(kind: str) -> Schema:
        written: Written = {"type": kind}
        for _ in range(50):
            written = {"anyOf": [{"type": "null"}, things({"next": written})]}
        return of(written)

    assert len(can_read(CONFLUENT, wide("integer"), wide("number"))) == 1000
    # Two branches against two: four pairs a level, and those of the objects' fields.
    walk = Walk(CONFLUENT, deep("integer"), deep("number"))
    assert not greatest(walk.rule, walk.root).holds(walk.root)
    assert len(walk.formulas) <= 5 * 51


def test_multiples_are_decimal_and_never_overflow() -> None:
    assert is_multiple(Decimal("0.3"), Decimal("0.1"))
    assert not is_multiple(Decimal("1e999999"), Decimal("3e-999999"))


class NotIsCovariant(Walk):
    def inner_of_not(self, pair: Pair, new: Not, old: Not) -> Pair:
        return self.below(pair[0], new.inner), self.below(pair[1], old.inner)


class WrongSide(Walk):
    """Added properties by the new content model, removed ones by the old."""

    def open_for_added(self, new: Object, old: Object) -> bool:
        del old
        return object_is_open(new)

    def open_for_removed(self, new: Object, old: Object) -> bool:
        del new
        return object_is_open(old)


class Greedy(Walk):
    """Each old branch takes the first free counterpart, and keeps it."""

    def counterparts(self, pair: Pair, new: Combined, old: Combined) -> Formula[Pair]:
        true = super().counterparts(pair, new, old)
        assert isinstance(true, Covering)
        taken: set[int] = set()
        for row in true.grid:
            for column, cell in enumerate(row):
                if column not in taken and not can_read_cell(self, cell):
                    taken.add(column)
                    break
        return true if len(taken) >= true.needed else Either((), true.difference)


def can_read_cell(walk: Walk, cell: Formula[Pair]) -> bool:
    """The cell does not hold, by a walk of its own."""
    assert isinstance(cell, Child)
    return not greatest(walk.rule, cell.pair).holds(cell.pair)


def wrong(walk: type[Walk]) -> set[str]:
    """Rows that a walk answers otherwise than the design."""
    return {row.name for row in ROWS for reader, writer, expected in
            ((row.new, row.old, row.backward), (row.old, row.new, row.forward))
            if kinds(CONFLUENT, reader, writer, walk) != sorted(expected)}  # fmt: skip


def test_a_not_without_swapped_roles_is_told_by_what_is_forbidden_less() -> None:
    assert wrong(NotIsCovariant) == {"not forbids less"}


def test_an_open_model_on_the_wrong_side_is_told_by_a_property_added_to_it() -> None:
    assert wrong(WrongSide) == {"added below an open model that closes"}


def test_greedy_pairing_is_told_by_a_branch_that_two_others_want() -> None:
    assert wrong(Greedy) == {"counterparts by a matching"}


def test_the_rows_are_right_for_the_true_walk() -> None:
    assert wrong(Walk) == set()


def test_pattern_of_a_text_may_be_anything() -> None:
    assert kinds(CONFLUENT, texts(pattern="(["), texts(pattern="([")) == []
