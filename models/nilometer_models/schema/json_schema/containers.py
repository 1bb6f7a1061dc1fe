"""Objects and arrays: what is listed, what else may stand there, and what comes and goes.

content model of an object    open            nothing said of names that are not listed
                              partially open  a schema is: of the first pattern that matches, else additionalProperties,
                                              else unevaluatedProperties
                              closed          otherwise

a name that one side alone declares
                  the other side is open    partially open                            closed
added             breaks unless empty       covered by the new schema, then as right  breaks if required, no default
removed           ok                        the covering schema reads the old one     breaks unless the old is false

Positions of an item list alike, but nothing is required there: added to a closed list is ok, and of a partially open
one coverage alone decides. `additionalProperties: {}` is a schema, not openness: registries tell them apart.

Source: schema.md 5.2.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from nilometer_models.schema.difference import token
from nilometer_models.schema.fixpoint import All, Formula
from nilometer_models.schema.json_schema.dialects import Kind
from nilometer_models.schema.json_schema.nodes import Array, Empty, Further, Never, Object
from nilometer_models.schema.json_schema.walk import Pair, Shared, told


def matches(pattern: str, name: str) -> bool:
    """As `patternProperties` does, anywhere in the name; a pattern that Python cannot read matches nothing."""
    try:
        return re.search(pattern, name) is not None
    except (re.error, OverflowError, RecursionError):
        return False


def object_is_open(model: Object) -> bool:
    """Nothing is said of names that are not listed."""
    return model.additional is True and not model.patterns and model.unevaluated is True


def array_is_open(model: Array) -> bool:
    """Nothing is said of items after the list."""
    return model.additional is True and model.unevaluated is True


def schema_of(*candidates: Further) -> int | None:
    """The first that is a schema."""
    return next((one for one in candidates if not isinstance(one, bool)), None)


def covering(model: Object, name: str) -> int | None:
    """The schema of a name that is not listed."""
    for pattern, schema in model.patterns:
        if matches(pattern, name):
            return schema
    return schema_of(model.additional, model.unevaluated)


class Containers(Shared):
    """Rules of objects and arrays. `new` reads, `old` wrote. Mutants override single methods."""

    def object(self, pair: Pair, new: Object, old: Object) -> Formula[Pair]:
        """Everything that is looked at; patterns and propertyNames are not."""
        return All((
            self.lower(pair, "minProperties", new.min_properties, old.min_properties),
            self.upper(pair, "maxProperties", new.max_properties, old.max_properties),
            *self.required(pair, new, old),
            *self.dependencies(pair, new, old),
            self.further(pair, "/additionalProperties", new.additional, old.additional),
            self.further(pair, "/unevaluatedProperties", new.unevaluated, old.unevaluated),
            *self.properties(pair, new, old),
        ))  # fmt: skip

    def has_default(self, pair: Pair, schema: int) -> bool:
        """Of a schema of the reading side."""
        return self.node(self.below(pair[0], schema)).notes.default is not None

    def required(self, pair: Pair, new: Object, old: Object) -> Iterator[Formula[Pair]]:
        """Of names that both declare."""
        for name, schema in new.properties.items():
            if name not in old.properties or (name in new.required) == (name in old.required):
                continue
            if name in old.required:
                yield self.differs(pair, Kind.REQUIRED_REMOVED, f"{name} is no longer required", "/required")
            elif self.has_default(pair, schema):
                yield self.differs(pair, Kind.REQUIRED_WITH_DEFAULT, f"{name} became required", "/required")
            else:
                yield self.differs(pair, Kind.REQUIRED_ADDED, f"{name} became required", "/required")

    def dependencies(self, pair: Pair, new: Object, old: Object) -> Iterator[Formula[Pair]]:
        """Names need names; names imply schemas."""
        for name in sorted({*new.needs, *old.needs}):
            now, before = new.needs.get(name), old.needs.get(name)
            if now != before:
                fewer = now is None or (before is not None and now < before)
                kind = Kind.DEPENDENCY_REMOVED if fewer else Kind.DEPENDENCY_ADDED
                words = f"{name} needed {told(before and sorted(before))}, and needs {told(now and sorted(now))}"
                yield self.differs(pair, kind, words, "/dependencies" + token(name))
        for name in sorted({*new.implies, *old.implies}):
            at = "/dependencies" + token(name)
            if name not in new.implies:
                yield self.differs(pair, Kind.DEPENDENCY_REMOVED, f"{name} implies no schema any more", at)
            elif name not in old.implies:
                yield self.differs(pair, Kind.DEPENDENCY_ADDED, f"{name} implies a schema now", at)
            else:
                yield self.child(pair, new.implies[name], old.implies[name], at)

    def further(self, pair: Pair, at: str, new: Further, old: Further, old_at: str | None = None) -> Formula[Pair]:
        """What is said of the rest."""
        if not isinstance(new, bool) and not isinstance(old, bool):
            return self.child(pair, new, old, at, old_at)
        if new is old:
            return All()
        narrower = new is False or old is True
        properties = at.endswith("Properties")
        narrowed = Kind.ADDITIONAL_PROPERTIES_NARROWED if properties else Kind.ADDITIONAL_ITEMS_NARROWED
        words = {True: "allowed", False: "forbidden"}
        was, is_ = (words[one] if isinstance(one, bool) else "of a schema" for one in (old, new))
        kind = narrowed if narrower else Kind.ADDITIONAL_EXTENDED
        return self.differs(pair, kind, f"what is not listed was {was} and is {is_}", at, old_at)

    def properties(self, pair: Pair, new: Object, old: Object) -> Iterator[Formula[Pair]]:
        """Common names are compared; the others are judged by the content model of the side without them."""
        for name in sorted({*new.properties, *old.properties}):
            at = "/properties" + token(name)
            if name not in old.properties:
                yield self.property_added(pair, name, new, old)
            elif name not in new.properties:
                yield self.property_removed(pair, name, new, old)
            else:
                yield self.child(pair, new.properties[name], old.properties[name], at)

    def open_for_added(self, new: Object, old: Object) -> bool:
        """What was written under that name was judged by the old model."""
        del new
        return object_is_open(old)

    def open_for_removed(self, new: Object, old: Object) -> bool:
        """What was written under that name is judged by the new model."""
        del old
        return object_is_open(new)

    def property_added(self, pair: Pair, name: str, new: Object, old: Object) -> Formula[Pair]:
        """The old content model decides what may stand there already."""
        at = "/properties" + token(name)
        schema = new.properties[name]
        missing = name in new.required and not self.has_default(pair, schema)
        if self.open_for_added(new, old):
            if isinstance(self.node(self.below(pair[0], schema)), Empty):
                return self.differs(pair, Kind.PROPERTY_ADDED, f"{name} is new, and may be anything", at, "")
            kind = Kind.REQUIRED_ADDED_OPEN if missing else Kind.PROPERTY_ADDED_OPEN
            return self.differs(pair, kind, f"{name} is new, and could be anything before", at, "")
        closed = (
            self.differs(pair, Kind.REQUIRED_PROPERTY_ADDED, f"{name} is new and required, without a default", at, "")
            if missing else self.differs(pair, Kind.PROPERTY_ADDED, f"{name} is new", at, "")
        )  # fmt: skip
        cover = covering(old, name)
        if cover is None:
            return closed
        words = f"{name} is new, and could be what other properties are"
        lacking = self.difference(pair, Kind.PROPERTY_ADDED_NOT_COVERED, words, at, "")
        return All((self.unless(self.child(pair, schema, cover, at, ""), lacking), closed))

    def property_removed(self, pair: Pair, name: str, new: Object, old: Object) -> Formula[Pair]:
        """The new content model decides what may still stand there."""
        at = "/properties" + token(name)
        schema = old.properties[name]
        if self.open_for_removed(new, old):
            return self.differs(pair, Kind.PROPERTY_REMOVED, f"{name} is gone, and may be anything", "", at)
        cover = covering(new, name)
        if cover is not None:
            words = f"{name} is gone, and must be what other properties are"
            lacking = self.difference(pair, Kind.PROPERTY_REMOVED_NOT_COVERED, words, "", at)
            return self.unless(self.child(pair, cover, schema, "", at), lacking)
        if isinstance(self.node(self.below(pair[1], schema)), Never):
            return self.differs(pair, Kind.PROPERTY_REMOVED, f"{name} is gone, and never was there", "", at)
        return self.differs(pair, Kind.PROPERTY_REMOVED_CLOSED, f"{name} is gone, and is forbidden", "", at)

    def array(self, pair: Pair, new: Array, old: Array) -> Formula[Pair]:
        """Everything that is looked at; the schema of `contains` is not."""
        return All((
            self.lower(pair, "minItems", new.min_items, old.min_items),
            self.upper(pair, "maxItems", new.max_items, old.max_items),
            self.lower(pair, "minContains", new.min_contains, old.min_contains),
            self.upper(pair, "maxContains", new.max_contains, old.max_contains),
            self.unique(pair, new, old),
            self.further(pair, new.additional_at, new.additional, old.additional, old.additional_at),
            self.further(pair, "/unevaluatedItems", new.unevaluated, old.unevaluated),
            self.items(pair, new, old),
            *self.positions(pair, new, old),
        ))  # fmt: skip

    def unique(self, pair: Pair, new: Array, old: Array) -> Formula[Pair]:
        """uniqueItems."""
        if new.unique == old.unique:
            return All()
        kind = Kind.UNIQUE_ADDED if new.unique else Kind.UNIQUE_REMOVED
        words = "items must be unique now" if new.unique else "items may repeat"
        return self.differs(pair, kind, words, "/uniqueItems")

    def items(self, pair: Pair, new: Array, old: Array) -> Formula[Pair]:
        """The schema of all items."""
        if new.items is not None and old.items is not None:
            return self.child(pair, new.items, old.items, "/items")
        if new.items is old.items:
            return All()
        if new.items is None:
            return self.differs(pair, Kind.ITEMS_REMOVED, "items have no common schema any more", "/items")
        return self.differs(pair, Kind.ITEMS_ADDED, "items have a common schema now", "/items")

    def positions(self, pair: Pair, new: Array, old: Array) -> Iterator[Formula[Pair]]:
        """Common positions are compared; the others are judged by the content model of the side without them."""
        common = min(len(new.positions), len(old.positions))
        for n in range(common):
            yield self.child(pair, new.positions[n], old.positions[n], f"{new.positions_at}/{n}",
                             f"{old.positions_at}/{n}")  # fmt: skip
        for n in range(common, len(new.positions)):
            yield self.position_added(pair, n, new, old)
        for n in range(common, len(old.positions)):
            yield self.position_removed(pair, n, new, old)

    def position_added(self, pair: Pair, n: int, new: Array, old: Array) -> Formula[Pair]:
        """By the old content model."""
        at, schema = f"{new.positions_at}/{n}", new.positions[n]
        cover = schema_of(old.additional, old.unevaluated)
        if array_is_open(old) and not isinstance(self.node(self.below(pair[0], schema)), Empty):
            return self.differs(pair, Kind.POSITION_ADDED_OPEN, f"item {n} could be anything before", at, "")
        if cover is None:
            return self.differs(pair, Kind.POSITION_ADDED, f"item {n} is new", at, "")
        lacking = self.difference(pair, Kind.POSITION_ADDED_NOT_COVERED, f"item {n} could be what others are", at, "")
        return self.unless(self.child(pair, schema, cover, at, ""), lacking)

    def position_removed(self, pair: Pair, n: int, new: Array, old: Array) -> Formula[Pair]:
        """By the new content model."""
        at, schema = f"{old.positions_at}/{n}", old.positions[n]
        cover = schema_of(new.additional, new.unevaluated)
        if array_is_open(new) or (cover is None and isinstance(self.node(self.below(pair[1], schema)), Never)):
            return self.differs(pair, Kind.POSITION_REMOVED, f"item {n} is gone", "", at)
        if cover is None:
            return self.differs(pair, Kind.POSITION_REMOVED_CLOSED, f"item {n} is gone, and is forbidden", "", at)
        words = f"item {n} is gone, and must be what others are"
        lacking = self.difference(pair, Kind.POSITION_REMOVED_NOT_COVERED, words, "", at)
        return self.unless(self.child(pair, cover, schema, "", at), lacking)
