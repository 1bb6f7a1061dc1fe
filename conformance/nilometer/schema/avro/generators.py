"""Pairs of Avro schemas: one, and another made from it by a few named changes, in both roles.

Several named types share a simple name in different namespaces, aliases point to names that exist, and types refer
to types defined before them, also to those they are in. Names are written in full: decoders disagree about names
without a namespace inside of one (fastavro takes "" for no answer).
All choices come from a `random.Random`: Hypothesis brings one that shrinks, a campaign a seeded one.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, TypeAlias

from nilometer_models.schema.avro.nodes import PRIMITIVES, Schema
from nilometer_models.schema.avro.parse import NotAvro, parse
from nilometer_models.schema.avro.values import heights

Written: TypeAlias = Any
"""A schema as JSON."""

NAMES = ("k.A", "k.B", "n.A", "m.A", "n.B", "k.C")
FIELDS = ("a", "b", "c", "d")
SYMBOLS = ("X", "Y", "Z", "W")
NUMBERS = ("int", "long", "float", "double")
NEW_ENUM = {"type": "enum", "name": "k.E", "symbols": ["X", "Y"], "default": "X"}
LOGICAL = (
    {"type": "bytes", "logicalType": "decimal", "precision": 6, "scale": 2},
    {"type": "bytes", "logicalType": "decimal", "precision": 6, "scale": 0},
    {"type": "long", "logicalType": "timestamp-millis"},
)


class _Writer:
    """Builds one schema; knows which names are taken and which are defined."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.free = [*NAMES]
        self.defined: list[str] = []

    def type(self, depth: int, *, in_union: bool = False) -> Written:
        kinds = ["primitive"] * 4
        if self.defined:
            kinds += ["reference"] * 2
        if self.free:
            kinds += ["enum", "fixed"]
        if depth > 0:
            kinds += ["array", "map"] + ([] if in_union else ["union", "union"]) + (["record"] * 3 if self.free else [])
        return getattr(self, f"_{self.random.choice(kinds)}")(depth)

    def _primitive(self, depth: int) -> Written:  # noqa: ARG002 - one signature for all
        return copy.deepcopy(self.random.choice([*PRIMITIVES, *PRIMITIVES, *LOGICAL]))

    def _reference(self, depth: int) -> Written:  # noqa: ARG002
        return self.random.choice(self.defined)

    def _name(self) -> str:
        name = self.random.choice(self.free)
        self.free.remove(name)
        self.defined.append(name)
        return name

    def _enum(self, depth: int) -> Written:  # noqa: ARG002
        symbols = self.random.sample(SYMBOLS, self.random.randint(1, 4))
        made = {"type": "enum", "name": self._name(), "symbols": symbols}
        return {**made, "default": self.random.choice(symbols)} if self.random.random() < 0.3 else made

    def _fixed(self, depth: int) -> Written:  # noqa: ARG002
        return {"type": "fixed", "name": self._name(), "size": self.random.randint(1, 2)}

    def _array(self, depth: int) -> Written:
        return {"type": "array", "items": self.type(depth - 1)}

    def _map(self, depth: int) -> Written:
        return {"type": "map", "values": self.type(depth - 1)}

    def _union(self, depth: int) -> Written:
        branches: list[Written] = []
        for _ in range(self.random.randint(1, 4)):
            branch = self.type(depth - 1, in_union=True)
            if _key(branch) not in {_key(other) for other in branches}:
                branches.append(branch)
        return branches

    def _record(self, depth: int) -> Written:
        name = self._name()
        fields = []
        for field in self.random.sample(FIELDS, self.random.randint(0, 4)):
            made = {"name": field, "type": self.type(depth - 1)}
            if self.random.random() < 0.3:
                give_default(made)
            fields.append(made)
        return {"type": "record", "name": name, "fields": fields}


def _key(branch: Written) -> str:
    if isinstance(branch, dict):
        return str(branch.get("name") or branch["type"])
    return str(branch)


def default_of(written: Written) -> Written:
    """A default of that type; KeyError where none is at hand (a reference, a record)."""
    simple: dict[str, Written] = {
        "null": None, "boolean": True, "int": 7, "long": 8, "float": 0.5, "double": 1.5, "bytes": "\u00ff",
        "string": "d", "array": [], "map": {},
    }  # fmt: skip
    match written:
        case list():
            return default_of(written[0])
        case {"type": "enum"}:
            return written["symbols"][0]
        case {"type": "fixed"}:
            return "\u0001" * written["size"]
        case {"type": kind}:
            return simple[kind]
    return simple[written]


