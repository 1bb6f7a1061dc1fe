"""Values at the edges of two schemas: where they differ, some of these are valid under one and not under the other.

A value is built along both schemas at once. At each place the nodes of writer and reader that apply there are taken
together (branches of combinations and the inside of `not` included), and every bound of any of them gives values on
both sides of it. Objects and arrays are varied in one place at a time, from a base that is likely to be valid; then
`mixed` chooses at every place at once, by a seed.

Nothing here is trusted: `semantic.py` asks a validator about each value.
"""

from __future__ import annotations

import json
import re
from collections.abc import Hashable, Iterable, Iterator
from decimal import Decimal
from itertools import chain
from random import Random
from typing import Any, TypeAlias

from nilometer_models.schema.json_schema.containers import covering, schema_of
from nilometer_models.schema.json_schema.nodes import (
    Array,
    Boolean,
    Combined,
    Const,
    Enum,
    Node,
    Not,
    Null,
    Number,
    Object,
    String,
    whole,
)
from nilometer_models.schema.json_schema.walk import Shared

Value: TypeAlias = Any
"""What `json.loads` gives."""

ODD: tuple[Value, ...] = (
    None, True, False, 0, 1, -1, 1.5, 2**40, "", "a", "other", "é" * 3, "x" * 40, [], [1, 1], [1, "a"], {},
    {"other": 1}, {"a": "a"}, {"a": 1},
)  # fmt: skip
LONGEST = 64
"""Longer texts, lists and objects are not built: a bound beyond it is not tried."""
MOST_DIGITS = 300
MOST_EXACT = 12
LONGEST_OF_PATTERN = 6
"""Texts that may match a pattern are built up to this length, wherever the bounds are."""
HALF = Decimal("0.5")
DEEPEST = 3
MOST = 48
"""Values kept at a place."""
ODDLY = 0.2
"""How often a place is left out, or given a value that has nothing to do with it."""


def thawed(value: Hashable) -> Value:
    """From the form in which nodes keep values."""
    assert isinstance(value, tuple)
    kind, inside = value
    if kind == "number":
        return plain_number(inside)
    if kind == "array":
        return [thawed(item) for item in inside]
    if kind == "object":
        return {name: thawed(item) for name, item in inside}
    return inside


def plain_number(value: Decimal) -> int | float:
    """As `json.loads` gives it; 0 in the place of what is too large or too small to be written out."""
    if abs(value.adjusted()) > MOST_DIGITS:
        return 0
    return int(value) if whole(value) else float(value)


def distinct(values: Iterable[Value], most: int) -> list[Value]:
    """The first of each."""
    found: dict[str, Value] = {}
    for value in values:
        found.setdefault(json.dumps(value, sort_keys=True), value)
        if len(found) >= most:
            break
    return list(found.values())


def around(*bounds: int | Decimal | None) -> list[int]:
    """Sizes at bounds, and one to each side."""
    near = [int(bound) for bound in bounds if bound is not None and bound <= LONGEST + 1]
    sizes = [bound + step for bound in near for step in (0, 1, -1)]
    return [size for size in dict.fromkeys(sizes) if 0 <= size <= LONGEST]


def scalars(node: Node) -> Iterator[Value]:
    """A likely value first, then those at the edges."""
    match node:
        case String():
            letters = letters_of(node.pattern)
            yield from ((letters * size)[:size] for size in around(node.min_length, node.max_length) or [1])
            if node.pattern is not None:
                yield from ((letters * size)[:size] for size in range(LONGEST_OF_PATTERN + 1))
        case Number():
            yield from numbers(node)
        case Enum(values=values):
            yield from sorted(map(thawed, values), key=repr)
        case Const(value=value):
            yield thawed(value)
        case Boolean():
            yield from (True, False)
        case Null():
            yield None


