"""Where rules of registries, data and jsonsubschema 0.0.8 part: a minimal pair for each reason, run again by its test.

STRICTER     the rules refuse, and every value of the writer's is one of the reader's; by kind of difference
NO_ROOM      the same, because bounds of size or closed content models leave no room for a value that differs
LOOSER       the rules accept, and the reader refuses a value; by the reason of `reasons.py`
MISJUDGED    jsonsubschema says "contained", and the reader refuses a value

What the campaign meets and does not find here is a finding.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

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


_EMPTY = {"type": "object", "maxProperties": 0}
_ONE = {"type": "object", "properties": {"a": S}, "additionalProperties": False}
_NAMED = {"type": "object", "propertyNames": {"const": "a"}, "additionalProperties": N}
_SHORT = {"type": "array", "items": [], "maxItems": 0}

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
        "a schema that accepts everything and is not written {}", {"type": "object"},
        {"type": "object", "properties": {"a": {"anyOf": [S, {}]}}},
    ),
    Kind.ADDITIONAL_PROPERTIES_NARROWED: Stricter(
        "{} is taken for a schema, not for openness", {"type": "object"}, {"type": "object", "additionalProperties": {}}
    ),
    Kind.ITEMS_ADDED: Stricter("{} counts as a schema of items", {"type": "array"}, {"type": "array", "items": {}}),
    Kind.PROPERTY_REMOVED_CLOSED: Stricter(
        "patternProperties alone counts as closed", {"type": "object", "properties": {"a": S}},
        {"type": "object", "patternProperties": {"^b": {}}},
    ),
}  # fmt: skip
"""By kind, the smallest pair known."""

NO_ROOM: dict[Kind, Stricter] = {
    Kind.PROPERTY_ADDED_OPEN: Stricter("", _EMPTY, {**_EMPTY, "properties": {"a": S}}),
    Kind.PROPERTY_ADDED_NOT_COVERED: Stricter("", _NAMED, {**_NAMED, "properties": {"b": S}}),
    Kind.ADDITIONAL_PROPERTIES_NARROWED: Stricter("", _EMPTY, {**_EMPTY, "additionalProperties": False}),
    Kind.DEPENDENCY_ADDED: Stricter("", _ONE, {**_ONE, "dependencies": {"b": ["a"]}}),
    Kind.POSITION_ADDED_OPEN: Stricter("", _SHORT, {**_SHORT, "items": [S]}),
}
"""By kind: no value is large enough to differ. Any kind can be met so; these are examples."""


@dataclass(frozen=True)
class Witnessed:
    """A value of the writer's schema that the reader's refuses, though somebody accepts the pair."""

    writer: Written
    reader: Written
    value: Any
    why: str = ""


_PATTERNED = {"type": "object", "patternProperties": {"^b": {}}}
_DEFAULT = {"type": "object", "properties": {"a": {**S, "default": "a"}}}

LOOSER: dict[str, Witnessed] = {
    "conditional": Witnessed(
        {"if": S, "then": True}, {"if": S, "then": {"maxLength": 1}}, "aa",
        "if, then and else are not looked at",
    ),
    "contains": Witnessed(
        {"type": "array", "contains": S}, {"type": "array", "contains": N}, ["a"],
        "the schema of contains is not looked at",
    ),
    "names": Witnessed(
        {"type": "object"}, {"type": "object", "propertyNames": {"maxLength": 1}}, {"other": 1},
        "propertyNames is not looked at",
    ),
    "patterns": Witnessed(
        {"type": "object", "patternProperties": {"^b": N}},
        {"type": "object", "patternProperties": {"^b": S}}, {"b": 1},
        "what patternProperties say is not compared",
    ),
    "closed": Witnessed(
        _PATTERNED, {**_PATTERNED, "properties": {"a": S}}, {"a": 1},
        "patternProperties alone counts as closed",
    ),
    "inferred": Witnessed(
        {"maxLength": 3}, {"type": "string", "maxLength": 3}, 1,
        "a type is inferred from keywords, which data without it need not have",
    ),
    "default": Witnessed(
        _DEFAULT, {**_DEFAULT, "required": ["a"]}, {},
        "a property with a default may become required",
    ),
    "undeclared": Witnessed(
        {"type": "object"}, {"type": "object", "required": ["b"]}, {},
        "required names are compared where both declare the property",
    ),
    "exclusive": Witnessed(
        S, {"oneOf": [S, {"maxLength": 3}]}, "a",
        "branches of oneOf are compared one by one, and may overlap",
    ),
}  # fmt: skip
"""By reason. All are what registries do, not mistakes of the rules here."""

_SMALL = {"type": "object", "maxProperties": 1}
_OBJECTS = {"type": "object", "additionalProperties": {"type": "object"}}

MISJUDGED: dict[str, Witnessed] = {
    "a pattern beside lengths": Witnessed(
        {**S, "pattern": "^b"}, {**S, "pattern": "^b", "minLength": 2}, "b"
    ),
    "branches of oneOf that overlap": Witnessed(AB, {"oneOf": [AB, {"enum": ["b"]}]}, "b"),
    "values of several types, or true beside 1": Witnessed(
        {"type": "boolean"}, {"not": {"enum": [None, True]}}, True
    ),
    "not": Witnessed({"not": S}, {"not": {"enum": ["a", True]}}, True),
    "conditional": Witnessed({}, {"if": S, "then": False}, "a"),
    "contains": Witnessed({"type": "array", "contains": S}, {"type": "array", "contains": N}, ["a"]),
    "multipleOf beside bounds": Witnessed(
        {**N, "maximum": 0, "multipleOf": 4}, {**N, "maximum": 0, "multipleOf": 4, "minimum": 2}, 0
    ),
    "a property of one and additionalProperties of the other": Witnessed(
        _OBJECTS, {**_OBJECTS, "properties": {"b": S}}, {"b": {}}
    ),
    "a property of one beside maxProperties": Witnessed(
        {**_SMALL, "properties": {"a": S}}, {**_SMALL, "properties": {"a": S, "b": {**S, "pattern": "^b"}}}, {"b": 1}
    ),
}  # fmt: skip
"""By the reason of `reasons.PEERS_REASONS`."""
