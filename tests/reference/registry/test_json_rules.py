"""Each rule in both directions, recursion, and the verdicts of the models' rules on generated pairs.

Registry and models share no code: the rules were read twice, and here the two readings meet.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from nilometer_models.schema.json_schema import CONFLUENT, NotJsonSchema, can_read, parse
from nilometer_reference.registry import json_rules
from nilometer_reference.registry.errors import RegistryError
from nilometer_reference.registry.json_rules import differences
from nilometer_reference.registry.json_schema import parse_json
from tests.models.schema.json_schema.rows import ROWS, Row
from tests.reference.registry.json_pairs import families

S, N, INT = {"type": "string"}, {"type": "number"}, {"type": "integer"}
LATE = "https://json-schema.org/draft/2020-12/schema"


def why(reader: Any, writer: Any) -> list[str]:
    return differences(parse_json(json.dumps(reader)), parse_json(json.dumps(writer)))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_the_rules_of_the_design_in_both_directions(row: Row) -> None:
    assert (why(row.new, row.old) == []) is (row.backward == ())
    assert (why(row.old, row.new) == []) is (row.forward == ())


@pytest.mark.parametrize(
    ("reader", "writer", "reason"),
    [
        (INT, N, "/type: integer where number was"), (S, N, "/: string where number was"),
        ({"maxLength": 3}, {"maxLength": 5}, "/maxLength: 5 became 3"),
        ({"pattern": "a"}, S, "/pattern: none became a"), ({"const": 1}, {"const": 2}, "/const: another value"),
        ({"enum": [1]}, {"enum": [1, 2]}, "/enum: 1 of 2 values are gone"),
        ({"multipleOf": 4}, {"multipleOf": 2}, "/multipleOf: 2 became 4"),
        ({"not": N}, {"not": INT}, "/not: what is forbidden was not forbidden before"),
        ({"oneOf": [S, N]}, {"type": "null"}, "/: oneOf where null was, and no branch of 2 is compatible"),
        ({"oneOf": [S, N]}, {"allOf": [S, N]}, "/: allOf of 2 became oneOf of 2"),
        ({"anyOf": [S]}, {"anyOf": [S, N]}, "/: anyOf lost 1 branches"),
        ({"allOf": [S, N]}, {"allOf": [S]}, "/: allOf got 1 branches more"),
        ({"anyOf": [S, N]}, {"anyOf": [S, {"type": "null"}]},
         "/: fewer than 2 branches have a compatible counterpart of their own"),
    ],
)  # fmt: skip
def test_a_refusal_says_what_and_where(reader: Any, writer: Any, reason: str) -> None:
    assert reason in why(reader, writer)


def tree(value: Any, leaf: str = "v") -> dict[str, Any]:
    return {
        "$ref": "#/$defs/t",
        "$defs": {"t": {"type": "object", "properties": {leaf: value, "kids": {"items": {"$ref": "#/$defs/t"}}}}},
    }


def test_recursion_is_judged_by_the_greatest_fixpoint() -> None:
    assert why(tree(N), tree(INT)) == []
    assert why(tree(INT), tree(N)) == ["/$defs/t/properties/v/type: integer where number was"]


def test_a_verdict_that_was_only_assumed_falls_with_what_it_rested_on() -> None:
    """a and b refer to each other; the difference shows in a after b was found good under the assumption of a."""

    def loop(kind: str) -> dict[str, Any]:
        return {
            "properties": {"b": {"$ref": "#/definitions/b"}, "again": {"anyOf": [{"$ref": "#/definitions/b"}, S]}},
            "definitions": {
                "a": {"properties": {"b": {"$ref": "#/definitions/b"}, "leaf": {"type": kind}}},
                "b": {"properties": {"a": {"$ref": "#/definitions/a"}}},
            },
        }

    assert why(loop("number"), loop("integer")) == []
    found = why(loop("integer"), loop("number"))
    assert "/properties/again: fewer than 2 branches have a compatible counterpart of their own" in found
    assert "/definitions/a/properties/leaf/type: integer where number was" in found


def test_roles_swap_inside_not_also_through_a_cycle() -> None:
    def odd(kind: Any) -> dict[str, Any]:
        return {"properties": {"x": kind, "n": {"not": {"$ref": "#"}}}}

    assert why(odd(N), odd(N)) == []
    # INT is read by N, but below `not` the roles are the other way round: neither direction holds.
    assert why(odd(N), odd(INT))
    assert why(odd(INT), odd(N))


def test_drafts_may_differ_between_two_versions() -> None:
    old = {"$schema": "http://json-schema.org/draft-07/schema#", "items": [S, INT], "additionalItems": False}
    new = {"$schema": LATE, "prefixItems": [S, N], "items": False}
    assert why(new, old) == []
    assert why(old, new)


def test_multiples_of_many_digits_are_no_error() -> None:
    huge = json.loads('{"multipleOf": 1}')
    texts = ['{"multipleOf": 1e999999}', '{"multipleOf": 3e-999999}', json.dumps(huge)]
    nodes = [parse_json(text) for text in texts]
    assert all(differences(one, one) == [] for one in nodes)
    assert differences(nodes[1], nodes[0])


def compare(reader: Any, writer: Any) -> bool | None:
    """The verdict of both, which is one; None where both refuse a schema."""
    texts = json.dumps(reader), json.dumps(writer)
    try:
        expected = not can_read(CONFLUENT, *map(parse, texts))
    except NotJsonSchema:
        with pytest.raises(RegistryError):
            list(map(parse_json, texts))
        return None
    found = differences(*map(parse_json, texts))
    assert (found == []) is expected, found
    return expected


def test_on_thousands_of_generated_pairs_the_verdict_is_that_of_the_models() -> None:
    verdicts: Counter[bool | None] = Counter()

    @settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
    @given(families())
    def ask(family: list[Any]) -> None:
        verdicts.update(compare(reader, writer) for reader in family for writer in family if reader is not writer)

    ask()
    assert verdicts[True] + verdicts[False] >= 2_000
    assert min(verdicts[True], verdicts[False]) >= 200


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_many_branches_are_judged_as_few_are(row: Row, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_rules, "_FEW", 0)
    assert (why(row.new, row.old) == []) is (row.backward == ())
    assert (why(row.old, row.new) == []) is (row.forward == ())


def test_of_many_branches_one_reason_is_told() -> None:
    many = {"oneOf": [{"const": number} for number in range(20)]}
    other = {"oneOf": [{"const": number} for number in range(1, 21)]}
    assert why(many, many) == []
    assert why(other, many) == ["/: fewer than 20 branches have a compatible counterpart of their own"]


def test_rules_that_pair_greedily_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """That these tests can fail: a matching that never moves a branch is wrong on the row that is meant for it."""

    def greedy(grid: list[list[bool]]) -> int:
        taken: set[int] = set()
        for row in grid:
            taken |= set([column for column, fits in enumerate(row) if fits and column not in taken][:1])
        return len(taken)

    monkeypatch.setattr(json_rules, "largest_matching", greedy)
    wrong = [row.name for row in ROWS if (why(row.new, row.old) == []) is not (row.backward == ())]
    assert wrong == ["counterparts by a matching"]
