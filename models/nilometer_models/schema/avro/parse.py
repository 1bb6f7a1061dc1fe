"""Text to graph, or `NotAvro` with the place and the reason.

what is written                        what is refused
"int", {"type": "int"}, a name         a name that is not defined, is defined twice, or is not a name
[branches]                             a union in a union; two branches of one unnamed type or one full name
record, error, enum, array, map, fixed fields or symbols twice; a size below 0; an enum default that is no symbol
defaults                               a default that is not of its type; of a union: of its first branch (Avro to 1.11)

Nesting deeper than `DEEPEST` is refused: Avro sets no bound, and nobody writes such a schema by hand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from nilometer_models.schema.avro.nodes import (
    PRIMITIVES,
    Array,
    Default,
    Enumeration,
    Field,
    Fixed,
    Json,
    Logical,
    Map,
    Name,
    Node,
    Primitive,
    Record,
    Schema,
    Union,
)
from nilometer_models.schema.difference import token

DEEPEST = 150
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*")
WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
DECIMAL = "decimal"


class NotAvro(Exception):
    """This text is no Avro schema."""


def parse(text: str, references: Sequence[str] = (), *, any_branch_default: bool = False) -> Schema:
    """The graph of a schema; `references` are schemas whose names it may use, each after those that it uses itself."""
    builder = _Builder(any_branch_default=any_branch_default)
    for reference in references:
        builder.build(_json(reference), "", "", 0)
    root = builder.build(_json(text), "", "", 0)
    try:
        return builder.finish(root)
    except RecursionError:
        raise NotAvro("a default is nested too deeply") from None


def _json(text: str) -> Json:
    try:
        parsed: Json = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotAvro(f"not JSON: {error}") from None
    return parsed


class _Builder:
    """Collects nodes; a named type has its index before its fields are known."""

    def __init__(self, *, any_branch_default: bool) -> None:
        self.nodes: list[Node | None] = []
        self.named: dict[str, int] = {}
        self.primitives: dict[Primitive, int] = {}
        self.defaults: list[tuple[int, Json, str]] = []
        self.any_branch_default = any_branch_default

    def finish(self, root: int) -> Schema:
        nodes = tuple(node for node in self.nodes if node is not None)
        assert len(nodes) == len(self.nodes)
        schema = Schema(nodes, root)
        for index, value, at in self.defaults:
            if not fits(schema, index, value, any_branch=self.any_branch_default):
                raise NotAvro(f"{at}: the default {json.dumps(value)} is no {schema.name_of(index)}")
        return schema

    def build(self, written: Json, namespace: str, at: str, depth: int) -> int:
        if depth > DEEPEST:
            raise NotAvro(f"nested deeper than {DEEPEST} types")
        match written:
            case str():
                return self._reference(written, namespace, at)
            case list():
                return self._union(written, namespace, at, depth)
            case dict():
                return self._complex(written, namespace, at, depth)
        raise NotAvro(f"{at or '/'}: {json.dumps(written)[:40]} is no type")

    def _add(self, node: Node | None) -> int:
        self.nodes.append(node)
        return len(self.nodes) - 1

    def _primitive(self, kind: str, logical: Logical | None = None) -> int:
        node = Primitive(kind, logical)
        if node not in self.primitives:
            self.primitives[node] = self._add(node)
        return self.primitives[node]

    def _reference(self, written: str, namespace: str, at: str) -> int:
        if written in PRIMITIVES:
            return self._primitive(written)
        for name in (_full(written, namespace), written):
            if name in self.named:
                return self.named[name]
        raise NotAvro(f"{at or '/'}: nothing is named {written!r}")

    def _union(self, written: list[Json], namespace: str, at: str, depth: int) -> int:
        branches: list[int] = []
        seen: set[str] = set()
        for number, branch in enumerate(written):
            index = self.build(branch, namespace, f"{at}/{number}", depth + 1)
            node = self.nodes[index]
            # A named type that is being defined has no node yet; its name is in the table.
            name = next((name for name, named in self.named.items() if named == index), None) if node is None else None
            key = name or (node.name if isinstance(node, Record | Enumeration | Fixed) else node.kind if node else "")
            if key == "union":
                raise NotAvro(f"{at}/{number}: a union in a union")
            if key in seen:
                raise NotAvro(f"{at}/{number}: {key} is twice in the union")
            seen.add(key)
            branches.append(index)
        return self._add(Union(tuple(branches)))

    def _complex(self, written: dict[str, Json], namespace: str, at: str, depth: int) -> int:
        kind = written.get("type")
        match kind:
            case "record" | "error":
                return self._record(written, namespace, at, depth)
            case "enum":
                return self._enum(written, namespace, at)
            case "fixed":
                return self._fixed(written, namespace, at)
            case "array" | "map":
                member = "items" if kind == "array" else "values"
                if member not in written:
                    raise NotAvro(f"{at or '/'}: {kind} without {member}")
                inner = self.build(written[member], namespace, f"{at}/{member}", depth + 1)
                return self._add(Array(inner) if kind == "array" else Map(inner))
            case str() if kind in PRIMITIVES:
                return self._primitive(kind, _logical(written))
            case None:
                raise NotAvro(f"{at or '/'}: no type")
        return self.build(kind, namespace, at, depth + 1)

    def _define(self, written: dict[str, Json], namespace: str, at: str) -> tuple[int, Name, tuple[Name, ...]]:
        given = written.get("name")
        own = written.get("namespace")
        if not isinstance(given, str) or not isinstance(own, str | None):
            raise NotAvro(f"{at or '/'}: {written['type']} without a name")
        name = _full(given, namespace if own is None else own)
        if not NAME.fullmatch(name) or name in PRIMITIVES:
            raise NotAvro(f"{at or '/'}: {name!r} is no name")
        if name in self.named:
            raise NotAvro(f"{at or '/'}: {name} is defined twice")
        self.named[name] = self._add(None)
        aliases = tuple(_full(alias, name.namespace) for alias in _words(written, "aliases", at))
        return self.named[name], name, aliases

    def _record(self, written: dict[str, Json], namespace: str, at: str, depth: int) -> int:
        index, name, aliases = self._define(written, namespace, at)
        members = written.get("fields")
        if not isinstance(members, list):
            raise NotAvro(f"{at or '/'}: record {name} without fields")
        fields: list[Field] = []
        seen: set[str] = set()
        for number, member in enumerate(members):
            place = f"{at}/fields/{number}"
            field = self._field(member, name.namespace, place, depth)
            if field.name in seen:
                raise NotAvro(f"{place}: field {field.name} is twice in {name}")
            seen.add(field.name)
            fields.append(field)
        self.nodes[index] = Record(name, aliases, tuple(fields))
        return index

    def _field(self, written: Json, namespace: str, at: str, depth: int) -> Field:
        if not isinstance(written, dict) or not isinstance(written.get("name"), str) or "type" not in written:
            raise NotAvro(f"{at}: a field has a name and a type")
        name = str(written["name"])
        if not WORD.fullmatch(name):
            raise NotAvro(f"{at}: {name!r} is no name")
        index = self.build(written["type"], namespace, f"{at}/type", depth + 1)
        if "default" not in written:
            return Field(name, _words(written, "aliases", at), index)
        self.defaults.append((index, written["default"], f"{at}{token('default')}"))
        return Field(name, _words(written, "aliases", at), index, Default(written["default"]))

    def _enum(self, written: dict[str, Json], namespace: str, at: str) -> int:
        index, name, aliases = self._define(written, namespace, at)
        symbols = _words(written, "symbols", at)
        default = written.get("default")
        if "symbols" not in written or len(set(symbols)) != len(symbols) or not all(map(WORD.fullmatch, symbols)):
            raise NotAvro(f"{at or '/'}: the symbols of {name} are different names")
        if default is not None and default not in symbols:
            raise NotAvro(f"{at or '/'}: the default of {name} is none of its symbols")
        self.nodes[index] = Enumeration(name, aliases, symbols, None if default is None else str(default))
        return index

    def _fixed(self, written: dict[str, Json], namespace: str, at: str) -> int:
        index, name, aliases = self._define(written, namespace, at)
        size = written.get("size")
        if not isinstance(size, int) or isinstance(size, bool) or size < 0:
            raise NotAvro(f"{at or '/'}: fixed {name} without a size")
        self.nodes[index] = Fixed(name, aliases, size, _logical(written))
        return index


def _full(name: str, namespace: str) -> Name:
    """A name with a dot is full already; an empty namespace is none."""
    return Name(name if "." in name or not namespace else f"{namespace}.{name}")


def _words(written: dict[str, Json], key: str, at: str) -> tuple[str, ...]:
    found = written.get(key, [])
    if not isinstance(found, list) or not all(isinstance(word, str) for word in found):
        raise NotAvro(f"{at or '/'}: {key} is a list of names")
    return tuple(str(word) for word in found)


def _logical(written: dict[str, Json]) -> Logical | None:
    """Malformed logical types are ignored, as the specification says."""
    name = written.get("logicalType")
    if not isinstance(name, str):
        return None
    if name != DECIMAL:
        return Logical(name)
    precision, scale = written.get("precision"), written.get("scale", 0)
    if not isinstance(precision, int) or not isinstance(scale, int) or precision <= 0 or not 0 <= scale <= precision:
        return None
    return Logical(DECIMAL, precision, scale)


BOUNDS = {"int": 2**31, "long": 2**63}


def fits(schema: Schema, index: int, value: Json, *, any_branch: bool = False) -> bool:
    """A JSON value is a default of this type. Bytes are text of code points below 256."""
    node = schema[index]
    match node:
        case Union(branches):
            allowed = branches if any_branch else branches[:1]
            return any(fits(schema, branch, value, any_branch=any_branch) for branch in allowed)
        case Array(items):
            return isinstance(value, list) and all(fits(schema, items, one, any_branch=any_branch) for one in value)
        case Map(values):
            return isinstance(value, dict) and all(
                fits(schema, values, one, any_branch=any_branch) for one in value.values()
            )
        case Enumeration(symbols=symbols):
            return value in symbols
        case Fixed(size=size):
            return isinstance(value, str) and all(ord(c) < 256 for c in value) and len(value) == size
        case Record(fields=fields):
            return isinstance(value, dict) and all(
                fits(schema, field.type, value[field.name], any_branch=any_branch)
                if field.name in value
                else field.default is not None
                for field in fields
            )
    return _primitive_fits(node.kind, value)


def _primitive_fits(kind: str, value: Json) -> bool:
    match kind:
        case "null":
            return value is None
        case "boolean":
            return isinstance(value, bool)
        case "int" | "long":
            return isinstance(value, int) and not isinstance(value, bool) and -BOUNDS[kind] <= value < BOUNDS[kind]
        case "float" | "double":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "bytes":
            return isinstance(value, str) and all(ord(character) < 256 for character in value)
    return isinstance(value, str)
