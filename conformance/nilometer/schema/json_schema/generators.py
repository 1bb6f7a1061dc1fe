"""Pairs of JSON Schemas (draft-07): a writer, and a reader that a few changes made from it. All chance is a `Random`.

Changes are keywords added, dropped and set anew, properties and branches that come and go, types that widen and narrow,
and a schema wrapped in a combination: so pairs are near each other, and both verdicts are common.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any, TypeAlias

from nilometer_models.schema.json_schema import NotJsonSchema, Schema, parse

Written: TypeAlias = Any
"""A schema as `json.loads` gives it: an object or a boolean."""

NAMES = ("a", "b", "c")
VALUES = (1, 2, "a", "b", None, True)
PATTERNS = ("a", "^b", "^[ab]+$")
DEEPEST = 2


@dataclass(frozen=True)
class Pair:
    """Two schemas, as written and parsed."""

    reader: Schema
    writer: Schema
    reader_written: Written
    writer_written: Written


def pair(random: Random) -> Pair:
    """One that parses."""
    while True:
        writer = schema(random)
        reader = copy.deepcopy(writer)
        for _ in range(random.randint(1, 3)):
            reader = changed(random, reader)
        try:
            return Pair(parse(json.dumps(reader)), parse(json.dumps(writer)), reader, writer)
        except NotJsonSchema:
            continue


def schema(random: Random, depth: int = DEEPEST) -> Written:
    """Any, mostly with a type."""
    kinds: list[Callable[[Random, int], Written]] = [text, number, listed, plain]
    if depth > 0:
        kinds += [object_, object_, object_, array, combined, conditional, negated]
    return random.choice(kinds)(random, depth)


def some(random: Random, **words: Callable[[], Any]) -> dict[str, Any]:
    """About a third of these keywords."""
    return {word: make() for word, make in words.items() if random.random() < 0.35}


def small(random: Random) -> int:
    """A bound."""
    return random.randint(0, 4)


def text(random: Random, _depth: int) -> Written:
    """A string."""
    words = some(random, minLength=lambda: small(random), maxLength=lambda: small(random),
                 pattern=lambda: random.choice(PATTERNS), default=lambda: "a")  # fmt: skip
    return words if words and random.random() < 0.1 else {"type": "string", **words}


def number(random: Random, _depth: int) -> Written:
    """A number or an integer."""
    words = some(random, minimum=lambda: small(random), maximum=lambda: small(random),
                 exclusiveMaximum=lambda: small(random), multipleOf=lambda: random.choice((1, 2, 4, 0.5)),
                 default=lambda: 1)  # fmt: skip
    return {"type": random.choice(("number", "integer")), **words}


def listed(random: Random, _depth: int) -> Written:
    """Its values one by one."""
    values = random.sample(VALUES, random.randint(1, 3))
    return random.choice(({"enum": values}, {"const": values[0]}, {"type": "string", "enum": ["a", "b"]}))


def plain(random: Random, _depth: int) -> Written:
    """Without bounds."""
    return random.choice(({}, True, {"type": "boolean"}, {"type": "null"}, {"type": ["string", "null"]}, False))


def object_(random: Random, depth: int) -> Written:
    """With properties."""
    inner = depth - 1
    return {
        "type": "object",
        "properties": {name: schema(random, inner) for name in random.sample(NAMES, random.randint(0, 2))},
        **some(
            random,
            required=lambda: random.sample(NAMES, random.randint(0, 2)),
            additionalProperties=lambda: random.choice((True, False, False, schema(random, inner))),
            minProperties=lambda: small(random),
            maxProperties=lambda: small(random),
        ),
        **(some(random, patternProperties=lambda: {random.choice(("^b", "^x")): schema(random, inner)},
                propertyNames=lambda: text(random, 0), dependencies=lambda: {random.choice(NAMES): ["a"]})
           if random.random() < 0.2 else {}),
    }  # fmt: skip


def array(random: Random, depth: int) -> Written:
    """Of one schema, or of positions."""
    inner = depth - 1
    positions = random.random() < 0.3
    return {
        "type": "array",
        "items": [schema(random, inner) for _ in range(random.randint(1, 2))] if positions else schema(random, inner),
        **(some(random, additionalItems=lambda: random.choice((False, schema(random, inner)))) if positions else {}),
        **some(random, minItems=lambda: small(random), maxItems=lambda: small(random), uniqueItems=lambda: True),
        **({"contains": schema(random, inner)} if random.random() < 0.05 else {}),
    }  # fmt: skip


def combined(random: Random, depth: int) -> Written:
    """Of one to three branches."""
    branches = [schema(random, depth - 1) for _ in range(random.randint(1, 3))]
    return {random.choice(("allOf", "anyOf", "anyOf", "oneOf")): branches}


def negated(random: Random, depth: int) -> Written:
    """not."""
    return {"not": schema(random, depth - 1)}


def conditional(random: Random, depth: int) -> Written:
    """Seldom: rules do not look inside."""
    if random.random() < 0.6:
        return object_(random, depth)
    return {"if": schema(random, 0), "then": schema(random, 0)}


def places(written: Written) -> Iterator[tuple[Any, Any]]:
    """(container, key) of every schema inside."""
    if not isinstance(written, dict):
        return
    for word in ("properties", "patternProperties"):
        for name in written.get(word, {}):
            yield written[word], name
            yield from places(written[word][name])
    for word in ("allOf", "anyOf", "oneOf", "items", "additionalProperties", "additionalItems", "not", "contains"):
        inner = written.get(word)
        if isinstance(inner, list):
            for n, one in enumerate(inner):
                yield inner, n
                yield from places(one)
        elif isinstance(inner, dict):
            yield written, word
            yield from places(inner)


def changed(random: Random, written: Written) -> Written:
    """With one change, somewhere."""
    holder = {"root": written}
    container, key = random.choice([(holder, "root"), *places(written)])
    container[key] = change(random, container[key])
    return holder["root"]


def change(random: Random, written: Written) -> Written:
    """This schema, not those inside."""
    roll = random.random()
    if not isinstance(written, dict) or not written or roll < 0.08:
        return schema(random, 1)
    if roll < 0.2:
        other = schema(random, 0)
        return random.choice(({"anyOf": [written, other]}, {"allOf": [written, other]}, {"oneOf": [other, written]}))
    if roll < 0.35:
        word = random.choice([*written])
        return {name: said for name, said in written.items() if name != word}
    return reworded(random, written)


def reworded(random: Random, written: dict[str, Any]) -> Written:
    """One keyword of its family set anew, or one member or branch more or less."""
    for word in ("allOf", "anyOf", "oneOf", "enum"):
        if word in written:
            said = list(written[word])
            if len(said) > 1 and random.random() < 0.5:
                said.pop(random.randrange(len(said)))
            else:
                said.append(random.choice(VALUES) if word == "enum" else schema(random, 0))
            return {**written, word: said}
    match written.get("type"):
        case "object":
            return members(random, written)
        case "array":
            fresh = array(random, 1)
        case "string":
            fresh = text(random, 0)
        case "number" | "integer":
            fresh = number(random, 0)
        case _:
            return schema(random, 1)
    word = random.choice([*fresh])
    return {**written, word: fresh[word]}


def members(random: Random, written: dict[str, Any]) -> Written:
    """A property, what is required, or another keyword of objects."""
    roll, name = random.random(), random.choice(NAMES)
    properties = written.get("properties", {})
    if roll < 0.25:
        return {**written, "properties": {**properties, name: schema(random, 0)}}
    if roll < 0.4:
        return {**written, "properties": {one: said for one, said in properties.items() if one != name}}
    if roll < 0.65:
        required = set(written.get("required", ())) ^ {name}
        return {**written, "required": sorted(required)}
    fresh = object_(random, 1)
    word = random.choice([*fresh])
    return {**written, word: fresh[word]}