def letters_of(pattern: str | None) -> str:
    """What may match it: its plain characters, or `a`."""
    return re.sub(r"\\.|\W", "", pattern or "") or "a"


def numbers(node: Number) -> Iterator[Value]:
    """Bounds, steps from them, multiples."""
    bounds = [node.minimum, node.maximum, node.exclusive_minimum, node.exclusive_maximum]
    step = Decimal(node.multiple_of or 1)
    found: list[Decimal] = []
    for bound in [Decimal(bound) for bound in bounds if bound is not None] or [Decimal(0)]:
        # Within 28 digits decimals are exact.
        if abs(bound.adjusted()) > MOST_EXACT or abs(step.adjusted()) > MOST_EXACT:
            continue
        base = bound // step * step if node.multiple_of else bound
        found.extend(
            (base, base + step, base - step, base + 2 * step, base - 2 * step, bound, bound + HALF, bound - HALF)
        )
    yield from map(plain_number, found)


def names_of(model: Object) -> Iterator[str]:
    """Every name that it speaks of; of a pattern, a name that it may match."""
    yield from (*model.properties, *model.required, *model.needs, *model.implies)
    yield from (need for needs in model.needs.values() for need in needs)
    yield from (re.sub(r"\W", "", pattern) for pattern, _ in model.patterns)


