"""Laws of schema.md 6.1, over generated schemas and pairs that are some changes apart."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from nilometer_models.schema.fixpoint import evaluate
from nilometer_models.schema.json_schema import CONFLUENT, CONFLUENT_LENIENT, DIALECTS, Schema, can_read, parse
from nilometer_models.schema.json_schema.dialects import Dialect
from nilometer_models.schema.json_schema.nodes import Combined
from nilometer_models.schema.json_schema.rules import Walk, solve
from nilometer_models.schema.json_schema.walk import Pair
from tests.models.schema.json_schema.schemas import Written, bodies, objects, schemas

LATE = "https://json-schema.org/draft/2020-12/schema"


def of(written: Written) -> Schema:
    return parse(json.dumps(written))


def reads(dialect: Dialect, reader: Written, writer: Written) -> bool:
    return not can_read(dialect, of(reader), of(writer))


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Written, Written]:
    """A writer, and a reader in which some keywords are others."""
    writer = draw(schemas)
    reader = copy.deepcopy(writer)
    for _ in range(draw(st.integers(0, 3))):
        found = draw(st.sampled_from(list(objects(reader))))
        word = draw(st.sampled_from(["", *sorted(set(found) - {"$defs"})]))
        if word in ("maxLength", "minLength", "maximum", "minimum", "minItems", "maxItems", "minProperties"):
            found[word] = draw(st.integers(0, 4))
        elif word in ("additionalProperties", "additionalItems"):
            found[word] = draw(st.booleans() | bodies)
        elif word == "properties":
            found[word] = {**found[word], **draw(st.dictionaries(st.sampled_from("ac"), bodies, max_size=1))}
        elif word and word not in ("$defs", "allOf"):
            del found[word]
    return writer, reader


@given(schemas)
def test_everything_reads_itself_in_every_dialect(written: Written) -> None:
    for dialect in DIALECTS.values():
        assert can_read(dialect, of(written), of(written)) == []


@given(pairs())
def test_what_is_right_under_strict_is_right_under_lenient(pair: tuple[Written, Written]) -> None:
    writer, reader = pair
    if reads(CONFLUENT, reader, writer):
        assert reads(CONFLUENT_LENIENT, reader, writer)


def renamed(written: Written) -> Written:
    """Keys the other way round, `definitions` for `$defs`, branches the other way round, annotated."""
    if isinstance(written, list):
        return [renamed(one) for one in written]
    if not isinstance(written, dict):
        return written
    words: dict[str, Any] = {}
    for word, said in reversed(written.items()):
        if word in ("enum", "const", "required", "type", "default"):
            words[word] = said
        elif word in ("allOf", "anyOf", "oneOf"):
            words[word] = [renamed(one) for one in reversed(said)]
        elif word in ("properties", "patternProperties", "dependencies", "$defs"):
            words["definitions" if word == "$defs" else word] = {
                name: renamed(one) if isinstance(one, dict | bool) else one for name, one in reversed(said.items())
            }
        else:
            words[word] = renamed(said)
    return {**words, "title": "annotated", "$comment": "annotated"}


@given(pairs())
def test_layout_annotations_and_the_order_of_branches_change_nothing(pair: tuple[Written, Written]) -> None:
    writer, reader = pair
    expected = reads(CONFLUENT, reader, writer)
    assert reads(CONFLUENT, renamed(reader), writer) is expected
    assert reads(CONFLUENT, reader, renamed(writer)) is expected


RELAXABLE = (
    "maxLength", "minLength", "pattern", "maximum", "minimum", "exclusiveMaximum", "multipleOf", "minItems", "maxItems",
    "uniqueItems", "minProperties", "additionalItems", "required",
)  # fmt: skip


def branches(schema: Schema) -> list[int]:
    return sorted(len(node.distinct) for node in schema.nodes if isinstance(node, Combined))


def inverted(written: Written) -> bool:
    """Somewhere below `not` or in a dependency stands a reference: what it refers to is in a negative place, too."""
    return "$ref" in json.dumps(written) and ("not" in json.dumps(written) or "dependencies" in json.dumps(written))


@given(pairs(), st.data())
@settings(max_examples=100)
def test_a_constraint_that_the_reader_drops_never_turns_yes_into_no(
    pair: tuple[Written, Written], data: st.DataObject
) -> None:
    writer, reader = pair
    assume(not inverted(reader))
    relaxed = copy.deepcopy(reader)
    places = [(found, word) for found in objects(relaxed) for word in RELAXABLE if word in found and "type" in found]
    assume(places)
    found, word = data.draw(st.sampled_from(places))
    del found[word]
    # Branches that become equal count once: see below.
    assume(branches(of(relaxed)) == branches(of(reader)))
    if reads(CONFLUENT, reader, writer):
        assert reads(CONFLUENT, relaxed, writer)


@pytest.mark.parametrize(
    ("writer", "reader", "relaxed"),
    [
        # Relaxed branches that have become equal are one branch, and a sum has lost one.
        ({"anyOf": [{"maxLength": 1}, {"maxLength": 2}]}, {"anyOf": [{"maxLength": 3}, {"maxLength": 2}]},
         {"anyOf": [{"maxLength": 3}, {"maxLength": 3}]}),
        # A reader that allows null, too, is a sum, whose branches must be covered.
        ({"type": "string", "enum": ["a"]}, {"type": "string"}, {"type": ["string", "null"]}),
    ],
)  # fmt: skip
def test_around_combinations_the_rules_themselves_are_not_monotone(
    writer: Written, reader: Written, relaxed: Written
) -> None:
    assert reads(CONFLUENT, reader, writer)
    assert not reads(CONFLUENT, relaxed, writer)


@given(pairs())
@example(
    ({"$ref": "#/$defs/a", "$defs": {"a": {"not": {"$ref": "#/$defs/b"}}, "b": {"not": {"$ref": "#/$defs/a"}}}},) * 2
)
def test_the_engine_answers_as_kleene_on_all_pairs_that_are_reached(pair: tuple[Written, Written]) -> None:
    writer, reader = of(pair[0]), of(pair[1])
    walk = Walk(CONFLUENT, reader, writer)
    solution = solve(CONFLUENT, reader, writer)
    holding: frozenset[Pair] = frozenset(solution.formulas)
    formulas = {pair: walk.rule(pair) for pair in holding}

    def step(now: frozenset[Pair]) -> frozenset[Pair]:
        # A pair that is false whatever its children are has none: they were not reached.
        return frozenset(pair for pair in formulas if evaluate(formulas[pair], now.__contains__))

    while (after := step(holding)) != holding:
        holding = after
    assert {pair for pair in formulas if solution.holds(pair)} == holding


@given(schemas)
def test_the_tuple_forms_of_both_drafts_are_one(written: Written) -> None:
    def late(one: Written) -> Written:
        if isinstance(one, list):
            return [late(inner) for inner in one]
        if not isinstance(one, dict):
            return one
        words = {word: late(said) if word not in ("enum", "const") else said for word, said in one.items()}
        if isinstance(words.get("items"), list):
            words["prefixItems"] = words.pop("items")
            if "additionalItems" in words:
                words["items"] = words.pop("additionalItems")
        else:
            words.pop("additionalItems", None)
        return words

    def early(one: Written) -> Written:
        """additionalItems beside a schema of all items means nothing."""
        if isinstance(one, list):
            return [early(inner) for inner in one]
        if not isinstance(one, dict):
            return one
        words = {word: early(said) if word not in ("enum", "const") else said for word, said in one.items()}
        if not isinstance(words.get("items"), list):
            words.pop("additionalItems", None)
        return words

    new = {"$schema": LATE, **late(written)}
    assert reads(CONFLUENT, new, early(written))
    assert reads(CONFLUENT, early(written), new)
