"""The keywords of one type: what they say, and which of them stand for a type that is not named.

up to 2019-09    items: a list, additionalItems: what follows it; or items: a schema of all
2020-12          prefixItems: the list, items: what follows it; items alone: a schema of all
dependencies     dependentRequired and dependentSchemas in one, up to draft-07
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from nilometer_reference.registry import json_keywords as keywords
from nilometer_reference.registry.json_keywords import Written
from nilometer_reference.registry.json_node import Node
from nilometer_reference.registry.json_texts import Place, refuse

TYPES: Final = ("string", "number", "integer", "boolean", "null", "array", "object")
FAMILIES: Final = {
    "string": frozenset({"minLength", "maxLength", "pattern", "format"}),
    "number": frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}),
    "array": frozenset({
        "items", "prefixItems", "additionalItems", "unevaluatedItems", "minItems", "maxItems", "uniqueItems",
        "contains", "minContains", "maxContains",
    }),
    "object": frozenset({
        "properties", "required", "minProperties", "maxProperties", "dependencies", "dependentRequired",
        "dependentSchemas", "patternProperties", "additionalProperties", "unevaluatedProperties", "propertyNames",
    }),
}  # fmt: skip
FAMILY: Final = {word: type for type, words in FAMILIES.items() for word in words}
"""Keyword -> the type that it is of."""
_NUMBERS: Final = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
Make = Callable[[Any], Node]
"""The node of a schema that stands below."""


def fill(node: Node, type: str, written: Written, place: Place, make: Make) -> Node:
    """The node, as one of this type. Raises 42201."""
    node.kind = "number" if type == "integer" else type
    if type == "string":
        _counts(node, written, place, "minLength", "maxLength")
        keywords.text(written, "format", place)
        pattern = keywords.text(written, "pattern", place)
        if pattern is not None:
            node.words["pattern"] = pattern
    elif node.kind == "number":
        _number(node, type, written, place)
    elif type == "array":
        _array(node, written, place, make)
    elif type == "object":
        _object(node, written, place, make)
    return node


def _counts(node: Node, written: Written, place: Place, *words: str) -> None:
    for word in words:
        if (said := keywords.count(written, word, place)) is not None:
            node.words[word] = said


def _number(node: Node, type: str, written: Written, place: Place) -> None:
    if type == "integer":
        node.words["integer"] = True
    for word in _NUMBERS:
        # In draft-04 some are true or false; registries do not look at that form.
        if word in written and not (place.draft == 4 and isinstance(written[word], bool)):
            node.words[word] = keywords.number(written, word, place)
    if node.words.get("multipleOf", 1) <= 0:
        raise refuse(f"{place.at}/multipleOf", "is not above 0")


def _further(node: Node, word: str, written: Written, make: Make, *, called: str | None = None) -> None:
    """What is said of the rest: a schema goes to `inner`, `false` to `words`, `true` is as if it were absent."""
    said = written.get(word, True)
    if said is False:
        node.words[called or word] = False
    elif said is not True:
        node.inner[called or word] = make(said)


def _array(node: Node, written: Written, place: Place, make: Make) -> None:
    _counts(node, written, place, "minItems", "maxItems", "minContains", "maxContains")
    if keywords.truth(written, "uniqueItems", place):
        node.words["uniqueItems"] = True
    _further(node, "unevaluatedItems", written, make)
    if "contains" in written:
        node.inner["contains"] = make(written["contains"])
    whole = written.get("items", [])
    if place.draft >= 2020:
        if isinstance(whole, list) and "items" in written:
            raise refuse(f"{place.at}/items", "a list of items is prefixItems in 2020-12")
        node.listed = [make(one) for one in keywords.items(written, "prefixItems", place)]
        if node.listed:
            _further(node, "items", written, make, called="additionalItems")
        elif "items" in written:
            node.inner["items"] = make(whole)
        return
    if isinstance(whole, list):
        node.listed = [make(one) for one in whole]
    else:
        node.inner["items"] = make(whole)
    # Beside a schema of all items nothing is additional; everit forgets a `false` there, and keeps a schema.
    if isinstance(whole, list) or written.get("additionalItems") is not False:
        _further(node, "additionalItems", written, make)


def _object(node: Node, written: Written, place: Place, make: Make) -> None:
    _counts(node, written, place, "minProperties", "maxProperties")
    node.words["required"] = keywords.names(written.get("required", []), f"{place.at}/required")
    node.properties = {name: make(one) for name, one in keywords.members(written, "properties", place).items()}
    node.patterns = {name: make(one) for name, one in keywords.members(written, "patternProperties", place).items()}
    _further(node, "additionalProperties", written, make)
    _further(node, "unevaluatedProperties", written, make)
    if "propertyNames" in written:
        node.inner["propertyNames"] = make(written["propertyNames"])
    needs = dict(keywords.members(written, "dependentRequired", place))
    implies = dict(keywords.members(written, "dependentSchemas", place))
    for name, said in keywords.members(written, "dependencies", place).items():
        (needs if isinstance(said, list) else implies)[name] = said
    node.implies = {name: make(said) for name, said in implies.items()}
    for name, said in needs.items():
        # A dependency on no name is none.
        if wanted := keywords.names(said, f"{place.at}/dependencies/{name}"):
            node.needs[name] = wanted
