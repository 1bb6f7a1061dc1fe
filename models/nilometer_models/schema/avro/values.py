"""Values of a schema, drawn so that rules are met where they bite.

    Tagged(2, "x")      in a union: the branch, and its value
    heights(schema)     how deep the shallowest value of each node is; None: the type has no finite value

Numbers come from the limits of their types and from where floats begin to round, bytes also from outside UTF-8.
Everything is drawn from a `random.Random`, which Hypothesis can bring too: then values shrink.
"""

from __future__ import annotations

import json
from random import Random
from typing import Any, NamedTuple, TypeAlias

from nilometer_models.schema.avro.nodes import Array, Enumeration, Fixed, Map, Node, Record, Schema, Union

Value: TypeAlias = Any
"""None, bool, int, float, bytes, str, list, dict by field or key, `Tagged`."""


class Tagged(NamedTuple):
    """A value of one branch of a union."""

    branch: int
    value: Value


class Uninhabited(Exception):
    """The type has no finite value: a record that always contains itself, or an empty union."""


INTS = (0, 1, -1, 16777216, 16777217, -16777217, 2**31 - 1, -(2**31))
LONGS = (*INTS, 2**53, 2**53 + 1, 2**62 + 1, 2**63 - 1, -(2**63))
FLOATS = (0.0, -0.0, 1.5, -2.0, 3.4028234663852886e38, 1.401298464324817e-45, float("inf"))
DOUBLES = (*FLOATS, 0.1, 1.7976931348623157e308, 5e-324, float("-inf"))
TEXTS = ("", "a", "é", "\U0001f40a", "x" * 70)
BYTES = (b"", b"a", "é".encode(), b"\xff", b"\xc3", b"\x00\x80")
POOLS: dict[str, tuple[Value, ...]] = {
    "null": (None,), "boolean": (False, True), "int": INTS, "long": LONGS, "float": FLOATS, "double": DOUBLES,
    "bytes": BYTES, "string": TEXTS,
}  # fmt: skip
DEEP = 6


def heights(schema: Schema) -> list[int | None]:
    """Of each node, by repeated relaxation: a leaf has 1, a record one more than its highest field."""
    found: list[int | None] = [None] * len(schema.nodes)
    changed = True
    while changed:
        changed = False
        for index, node in enumerate(schema.nodes):
            height = _height(node, found)
            if height is not None and (found[index] is None or height < found[index]):  # type: ignore[operator]
                found[index] = height
                changed = True
    return found


def _height(node: Node, found: list[int | None]) -> int | None:
    match node:
        case Union(branches):
            known = [height for branch in branches if (height := found[branch]) is not None]
            return min(known) + 1 if known else None
        case Record(fields=fields):
            inner = [found[field.type] for field in fields]
            return None if None in inner else max((height for height in inner if height is not None), default=0) + 1
        case Enumeration(symbols=symbols):
            return 1 if symbols else None
    return 1


class Values:
    """Draws values of one schema."""

    def __init__(self, schema: Schema, random: Random) -> None:
        self.schema = schema
        self.random = random
        self.heights = heights(schema)

    def draw(self) -> Value:
        """One value of the whole schema; `Uninhabited` if there is none."""
        if self.heights[self.schema.root] is None:
            raise Uninhabited
        return self._draw(self.schema.root, DEEP)

    def _draw(self, index: int, depth: int) -> Value:
        node = self.schema[index]
        match node:
            case Union(branches):
                return self._branch(branches, depth)
            case Array(items):
                return [self._draw(items, depth - 1) for _ in range(self._length(items, depth))]
            case Map(values):
                return {f"k{n}": self._draw(values, depth - 1) for n in range(self._length(values, depth))}
            case Record(fields=fields):
                return {field.name: self._draw(field.type, depth - 1) for field in fields}
            case Enumeration(symbols=symbols):
                return self.random.choice(symbols)
            case Fixed(size=size):
                return bytes(self.random.choice((0, 97, 255)) for _ in range(size))
        return self.random.choice(POOLS[node.kind])

    def _length(self, inner: int, depth: int) -> int:
        if depth <= 0 or self.heights[inner] is None:
            return 0
        return self.random.choice((0, 1, 1, 2))

    def _branch(self, branches: tuple[int, ...], depth: int) -> Tagged:
        known = [(height, n) for n, branch in enumerate(branches) if (height := self.heights[branch]) is not None]
        lowest = min(known)[0]
        allowed = [n for height, n in known if height <= max(depth, lowest)] if depth > 0 else [min(known)[1]]
        number = self.random.choice(allowed)
        return Tagged(number, self._draw(branches[number], depth - 1))


def shown(schema: Schema, value: Value, index: int | None = None) -> str:
    """As the specification writes data in JSON: a branch by its name, bytes as code points."""
    return json.dumps(_json(schema, schema.root if index is None else index, value), ensure_ascii=True)


def _json(schema: Schema, index: int, value: Value) -> Value:
    node = schema[index]
    match node:
        case Union(branches):
            branch = schema[branches[value.branch]]
            inner = _json(schema, branches[value.branch], value.value)
            return None if branch.kind == "null" else {getattr(branch, "name", branch.kind): inner}
        case Array(items):
            return [_json(schema, items, one) for one in value]
        case Map(values):
            return {key: _json(schema, values, one) for key, one in value.items()}
        case Record(fields=fields):
            return {field.name: _json(schema, field.type, value[field.name]) for field in fields}
    return value.decode("latin-1") if isinstance(value, bytes) else value
