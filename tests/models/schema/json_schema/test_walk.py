"""Places and roles."""

from __future__ import annotations

from nilometer_models.schema.fixpoint import Child, Either, Local
from nilometer_models.schema.json_schema import CONFLUENT, CONFLUENT_LENIENT, Kind, parse
from nilometer_models.schema.json_schema.dialects import Dialect
from nilometer_models.schema.json_schema.walk import Shared


def shared(dialect: Dialect = CONFLUENT) -> Shared:
    return Shared(dialect, parse('{"not": {}}'), parse('{"not": {"type": "null"}}'))


def test_both_schemas_stand_in_one_table() -> None:
    walk = shared()
    reads, wrote = walk.root
    assert (walk.node(reads).kind, walk.node(wrote).kind) == ("not", "not")
    assert (walk.node(walk.below(reads, 1)).kind, walk.node(walk.below(wrote, 1)).kind) == ("empty", "null")


def test_places_of_a_swapped_pair_are_swapped_back() -> None:
    walk = shared()
    reads, wrote = walk.root
    straight, swapped = walk.child((reads, wrote), 1, 1, "/a", "/b"), walk.child((wrote, reads), 1, 1, "/b", "/a")
    assert (straight.reader, straight.writer) == (swapped.reader, swapped.writer) == ("/a", "/b")
    assert straight.pair == swapped.pair[::-1]
    difference = walk.difference((wrote, reads), Kind.TYPE_CHANGED, "", "/b", "/a")
    assert (difference.reader, difference.writer) == ("/a", "/b")


def test_what_a_dialect_forgives_is_still_told() -> None:
    for dialect, parts in ((CONFLUENT, 1), (CONFLUENT_LENIENT, 2)):
        walk = shared(dialect)
        difference = walk.difference(walk.root, Kind.PROPERTY_ADDED_NOT_COVERED, "")
        formula = walk.unless(Child(walk.root), difference)
        assert isinstance(formula, Either)
        assert len(formula.parts) == parts


def test_bounds_are_tighter_in_their_own_direction() -> None:
    walk = shared()
    for formula, kind in (
        (walk.upper(walk.root, "maximum", 3, 5), Kind.BOUND_TIGHTENED),
        (walk.upper(walk.root, "maximum", None, 5), Kind.BOUND_RELAXED),
        (walk.lower(walk.root, "minimum", 3, 5), Kind.BOUND_RELAXED),
        (walk.lower(walk.root, "minimum", 3, None), Kind.BOUND_TIGHTENED),
    ):
        assert isinstance(formula, Local)
        assert formula.difference.kind == kind
