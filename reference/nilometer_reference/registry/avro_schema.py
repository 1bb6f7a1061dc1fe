"""Avro schemas as nodes that refer to each other, from their JSON; and their canonical text.

Named types are records, enums and fixed. A full name is namespace and name; the namespace of the enclosing type is
inherited, and a name with a dot is already full. Source: Apache Avro specification 1.12.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from nilometer_reference.registry.errors import invalid_schema

PRIMITIVES: Final = ("null", "boolean", "int", "long", "float", "double", "bytes", "string")
RECORDS: Final = ("record", "error")
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*")
_FIRST: Final = ("type", "name", "namespace", "doc", "fields", "symbols", "items", "values", "size", "default")
_LAST: Final = ("aliases",)
_FIELD_FIRST: Final = ("name", "type", "doc", "default", "order")


@dataclass
class Field:
    """A field of a record."""

    name: str
    aliases: tuple[str, ...]
    type: Node
    has_default: bool


@dataclass(eq=False)
class Node:
    """A type. `kind` is a primitive, or record, enum, fixed, array, map, union."""

    kind: str
    name: str = ""
    """Full; empty where the type has none."""
    aliases: tuple[str, ...] = ()
    fields: list[Field] = field(default_factory=list)
    symbols: tuple[str, ...] = ()
    default_symbol: str | None = None
    size: int = 0
    branches: list[Node] = field(default_factory=list)
    """Of a union; the items of an array or the values of a map stand alone in it."""

    @property
    def short_name(self) -> str:
        return self.name.rpartition(".")[2]

    def __str__(self) -> str:
        return self.name or self.kind


def parse_avro(text: str, known: Mapping[str, str] | None = None) -> Node:
    """The node of a schema's text. `known` are the texts of its references. Raises 42201."""
    try:
        parsed = json.loads(text)
    except ValueError:
        parsed = text
    return parse(parsed, _names(known or {}))


def _names(known: Mapping[str, str]) -> dict[str, Node]:
    names: dict[str, Node] = {}
    for name, text in known.items():
        try:
            parsed = json.loads(text)
        except ValueError as error:
            raise invalid_schema(f"AVRO: the reference {name!r} is no Avro schema") from error
        parse(parsed, names)
    return names


def parse(parsed: Any, names: dict[str, Node], namespace: str = "") -> Node:
    """A type within a namespace; `names` are the named types so far, and get those that are declared."""
    if isinstance(parsed, str):
        if parsed in PRIMITIVES:
            return Node(parsed)
        found = names.get(_full(parsed, namespace)) or names.get(parsed)
        if found is None:
            raise invalid_schema(f"AVRO: {parsed!r:.80} is no type that is known here")
        return found
    if isinstance(parsed, list):
        return _union(parsed, names, namespace)
    if not isinstance(parsed, dict) or "type" not in parsed:
        raise invalid_schema(f"AVRO: {parsed!r:.80} has no type")
    kind = parsed["type"]
    if kind in RECORDS or kind in ("enum", "fixed"):
        return _named(parsed, kind, names, namespace)
    if kind in ("array", "map"):
        inner = parsed.get("items" if kind == "array" else "values")
        return Node(kind, branches=[parse(inner, names, namespace)])
    return parse(kind, names, namespace)


def _union(parsed: list[Any], names: dict[str, Node], namespace: str) -> Node:
    branches = [parse(one, names, namespace) for one in parsed]
    seen = [branch.name or branch.kind for branch in branches]
    if "union" in seen:
        raise invalid_schema("AVRO: a union directly within a union")
    if len(set(seen)) < len(seen):
        raise invalid_schema(f"AVRO: a union with {next(name for name in seen if seen.count(name) > 1)} twice")
    return Node("union", branches=branches)


def _named(parsed: dict[str, Any], kind: str, names: dict[str, Node], namespace: str) -> Node:
    name = parsed.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise invalid_schema(f"AVRO: {name!r} is no name of a {kind}")
    full = _full(name, parsed.get("namespace", namespace) or "")
    if full in names:
        raise invalid_schema(f"AVRO: {full} is declared twice")
    own = full.rpartition(".")[0]
    aliases = tuple(_full(alias, own) for alias in parsed.get("aliases") or ())
    node = names[full] = Node("record" if kind in RECORDS else kind, full, aliases)
    if kind == "enum":
        _enum(node, parsed)
    elif kind == "fixed":
        node.size = parsed.get("size", -1)
        if not isinstance(node.size, int) or node.size < 0:
            raise invalid_schema(f"AVRO: fixed {full} has no size")
    else:
        node.fields = [_field(one, full, names, own) for one in _list(parsed, "fields", full)]
        found = [one.name for one in node.fields]
        if len(set(found)) < len(found):
            raise invalid_schema(f"AVRO: record {full} has a field twice")
    return node


def _enum(node: Node, parsed: dict[str, Any]) -> None:
    node.symbols = tuple(_list(parsed, "symbols", node.name))
    if len(set(node.symbols)) < len(node.symbols) or not all(isinstance(one, str) for one in node.symbols):
        raise invalid_schema(f"AVRO: symbols of enum {node.name}")
    node.default_symbol = parsed.get("default")
    if node.default_symbol is not None and node.default_symbol not in node.symbols:
        raise invalid_schema(f"AVRO: the default of enum {node.name} is none of its symbols")


def _list(parsed: dict[str, Any], member: str, of: str) -> list[Any]:
    found = parsed.get(member)
    if not isinstance(found, list):
        raise invalid_schema(f"AVRO: {of} has no {member}")
    return found


def _field(parsed: Any, record: str, names: dict[str, Node], namespace: str) -> Field:
    if not isinstance(parsed, dict) or not isinstance(parsed.get("name"), str) or "type" not in parsed:
        raise invalid_schema(f"AVRO: {parsed!r:.80} is no field of {record}")
    aliases = tuple(map(str, parsed.get("aliases") or ()))
    return Field(parsed["name"], aliases, parse(parsed["type"], names, namespace), "default" in parsed)


def _full(name: str, namespace: str) -> str:
    return name if "." in name or not namespace else f"{namespace}.{name}"


def canonical_avro(parsed: Any, *, normalize: bool, known: Mapping[str, str]) -> str:
    """The text that is stored: compact, members in one order. Raises 42201 for what is no schema."""
    parse(parsed, _names(known))
    return json.dumps(_ordered(parsed, normalize), separators=(",", ":"), ensure_ascii=False)


def _ordered(parsed: Any, normalize: bool) -> Any:
    if isinstance(parsed, list):
        return [_ordered(one, normalize) for one in parsed]
    if not isinstance(parsed, dict):
        return parsed
    if parsed.keys() == {"type"} and isinstance(parsed["type"], str):
        return parsed["type"]
    if parsed.get("type") in ("record", "error", "enum", "fixed") or "items" in parsed or "values" in parsed:
        return _members(parsed, _FIRST, normalize)
    return _members(parsed, _FIELD_FIRST if "name" in parsed else _FIRST, normalize)


def _members(parsed: dict[str, Any], first: tuple[str, ...], normalize: bool) -> dict[str, Any]:
    others = [name for name in parsed if name not in first and name not in _LAST]
    names = [*(name for name in first if name in parsed), *(sorted(others) if normalize else others)]
    names += [name for name in _LAST if name in parsed]
    holds_types = ("type", "fields", "items", "values")
    made = {name: _ordered(parsed[name], normalize) if name in holds_types else parsed[name] for name in names}
    if normalize and isinstance(made.get("aliases"), list):
        made["aliases"] = sorted(made["aliases"])
    return made
