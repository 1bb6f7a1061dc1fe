"""Objects and arrays of JSON Schema: bounds, what is listed, and what is said of the rest.

An object is open if it says nothing of names that are not listed; it is partially open for a name if there is a schema
for it: of the first pattern that matches, else of additionalProperties, else of unevaluatedProperties; otherwise it is
closed. `additionalProperties: {}` is a schema, not openness.

    only the reader lists it    writer open       breaks, unless the new schema is empty
                                partially open    the new schema reads the covering one, and as closed
                                closed            breaks if it is required, without a default
    only the writer lists it    reader open       nothing breaks
                                partially open    the covering schema reads the old one
                                closed            breaks, unless the old schema is false

Items of a list alike, but none of them is required.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import regex

from nilometer_reference.registry.errors import invalid_schema
from nilometer_reference.registry.json_limits import Asks, limit
from nilometer_reference.registry.json_node import Node

MATCH_TIMEOUT_S: Final = 0.2
"""Of one pattern on one name: backtracking has no other bound."""


def object_(new: Node, old: Node, reads: Asks) -> Iterator[str]:
    """Why an object is not read."""
    yield from limit(new, old, lower=("minProperties",), upper=("maxProperties",))
    yield from _dependencies(new, old, reads)
    for word in ("additionalProperties", "unevaluatedProperties"):
        yield from _rest(word, new, old, reads)
    for name, schema in new.properties.items():
        former = old.properties.get(name)
        if former is None:
            yield from _property_added(name, new, old, reads)
            continue
        if not reads(schema, former):
            yield ""
        if name not in old.words["required"] and _is_missed(name, new):
            yield f"{schema.at}: became required, without a default"
    for name, former in old.properties.items():
        if name not in new.properties:
            yield from _removed(former, _cover(name, new), new, reads)


def _is_missed(name: str, new: Node) -> bool:
    return name in new.words["required"] and not new.properties[name].has_default


def _dependencies(new: Node, old: Node, reads: Asks) -> Iterator[str]:
    for name, wanted in new.needs.items():
        if not wanted <= old.needs.get(name, frozenset()):
            yield f"{new.at}/dependencies/{name}: needs {', '.join(sorted(wanted))} now"
    for name, schema in new.implies.items():
        if name not in old.implies:
            yield f"{new.at}/dependencies/{name}: implies a schema now"
        elif not reads(schema, old.implies[name]):
            yield ""


def _rest(word: str, new: Node, old: Node, reads: Asks) -> Iterator[str]:
    """What is not listed: was allowed, or of a schema; is forbidden, or of a schema."""
    if word in new.inner and word in old.inner:
        if not reads(new.inner[word], old.inner[word]):
            yield ""
    elif word in new.words and word not in old.words:
        yield f"{new.at}/{word}: what was allowed is forbidden"
    elif word in new.inner and word not in old.words:
        yield f"{new.at}/{word}: what could be anything has a schema"


def _is_open(node: Node, additional: str, unevaluated: str) -> bool:
    return not any(word in said for said in (node.words, node.inner) for word in (additional, unevaluated))


def _is_open_object(node: Node) -> bool:
    return not node.patterns and _is_open(node, "additionalProperties", "unevaluatedProperties")


def _cover(name: str, model: Node) -> Node | None:
    """The schema of a name that is not listed."""
    for pattern, schema in model.patterns.items():
        if _matches(pattern, name):
            return schema
    return model.inner.get("additionalProperties") or model.inner.get("unevaluatedProperties")


def _matches(pattern: str, name: str) -> bool:
    """Anywhere in the name. What is no regular expression here matches nothing; 42201 for one that takes too long."""
    try:
        return regex.search(pattern, name, timeout=MATCH_TIMEOUT_S) is not None
    except TimeoutError:
        told = f"whether the pattern {pattern:.80} matches the name {name:.80} is not found in {MATCH_TIMEOUT_S} s"
        raise invalid_schema(told) from None
    except (regex.error, OverflowError, RecursionError):
        return False


def _property_added(name: str, new: Node, old: Node, reads: Asks) -> Iterator[str]:
    schema = new.properties[name]
    if _is_open_object(old):
        if schema.kind != "empty":
            yield f"{schema.at}: is new, and could be anything before"
        return
    cover = _cover(name, old)
    if cover is not None and not reads(schema, cover):
        yield f"{schema.at}: is new, and could be what {cover.at} takes"
    if _is_missed(name, new):
        yield f"{schema.at}: is new and required, without a default"


def _removed(former: Node, cover: Node | None, new: Node, reads: Asks) -> Iterator[str]:
    """A property or an item that the reader does not list."""
    is_open = _is_open(new, "additionalItems", "unevaluatedItems") if new.kind == "array" else _is_open_object(new)
    if is_open:
        return
    if cover is not None:
        if not reads(cover, former):
            yield f"{former.at}: is gone, and must be what {cover.at} takes"
    elif former.kind != "false":
        yield f"{former.at}: is gone, and is forbidden"


def array(new: Node, old: Node, reads: Asks) -> Iterator[str]:
    """Why an array is not read."""
    yield from limit(new, old, lower=("minItems", "minContains"), upper=("maxItems", "maxContains"))
    if "uniqueItems" in new.words and "uniqueItems" not in old.words:
        yield f"{new.at}/uniqueItems: items could repeat"
    for word in ("additionalItems", "unevaluatedItems"):
        yield from _rest(word, new, old, reads)
    if "items" in new.inner:
        if "items" not in old.inner:
            yield f"{new.at}/items: items could be anything"
        elif not reads(new.inner["items"], old.inner["items"]):
            yield ""
    for one, former in zip(new.listed, old.listed, strict=False):
        if not reads(one, former):
            yield ""
    for one in new.listed[len(old.listed) :]:
        yield from _item_added(one, old, reads)
    for former in old.listed[len(new.listed) :]:
        yield from _removed(former, _items_cover(new), new, reads)


def _items_cover(model: Node) -> Node | None:
    return model.inner.get("additionalItems") or model.inner.get("unevaluatedItems")


def _item_added(one: Node, old: Node, reads: Asks) -> Iterator[str]:
    if _is_open(old, "additionalItems", "unevaluatedItems"):
        if one.kind != "empty":
            yield f"{one.at}: is new, and could be anything before"
        return
    cover = _items_cover(old)
    if cover is not None and not reads(one, cover):
        yield f"{one.at}: is new, and could be what {cover.at} takes"
