"""Kinds of differences between JSON Schemas, and the dialects: which kinds break.

dialect              differs from `confluent` by
confluent            nothing; Schema Registry with compatibilityPolicy=STRICT, the default, and all before 8.2
confluent-lenient    compatibilityPolicy=LENIENT: properties may come and go in any content model, and what is said of
                     further properties may be narrowed. Still breaking: a property that is required without a default

Source: schema.md 5.2 and 5.4 (behaviour of Confluent Schema Registry up to 8.5).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What can differ, told from writer to reader. The first group breaks in some dialect, the second is only told."""

    TYPE_CHANGED = "type changed"
    TYPE_NARROWED = "number became integer"
    BOUND_TIGHTENED = "bound added or tightened"
    PATTERN_CHANGED = "pattern added or changed"
    MULTIPLE_CHANGED = "multipleOf added or changed"
    ENUM_NARROWED = "value removed"
    CONST_CHANGED = "constant changed"
    NOT_EXTENDED = "not forbids more"
    REQUIRED_ADDED = "property became required"
    DEPENDENCY_ADDED = "dependency added or extended"
    ADDITIONAL_PROPERTIES_NARROWED = "further properties narrowed or forbidden"
    ADDITIONAL_ITEMS_NARROWED = "further items narrowed or forbidden"
    ITEMS_ADDED = "schema of items added"
    UNIQUE_ADDED = "uniqueItems added"
    PROPERTY_ADDED_OPEN = "property added to an open content model"
    REQUIRED_ADDED_OPEN = "required property added to an open content model"
    PROPERTY_ADDED_NOT_COVERED = "property added that a partially open content model does not cover"
    REQUIRED_PROPERTY_ADDED = "required property added without a default"
    PROPERTY_REMOVED_CLOSED = "property removed from a closed content model"
    PROPERTY_REMOVED_NOT_COVERED = "property removed that a partially open content model does not cover"
    POSITION_ADDED_OPEN = "position added to an open content model"
    POSITION_ADDED_NOT_COVERED = "position added that a partially open content model does not cover"
    POSITION_REMOVED_CLOSED = "position removed from a closed content model"
    POSITION_REMOVED_NOT_COVERED = "position removed that a partially open content model does not cover"
    CRITERION_CHANGED = "another kind of combination"
    PRODUCT_EXTENDED = "branch added to allOf"
    SUM_NARROWED = "branch removed from anyOf or oneOf"
    BRANCHES_DIFFER = "branches find no counterparts"

    ANNOTATION = "annotation changed"
    TYPE_EXTENDED = "integer became number"
    BOUND_RELAXED = "bound removed or relaxed"
    PATTERN_REMOVED = "pattern removed"
    MULTIPLE_RELAXED = "multipleOf removed or relaxed"
    ENUM_EXTENDED = "value added"
    REQUIRED_WITH_DEFAULT = "property with a default became required"
    REQUIRED_REMOVED = "property is no longer required"
    DEPENDENCY_REMOVED = "dependency removed or narrowed"
    ADDITIONAL_EXTENDED = "further properties or items extended or allowed"
    ITEMS_REMOVED = "schema of items removed"
    UNIQUE_REMOVED = "uniqueItems removed"
    PROPERTY_ADDED = "property added"
    PROPERTY_REMOVED = "property removed"
    POSITION_ADDED = "position added"
    POSITION_REMOVED = "position removed"
    SUM_EXTENDED = "branch added to anyOf or oneOf"
    PRODUCT_NARROWED = "branch removed from allOf"
    CRITERION_EXTENDED = "combination extended"


_ALL = list(Kind)
BREAKING = frozenset(_ALL[: _ALL.index(Kind.ANNOTATION)])
LENIENT = frozenset({
    Kind.ADDITIONAL_PROPERTIES_NARROWED, Kind.PROPERTY_ADDED_OPEN, Kind.PROPERTY_ADDED_NOT_COVERED,
    Kind.PROPERTY_REMOVED_CLOSED, Kind.PROPERTY_REMOVED_NOT_COVERED,
})  # fmt: skip


@dataclass(frozen=True)
class Dialect:
    """What one implementation answers."""

    name: str
    source: str
    breaking: frozenset[Kind] = BREAKING


CONFLUENT = Dialect("confluent", "Confluent Schema Registry, policy STRICT")
CONFLUENT_LENIENT = Dialect("confluent-lenient", "Confluent Schema Registry 8.2, policy LENIENT", BREAKING - LENIENT)

DIALECTS = {one.name: one for one in (CONFLUENT, CONFLUENT_LENIENT)}


def dialect(name: str) -> Dialect:
    """By its name; KeyError for any other."""
    return DIALECTS[name]
