"""Where the rules of registries refuse what data allow: a pair for each kind of difference, and why.

Each is run again by its test: the rules name the kind, no value is refused, and jsonsubschema says "contained" where it
knows the keywords. A kind that is not here and does not break on data is a finding of the campaign.
"""

from __future__ import annotations

from dataclasses import dataclass

from nilometer.schema.json_schema.generators import Written
from nilometer_models.schema.json_schema import Kind

S, N, INT = {"type": "string"}, {"type": "number"}, {"type": "integer"}
AB = {"enum": ["a", "b"]}


@dataclass(frozen=True)
class Stricter:
    """The rules refuse, and every value of the writer's schema is one of the reader's."""

    why: str
    writer: Written
    reader: Written


STRICTER: dict[Kind, Stricter] = {
    Kind.TYPE_CHANGED: Stricter("classes are compared, not values", {"const": True}, {"type": "boolean"}),
    Kind.TYPE_NARROWED: Stricter(
        "multiples of a whole number are integers", {**N, "multipleOf": 2}, {**INT, "multipleOf": 2}
    ),
    Kind.BOUND_TIGHTENED: Stricter("a bound that excludes nothing", S, {**S, "minLength": 0}),
    Kind.PATTERN_CHANGED: Stricter(
        "patterns are compared as texts", {**S, "pattern": "^a$"}, {**S, "pattern": "^[ab]$"}
    ),
    Kind.MULTIPLE_CHANGED: Stricter("a step that every integer keeps", INT, {**INT, "multipleOf": 1}),
    Kind.NOT_EXTENDED: Stricter("inner schemas are compared by the same rules", {"not": S}, {"not": {"const": "a"}}),
    Kind.SUM_NARROWED: Stricter(
        "a branch that another contains", {"anyOf": [S, {"const": "a"}]}, {"anyOf": [S]}
    ),
    Kind.PRODUCT_EXTENDED: Stricter(
        "a branch that says nothing new", {"allOf": [S, AB]}, {"allOf": [S, AB, {"enum": ["a", "b", "c"]}]}
    ),
    Kind.CRITERION_CHANGED: Stricter(
        "the kind of combination is compared, not what it allows", {"anyOf": [S, AB]}, {"allOf": [S, {}]}
    ),
    Kind.BRANCHES_DIFFER: Stricter(
        "`type` beside another group makes an allOf, whose branches need counterparts",
        {**S, **AB}, {"anyOf": [{**S, **AB}, N]},
    ),
    Kind.PROPERTY_ADDED_OPEN: Stricter(
        "no object is large enough to have it", {"type": "object", "maxProperties": 0},
        {"type": "object", "maxProperties": 0, "properties": {"a": S}},
    ),
    Kind.PROPERTY_ADDED_NOT_COVERED: Stricter(
        "no object is large enough to have it",
        {"type": "object", "maxProperties": 0, "additionalProperties": N},
        {"type": "object", "maxProperties": 0, "additionalProperties": N, "properties": {"a": S}},
    ),
    Kind.PROPERTY_REMOVED_CLOSED: Stricter(
        "patternProperties alone counts as closed", {"type": "object", "properties": {"a": S}},
        {"type": "object", "patternProperties": {"^b": {}}},
    ),
    Kind.ADDITIONAL_PROPERTIES_NARROWED: Stricter(
        "no object is large enough to have another", {"type": "object", "maxProperties": 0},
        {"type": "object", "maxProperties": 0, "additionalProperties": False},
    ),
}  # fmt: skip
"""By kind, the smallest pair known."""