def give_default(field: Written) -> None:
    """Where one is at hand."""
    try:
        field["default"] = default_of(field["type"])
    except (KeyError, IndexError):
        field.pop("default", None)


def writer(random: Random, depth: int = 3) -> Written:
    """A schema as JSON."""
    return _Writer(random).type(depth)


@dataclass
class _Slot:
    """A place in a schema that holds a type."""

    holder: Any
    key: Any

    @property
    def type(self) -> Written:
        return self.holder[self.key]

    @type.setter
    def type(self, written: Written) -> None:
        self.holder[self.key] = written


def slots(holder: Any, key: Any) -> Iterator[_Slot]:
    """Every place below, outermost first."""
    yield _Slot(holder, key)
    written = holder[key]
    if isinstance(written, list):
        for n in range(len(written)):
            yield from slots(written, n)
    elif isinstance(written, dict):
        for inner in ("items", "values"):
            if inner in written:
                yield from slots(written, inner)
        for field in written.get("fields", ()):
            yield from slots(field, "type")


Change: TypeAlias = Callable[[Random, list[_Slot]], None]
"""Changes a schema in place, somewhere that it fits; IndexError where it fits nowhere."""


def _one(random: Random, found: Sequence[Any]) -> Any:
    if not found:
        raise IndexError  # before anything is drawn: Hypothesis' random draws first
    return random.choice(found)


def _pick(random: Random, found: list[_Slot], fits: Callable[[Written], bool]) -> _Slot:
    found_slot: _Slot = _one(random, [slot for slot in found if fits(slot.type)])
    return found_slot


def _of(*kinds: str) -> Callable[[Written], bool]:
    return lambda written: isinstance(written, dict) and written.get("type") in kinds


def _number(random: Random, found: list[_Slot]) -> None:
    _pick(random, found, lambda written: written in NUMBERS).type = _one(random, NUMBERS)


def _text(random: Random, found: list[_Slot]) -> None:
    _pick(random, found, lambda written: written in ("string", "bytes")).type = _one(random, ("string", "bytes"))


def _replace(random: Random, found: list[_Slot]) -> None:
    _pick(random, found, lambda written: written in PRIMITIVES).type = _one(random, PRIMITIVES)


def _wrap(random: Random, found: list[_Slot]) -> None:
    slot = _pick(random, found, lambda written: not isinstance(written, list))
    if not isinstance(slot.holder, list):
        other = _one(random, PRIMITIVES)
        slot.type = [slot.type, other] if random.random() < 0.5 else [other, slot.type]


def _unwrap(random: Random, found: list[_Slot]) -> None:
    slot = _pick(random, found, lambda written: isinstance(written, list) and len(written) > 0)
    slot.type = _one(random, slot.type)


def _add_branch(random: Random, found: list[_Slot]) -> None:
    union = _pick(random, found, lambda written: isinstance(written, list)).type
    union.insert(random.randint(0, len(union)), _one(random, PRIMITIVES))


def _drop_branch(random: Random, found: list[_Slot]) -> None:
    union = _pick(random, found, lambda written: isinstance(written, list) and len(written) > 1).type
    del union[random.randrange(len(union))]


def _shuffle(random: Random, found: list[_Slot]) -> None:
    slot = _pick(random, found, lambda written: isinstance(written, list) or _of("record", "enum")(written))
    many = slot.type if isinstance(slot.type, list) else slot.type.get("fields") or slot.type.get("symbols") or []
    random.shuffle(many)


def _fields(random: Random, found: list[_Slot]) -> list[Written]:
    fields: list[Written] = _pick(random, found, _of("record")).type["fields"]
    return fields


def _add_field(random: Random, found: list[_Slot]) -> None:
    # A copy: a later change may be one of this very enum.
    field = {"name": _one(random, (*FIELDS, "e")), "type": copy.deepcopy(_one(random, (*PRIMITIVES, NEW_ENUM)))}
    if random.random() < 0.5:
        give_default(field)
    _fields(random, found).append(field)


