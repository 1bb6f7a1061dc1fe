"""Why rules accept a pair that data refute: what the rules do not look at is taken away, and the witness with it.

reason           in both schemas                                                        the rules
conditional      if, then, else are dropped                                             compare classes only
contains         contains is dropped                                                    do not look at its schema
names            propertyNames is dropped                                               do not look
patterns         what patternProperties say becomes anything                            do not compare them
closed           beside patternProperties nothing else is allowed                       take such objects for closed
inferred         a schema without type gets the type that its keywords belong to        compare it as that type
default          a required property with a default is not required                     forgive it
undeclared       what is required and not in `properties` of both is not required       do not look
exclusive        oneOf becomes anyOf                                                    compare branches alone

A reason explains a witness if, with it applied to both, the writer no longer writes the witness or the reader reads it.
Sources: schema.md 5.2 and 5.3.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import combinations
from typing import Any

from nilometer.schema.json_schema.generators import Written
from nilometer_models.schema.json_schema import NotJsonSchema, parse
from nilometer_models.schema.json_schema.families import FAMILIES
from nilometer_models.schema.json_schema.semantic import Judge

Edit = Callable[[dict[str, Any], set[str]], dict[str, Any]]
"""Of one schema object; the names are those that both schemas declare somewhere."""

SEVERAL = 3
"""More reasons than this at once are no explanation."""


def without(*words: str) -> Edit:
    """Drops keywords."""
    return lambda written, _: {word: said for word, said in written.items() if word not in words}


def patterns(written: dict[str, Any], _: set[str]) -> dict[str, Any]:
    """Names keep their pattern, values are free."""
    if "patternProperties" not in written:
        return written
    return {**written, "patternProperties": {pattern: {} for pattern in written["patternProperties"]}}


def closed(written: dict[str, Any], _: set[str]) -> dict[str, Any]:
    """With patterns and nothing said of other names."""
    return {"additionalProperties": False, **written} if "patternProperties" in written else written


def inferred(written: dict[str, Any], _: set[str]) -> dict[str, Any]:
    """Keywords of one family, and no type."""
    kinds = [kind for kind, words in FAMILIES.items() if not words.isdisjoint(written)]
    return {**written, "type": kinds[0]} if "type" not in written and len(kinds) == 1 else written


def default(written: dict[str, Any], _: set[str]) -> dict[str, Any]:
    """Its property schema has one."""
    properties = written.get("properties", {})
    return _required(
        written, {name for name, said in properties.items() if isinstance(said, dict) and "default" in said}
    )


def undeclared(written: dict[str, Any], both: set[str]) -> dict[str, Any]:
    """Or declared by one alone."""
    return _required(written, set(written.get("required", ())) - (both & set(written.get("properties", {}))))


def _required(written: dict[str, Any], forgiven: set[str]) -> dict[str, Any]:
    if "required" not in written:
        return written
    return {**written, "required": [name for name in written["required"] if name not in forgiven]}


def exclusive(written: dict[str, Any], _: set[str]) -> dict[str, Any]:
    """Beside an anyOf it moves into an allOf."""
    if "oneOf" not in written:
        return written
    kept = {word: said for word, said in written.items() if word != "oneOf"}
    if "anyOf" not in kept:
        return {**kept, "anyOf": written["oneOf"]}
    return {**kept, "allOf": [*kept.get("allOf", []), {"anyOf": written["oneOf"]}]}


REASONS: dict[str, Edit] = {
    "conditional": without("if", "then", "else"),
    "contains": without("contains"),
    "names": without("propertyNames"),
    "patterns": patterns,
    "closed": closed,
    "inferred": inferred,
    "default": default,
    "undeclared": undeclared,
    "exclusive": exclusive,
}
"""By their name in the table above."""

INNER = ("not", "contains", "additionalProperties", "additionalItems", "propertyNames", "if", "then", "else")


def edited(written: Written, edit: Edit, both: set[str]) -> Written:
    """Everywhere, inside first."""
    if not isinstance(written, dict):
        return written
    made = dict(written)
    for word in ("properties", "patternProperties", "dependencies"):
        if word in made:
            made[word] = {name: edited(said, edit, both) for name, said in made[word].items()}
    for word in (*INNER, "items", "allOf", "anyOf", "oneOf"):
        if word in made:
            said = made[word]
            made[word] = (
                [edited(one, edit, both) for one in said] if isinstance(said, list) else edited(said, edit, both)
            )
    return edit(made, both)


def declared(written: Written) -> Iterator[str]:
    """Names in `properties`, at any depth."""
    if isinstance(written, dict):
        if isinstance(written.get("properties"), dict):
            yield from written["properties"]
        for said in written.values():
            yield from declared(said)
    elif isinstance(written, list):
        for said in written:
            yield from declared(said)


def refutes(reader: Written, writer: Written, value: Any) -> bool:
    """The writer may write it, the reader refuses it."""
    try:
        return Judge(parse(json.dumps(writer))).valid(value) is True and (
            Judge(parse(json.dumps(reader))).valid(value) is False
        )
    except NotJsonSchema:
        return False


def reasons(reader: Written, writer: Written, value: Any) -> tuple[str, ...]:
    """The fewest that explain the witness; none: nothing does."""
    both = set(declared(reader)) & set(declared(writer))
    for size in range(1, SEVERAL + 1):
        for names in combinations(REASONS, size):
            new, old = reader, writer
            for name in names:
                new, old = (edited(one, REASONS[name], both) for one in (new, old))
            if not refutes(new, old, value):
                return names
    return ()


PEERS_REASONS: dict[str, Edit] = {
    "a pattern beside lengths": without("pattern"),
    "branches of oneOf that overlap": exclusive,
    "values of several types, or true beside 1": without("enum", "const"),
    "not": without("not"),
    "conditional": without("if", "then", "else"),
    "contains": without("contains"),
    "multipleOf beside bounds": without("multipleOf"),
    "a property of one and additionalProperties of the other": without("additionalProperties"),
    "a property of one beside maxProperties": without("maxProperties"),
}
"""What jsonsubschema 0.0.8 misjudges; taken away in the same manner, and the peer is asked again."""

SIZES: Edit = without("maxProperties", "maxItems")
ROOM: Edit = without("maxProperties", "maxItems", "additionalProperties", "additionalItems", "propertyNames")
"""Take away what leaves a writer no room for a value that would show a difference."""