class Instances(Shared):
    """Of writer and reader together."""

    def all(self) -> list[Value]:
        """From the roots; the writer's likely values come first."""
        return self.values((self.root[1], self.root[0]), DEEPEST)

    def parts(self, indexes: Iterable[int]) -> list[tuple[int, Node]]:
        """The nodes that apply, with their indexes."""
        found: dict[int, Node] = {}
        waiting = list(indexes)
        while waiting:
            index = waiting.pop(0)
            if index in found:
                continue
            node = found[index] = self.node(index)
            if isinstance(node, Combined):
                waiting.extend(self.below(index, branch) for branch in node.branches)
            elif isinstance(node, Not):
                waiting.append(self.below(index, node.inner))
            elif isinstance(node, Object):
                waiting.extend(self.below(index, inner) for inner in node.implies.values())
        return list(found.items())

    def values(self, indexes: Iterable[int], depth: int) -> list[Value]:
        """Where these nodes apply."""
        parts = self.parts(indexes)
        found = [value for _, node in parts for value in scalars(node)]
        if depth > 0:
            objects = [(index, node) for index, node in parts if isinstance(node, Object)]
            arrays = [(index, node) for index, node in parts if isinstance(node, Array)]
            # Containers first where the first node is one: then the likely value is of the right kind.
            inner = chain(
                self.objects(objects, depth - 1) if objects else (), self.arrays(arrays, depth - 1) if arrays else ()
            )
            most = 4 * MOST if depth == DEEPEST else MOST
            first = bool(parts) and isinstance(parts[0][1], Object | Array)
            return distinct(chain(inner, found, ODD) if first else chain(found, inner, ODD), most)
        return distinct([*found, *ODD], MOST)

    def objects(self, models: list[tuple[int, Object]], depth: int) -> Iterator[Value]:
        """As `varied`; those with fewer names than the first node demands get others."""
        least = int(min(models[0][1].min_properties or 0, LONGEST))
        for value in self.varied(models, depth):
            yield {**value, **{f"other{n}": None for n in range(least - len(value))}} if len(value) < least else value

    def varied(self, models: list[tuple[int, Object]], depth: int) -> Iterator[Value]:
        """One name at a time is changed, left out or added."""
        names = sorted({name for _, model in models for name in names_of(model)})
        choices = {name: self.values(self.under(models, name), depth) for name in names}
        rest = self.values(self.under(models, "other"), depth)[:8]
        likely = {name: choices[name][0] for name in names}
        bare = {name: likely[name] for name in names if name in models[0][1].required}
        declared = {name: likely[name] for name in names if name in models[0][1].properties}
        sizes = around(*(bound for _, model in models for bound in (model.min_properties, model.max_properties)))
        for base in distinct((declared, bare, likely, {}), 4):
            yield base
            # All at once: of a thousand fields, few can be varied one by one.
            yield from ({name: choices[name][n % len(choices[name])] for name in base} for n in range(1, 8))
            yield from ({other: value for other, value in base.items() if other != name} for name in base)
            yield from ({**base, name: value} for name in names for value in choices[name])
            yield from ({**base, "other": value} for value in rest)
            for size in sizes:
                padding = {f"other{n}": rest[0] for n in range(size - len(base))}
                yield dict(list({**base, **padding}.items())[:size])

    def under(self, models: list[tuple[int, Object]], name: str) -> list[int]:
        """What applies to a name."""
        found = []
        for index, model in models:
            inner = model.properties.get(name, covering(model, name))
            found.extend([] if inner is None else [self.below(index, inner)])
        return found

    def arrays(self, models: list[tuple[int, Array]], depth: int) -> Iterator[Value]:
        """One position at a time is changed; lengths around every bound."""
        longest = max(len(model.positions) for _, model in models)
        choices = [self.values(self.at(models, n), depth) for n in range(longest + 1)]
        bounds = (
            bound for _, model in models
            for bound in (model.min_items, model.max_items, model.min_contains, model.max_contains)
        )  # fmt: skip
        sizes = [longest, longest + 1, 2, *around(*bounds), *range(longest)]
        for size in dict.fromkeys(sizes):
            base = [choices[min(n, longest)][0] for n in range(size)]
            yield base
            # All different, for lists that must be.
            yield [choices[min(n, longest)][n % len(choices[min(n, longest)])] for n in range(size)]
            for n in range(min(size, longest + 1)):
                yield from ([*base[:n], value, *base[n + 1 :]] for value in choices[n])

    def at(self, models: list[tuple[int, Array]], n: int) -> list[int]:
        """What applies at a position."""
        found = []
        for index, model in models:
            listed = model.positions[n] if n < len(model.positions) else None
            inner = listed if listed is not None else model.items
            inner = schema_of(model.additional, model.unevaluated) if inner is None else inner
            found.extend([] if inner is None else [self.below(index, inner)])
        return found

    def mixed(self, count: int, seed: int = 0) -> Iterator[Value]:
        """Every place chosen by itself; every other time without odd values, as one of them spoils a large object."""
        chance = Random(seed)
        for n in range(count):
            yield self.one((self.root[1], self.root[0]), DEEPEST, chance, odd=0.0 if n % 2 == 0 else ODDLY)

    def one(self, indexes: Iterable[int], depth: int, chance: Random, odd: float) -> Value:
        """A value where these nodes apply."""
        parts = self.parts(indexes)
        objects = [(index, node) for index, node in parts if isinstance(node, Object)]
        arrays = [(index, node) for index, node in parts if isinstance(node, Array)]
        kinds = [*(["object"] if objects else []), *(["array"] if arrays else [])]
        if kinds and depth > 0 and chance.random() >= odd:
            if chance.choice(kinds) == "object":
                return self.one_object(objects, depth - 1, chance, odd)
            longest = max(len(model.positions) for _, model in arrays)
            size = chance.randint(0, longest + 2)
            return [self.one(self.at(arrays, n), depth - 1, chance, odd) for n in range(size)]
        found = [value for _, node in parts for value in scalars(node)]
        return chance.choice(found if found and chance.random() >= odd else ODD)

    def one_object(self, models: list[tuple[int, Object]], depth: int, chance: Random, odd: float) -> Value:
        """Most of the names, sometimes another one."""
        names = sorted({name for _, model in models for name in names_of(model)})
        kept = [name for name in names if chance.random() >= odd]
        kept += ["other"] if chance.random() < odd else []
        return {name: self.one(self.under(models, name), depth, chance, odd) for name in kept}
