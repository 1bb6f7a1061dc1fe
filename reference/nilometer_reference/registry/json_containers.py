"""Objects and arrays of JSON Schema: what they list, and what they say of everything else, their content model.

    open      nothing is said: additional and unevaluated ones are allowed, names have no patterns
    covered   a schema is said: of the first pattern that matches the name, else of additional, else of unevaluated ones
    closed    they are forbidden, or of patterns that do not match

    listed by new alone   old is open      breaks, unless anything may stand there
                          old is covered   new's schema must read the covering one; and as closed
                          old is closed    breaks if it is required and has no default
    listed by old alone   new is open      fine
                          new is covered   the covering schema must read old's
                          new is closed    breaks, unless nothing could stand there

Positions of a list of items are judged alike, but none is required, and only coverage counts where there is one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from nilometer_reference.registry.fixpoint import Reads
from nilometer_reference.registry.json_limits import lowered, raised
from nilometer_reference.registry.json_nodes import Node


def object_(new: Node, old: Node, reads: Reads[Node]) -> Iterator[str]:
    """What breaks from one object to another."""
    yield from raised(new, old, "minProperties")
    yield from lowered(new, old, "maxProperties")
    yield from _further("additionalProperties", new.additional, old.additional, reads)
    yield from _further("unevaluatedProperties", new.unevaluated, old.unevaluated, reads)
    yield from _dependencies(new, old, reads)
    for name, schema in new.properties.items():
        if name not in old.properties:
            yield from _added(name, new, old, reads)
            continue
        if not reads(schema, old.properties[name]):
            yield f"property {name} is not read"
        if name in new.required and name not in old.required and not schema.has_default:
            yield f"property {name} became required, and has no default"
    for name in old.properties:
        if name not in new.properties:
            yield from _removed(name, new, old, reads)


def _dependencies(new: Node, old: Node, reads: Reads[Node]) -> Iterator[str]:
    for name, needed in new.needs.items():
        if not needed <= old.needs.get(name, frozenset()):
            yield f"property {name} needs {', '.join(sorted(needed - old.needs.get(name, frozenset())))} beside it"
    for name, schema in new.implies.items():
        if name not in old.implies:
            yield f"property {name} implies a schema now"
        elif not reads(schema, old.implies[name]):
            yield f"the schema that property {name} implies is not read"


def _added(name: str, new: Node, old: Node, reads: Reads[Node]) -> Iterator[str]:
    schema = new.properties[name]
    if _is_open(old):
        if schema.kind != "empty":
            yield f"property {name} is new, and could be anything before"
        return
    cover = _covering(old, name)
    if cover is not None and not reads(schema, cover):
        yield f"property {name} is new, and does not read what could stand there before"
    if name in new.required and not schema.has_default:
        yield f"property {name} is new and required, and has no default"


def _removed(name: str, new: Node, old: Node, reads: Reads[Node]) -> Iterator[str]:
    schema = old.properties[name]
    if _is_open(new):
        return
    cover = _covering(new, name)
    if cover is not None:
        if not reads(cover, schema):
            yield f"property {name} is gone, and what stood there is not read"
    elif schema.kind != "false":
        yield f"property {name} is gone, and nothing may stand there"


def _is_open(model: Node) -> bool:
    return model.additional is True and model.unevaluated is True and not model.patterns


def _covering(model: Node, name: str) -> Node | None:
    for pattern, schema in model.patterns:
        if _matches(pattern, name):
            return schema
    return _first_schema(model)


def _first_schema(model: Node) -> Node | None:
    return next((one for one in (model.additional, model.unevaluated) if isinstance(one, Node)), None)


@lru_cache(1024)
def _matches(pattern: str, name: str) -> bool:
    """Anywhere in the name; a pattern that cannot be read matches nothing."""
    try:
        return re.search(pattern, name) is not None
    except (re.error, OverflowError, RecursionError):
        return False


def _further(word: str, now: Node | bool, before: Node | bool, reads: Reads[Node]) -> Iterator[str]:
    if isinstance(now, Node) and isinstance(before, Node):
        if not reads(now, before):
            yield f"{word} are not read"
    elif now is not before and (now is False or before is True):
        yield f"{word} are {'forbidden' if now is False else 'of a schema'} now"


def array(new: Node, old: Node, reads: Reads[Node]) -> Iterator[str]:
    """What breaks from one array to another."""
    yield from raised(new, old, "minItems", "minContains")
    yield from lowered(new, old, "maxItems", "maxContains")
    if new.is_unique and not old.is_unique:
        yield "items have to be unique now"
    yield from _further("additional items", new.additional, old.additional, reads)
    yield from _further("unevaluatedItems", new.unevaluated, old.unevaluated, reads)
    if new.items is not None and old.items is None:
        yield "items have a schema now"
    elif new.items is not None and old.items is not None and not reads(new.items, old.items):
        yield "items are not read"
    for place in range(max(len(new.positions), len(old.positions))):
        yield from _position(place, new, old, reads)


def _position(place: int, new: Node, old: Node, reads: Reads[Node]) -> Iterator[str]:
    schema = new.positions[place] if place < len(new.positions) else None
    former = old.positions[place] if place < len(old.positions) else None
    if schema is not None and former is not None:
        if not reads(schema, former):
            yield f"item {place} is not read"
    elif schema is not None:
        cover = _first_schema(old)
        if cover is not None:
            if not reads(schema, cover):
                yield f"item {place} is new, and does not read what could stand there before"
        elif _is_open(old) and schema.kind != "empty":
            yield f"item {place} is new, and could be anything before"
    elif former is not None and not _is_open(new):
        cover = _first_schema(new)
        if cover is not None:
            if not reads(cover, former):
                yield f"item {place} is gone, and what stood there is not read"
        elif former.kind != "false":
            yield f"item {place} is gone, and nothing may stand there"