def _drop_field(random: Random, found: list[_Slot]) -> None:
    fields = _fields(random, found)
    fields.remove(_one(random, fields))


def _rename_field(random: Random, found: list[_Slot]) -> None:
    field = _one(random, _fields(random, found))
    if random.random() < 0.7:
        field["aliases"] = [field["name"], *field.get("aliases", [])]
    field["name"] = _one(random, (*FIELDS, "e"))


def _alias_field(random: Random, found: list[_Slot]) -> None:
    _one(random, _fields(random, found))["aliases"] = [_one(random, FIELDS)]


def _toggle_default(random: Random, found: list[_Slot]) -> None:
    field = _one(random, _fields(random, found))
    if "default" in field:
        del field["default"]
    else:
        give_default(field)


def _symbols(random: Random, found: list[_Slot]) -> None:
    enum = _pick(random, found, _of("enum")).type
    enum["symbols"] = random.sample(SYMBOLS, random.randint(1, 4))
    if enum.get("default") not in enum["symbols"]:
        enum.pop("default", None)


def _enum_default(random: Random, found: list[_Slot]) -> None:
    enum = _pick(random, found, _of("enum")).type
    if random.random() < 0.5:
        enum["default"] = _one(random, enum["symbols"])
    else:
        enum.pop("default", None)


def _size(random: Random, found: list[_Slot]) -> None:
    _pick(random, found, _of("fixed")).type["size"] = random.randint(1, 3)


def _rename(random: Random, found: list[_Slot]) -> None:
    """Everywhere, so that references follow; often with the old name as an alias."""
    named = _pick(random, found, _of("record", "enum", "fixed")).type
    old, new = named["name"], _one(random, (*NAMES, "o.A", "k.D"))
    for slot in found:
        if slot.type == old:
            slot.type = new
    named["name"] = new
    if random.random() < 0.4:
        named["aliases"] = [old]


def _refer(random: Random, found: list[_Slot]) -> None:
    """A type becomes a reference to another one: recursion of another shape."""
    names = [slot.type["name"] for slot in found if _of("record", "enum", "fixed")(slot.type)]
    slot = _pick(random, found, lambda written: isinstance(written, str))
    slot.type = _one(random, names)


CHANGES: dict[str, Change] = {
    "number": _number, "text or bytes": _text, "other primitive": _replace, "wrap in a union": _wrap,
    "unwrap a union": _unwrap, "add a branch": _add_branch, "drop a branch": _drop_branch, "shuffle": _shuffle,
    "add a field": _add_field, "drop a field": _drop_field, "rename a field": _rename_field,
    "alias a field": _alias_field, "toggle a default": _toggle_default, "other symbols": _symbols,
    "enum default": _enum_default, "other size": _size, "rename a type": _rename, "refer to another type": _refer,
}  # fmt: skip
"""A name to each change, so that a pair can say how it came about."""


@dataclass(frozen=True)
class SchemaPair:
    """A reader and a writer, one made from the other."""

    reader_text: str
    writer_text: str
    reader: Schema
    writer: Schema
    changes: tuple[str, ...]


def pair(random: Random, depth: int = 3, *, uninhabited: bool = False) -> SchemaPair:
    """A pair that parses; draws again where a change made nonsense, or a type that has no value."""
    while True:
        written = writer(random, depth)
        made, changes = changed(random, written)
        if random.random() < 0.3:
            made, written = written, made  # what is added on one side is dropped on the other
        writer_text, reader_text = json.dumps(written), json.dumps(made)
        try:
            reader_schema, writer_schema = parse(reader_text), parse(writer_text)
        except NotAvro:
            continue
        if uninhabited or None not in (*heights(reader_schema), *heights(writer_schema)):
            return SchemaPair(reader_text, writer_text, reader_schema, writer_schema, changes)


def changed(random: Random, written: Written) -> tuple[Written, tuple[str, ...]]:
    """A copy after one to four changes, and their names."""
    root = {"root": copy.deepcopy(written)}
    done: list[str] = []
    for _ in range(_one(random, (1, 1, 2, 3, 4))):
        name = _one(random, tuple(CHANGES))
        try:
            CHANGES[name](random, list(slots(root, "root")))
        except IndexError:
            continue  # it fits nowhere in this schema
        done.append(name)
    return root["root"], tuple(done)
