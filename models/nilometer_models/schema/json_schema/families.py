"""The node of a type, and which keywords make one up where `type` is missing.

2019-09 and before     items: a list, additionalItems: what follows; items: a schema of all
2020-12                prefixItems: the list, items: what follows; items alone: a schema of all
dependencies           dependentRequired and dependentSchemas in one, up to draft-07
"""

from __future__ import annotations

from nilometer_models.schema.json_schema.documents import Draft, NotJsonSchema, Place
from nilometer_models.schema.json_schema.keywords import (
    NO_NOTES,
    Reserve,
    Value,
    further_of,
    list_of,
    members_of,
    names_of,
    number_of,
    size_of,
    text_of,
)
from nilometer_models.schema.json_schema.nodes import (
    Array,
    Boolean,
    Further,
    Json,
    Node,
    Null,
    Number,
    Numeric,
    Object,
    String,
)

STRING = frozenset({"minLength", "maxLength", "pattern", "format"})
NUMBER = frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"})
ARRAY = frozenset({
    "items", "prefixItems", "additionalItems", "unevaluatedItems", "minItems", "maxItems", "uniqueItems", "contains",
    "minContains", "maxContains",
})  # fmt: skip
OBJECT = frozenset({
    "properties", "required", "minProperties", "maxProperties", "dependencies", "dependentRequired",
    "dependentSchemas", "patternProperties", "additionalProperties", "unevaluatedProperties", "propertyNames",
})  # fmt: skip
FAMILIES = {"string": STRING, "number": NUMBER, "array": ARRAY, "object": OBJECT}
TYPES = ("string", "number", "integer", "boolean", "null", "array", "object")


def node_of_type(name: str, value: Value, place: Place, reserve: Reserve) -> Node:
    """The keywords of one type; those of others do not count."""
    match name:
        case "string":
            lengths = size_of(value, "minLength", place), size_of(value, "maxLength", place)
            return String(NO_NOTES, *lengths, text_of(value, "pattern", place))
        case "number" | "integer":
            return number(name, value, place)
        case "array":
            return array(value, place, reserve)
        case "object":
            return object_(value, place, reserve)
    return Boolean(NO_NOTES) if name == "boolean" else Null(NO_NOTES)


def number(name: str, value: Value, place: Place) -> Number:
    """Also of type integer. The draft-04 form of the exclusive bounds, a boolean, is not looked at."""

    def bound(word: str) -> Numeric | None:
        flag = isinstance(value.get(word), bool) and place.draft is Draft.DRAFT_4
        return None if flag else number_of(value, word, place)

    step = number_of(value, "multipleOf", place)
    if step is not None and step <= 0:
        raise NotJsonSchema(f"{place.at}/multipleOf: {step} is not above 0")
    return Number(
        NO_NOTES, name == "integer", bound("minimum"), bound("maximum"), bound("exclusiveMinimum"),
        bound("exclusiveMaximum"), step,
    )  # fmt: skip


def array(value: Value, place: Place, reserve: Reserve) -> Array:
    """Either form of tuples."""
    late = place.draft >= Draft.DRAFT_2020_12
    listed = value.get("prefixItems") if late else value.get("items")
    positions = tuple(reserve(item) for item in listed) if isinstance(listed, list) else ()
    if late and isinstance(value.get("items"), list):
        raise NotJsonSchema(f"{place.at}/items: a list is prefixItems in 2020-12")
    if late and "prefixItems" in value:
        list_of(value, "prefixItems", place)
    after = "items" if late and positions else "additionalItems"
    whole = value.get("items") if not positions and not isinstance(value.get("items"), list) else None
    return Array(
        NO_NOTES,
        items=reserve(whole) if whole is not None else None,
        positions=positions,
        additional=True if late and not positions else after_items(value, after, reserve),
        unevaluated=further_of(value, "unevaluatedItems", reserve),
        min_items=size_of(value, "minItems", place),
        max_items=size_of(value, "maxItems", place),
        min_contains=size_of(value, "minContains", place),
        max_contains=size_of(value, "maxContains", place),
        unique=value.get("uniqueItems") is True,
        positions_at="/prefixItems" if late else "/items",
        additional_at=f"/{after}",
    )


def after_items(value: Value, after: str, reserve: Reserve) -> Further:
    """What follows the list. Beside a schema of all items, everit forgets `false` and keeps a schema."""
    said = further_of(value, after, reserve)
    whole = after == "additionalItems" and isinstance(value.get("items"), dict | bool)
    return True if whole and said is False else said


def object_(value: Value, place: Place, reserve: Reserve) -> Object:
    """Properties, what else may stand there, and what depends on what."""
    needs: dict[str, Json] = dict(members_of(value, "dependentRequired", place))
    implies: dict[str, Json] = dict(members_of(value, "dependentSchemas", place))
    for name, said in members_of(value, "dependencies", place).items():
        (needs if isinstance(said, list) else implies)[name] = said
    properties = members_of(value, "properties", place)
    patterns = members_of(value, "patternProperties", place)
    return Object(
        NO_NOTES,
        properties={name: reserve(properties[name]) for name in sorted(properties)},
        patterns=tuple((pattern, reserve(said)) for pattern, said in patterns.items()),
        required=names_of(value.get("required", []), "required", place),
        additional=further_of(value, "additionalProperties", reserve),
        unevaluated=further_of(value, "unevaluatedProperties", reserve),
        min_properties=size_of(value, "minProperties", place),
        max_properties=size_of(value, "maxProperties", place),
        # Of none: nothing depends.
        needs={name: names_of(said, "dependentRequired", place) for name, said in sorted(needs.items()) if said != []},
        implies={name: reserve(said) for name, said in sorted(implies.items())},
    )
