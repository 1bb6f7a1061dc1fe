"""Values of one file's messages, parsed as another's by Google's runtime, field by field.

classes(text)                       message classes by their name in the file
draw(random, message)               a value of a class, boundary values in its fields
compare(reader, sent)               what the reader's class makes of it: `Outcome`
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import Any

from google.protobuf import descriptor_pool, message_factory
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import DecodeError

from nilometer_models.schema.protobuf.nodes import Constant, Enumeration
from nilometer_models.schema.protobuf.parse import compile_files
from nilometer_models.schema.protobuf.runtime import boundary_values
from nilometer_models.schema.protobuf.wire import Scalar

DEEPEST = 2
NAMES = {getattr(FieldDescriptor, name): name[5:].lower() for name in dir(FieldDescriptor) if name.startswith("TYPE_")}


@dataclass(frozen=True)
class Outcome:
    """Of one value: whether it was parsed, whether all required fields are there, and what became of it."""

    parsed: bool
    initialised: bool = True
    equal: bool = True
    """Every field that both declare has the value and the presence that was written."""
    relayed: bool = True
    """The reader's bytes, parsed by the writer, are the value that was written."""


@lru_cache(maxsize=512)
def classes(text: str) -> dict[str, Any]:
    """By their name in the file, without its package."""
    pool = descriptor_pool.DescriptorPool()
    files = compile_files(text)
    for one in files:
        pool.AddSerializedFile(one.SerializeToString())
    package = files[-1].package
    found: dict[str, Any] = {}
    waiting = list(pool.FindFileByName(files[-1].name).message_types_by_name.values())
    while waiting:
        descriptor = waiting.pop()
        local = descriptor.full_name.removeprefix(f"{package}." if package else "")
        found[local] = message_factory.GetMessageClass(descriptor)
        waiting += [one for one in descriptor.nested_types if not one.GetOptions().map_entry]
    return found


def draw(random: Random, message: Any, depth: int = 0) -> Any:
    """Fills a message; fields are left out at random, required ones are not."""
    for field in message.DESCRIPTOR.fields:
        if not field.is_required and random.random() < 0.25:
            continue
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            _draw_map(random, message, field, depth)
        elif field.message_type is not None:
            if depth < DEEPEST:
                slot = getattr(message, field.name)
                for target in [slot.add() for _ in range(random.randint(0, 2))] if field.is_repeated else [slot]:
                    target.SetInParent()
                    draw(random, target, depth + 1)
        elif field.is_repeated:
            getattr(message, field.name).extend(_scalar(random, field) for _ in range(random.randint(0, 3)))
        else:
            setattr(message, field.name, _scalar(random, field))
    return message


def _draw_map(random: Random, message: Any, field: Any, depth: int) -> None:
    key, value = field.message_type.fields_by_name["key"], field.message_type.fields_by_name["value"]
    entries = getattr(message, field.name)
    for _ in range(random.randint(0, 2)):
        if value.message_type is None:
            entries[_scalar(random, key)] = _scalar(random, value)
        elif depth < DEEPEST:
            draw(random, entries[_scalar(random, key)], depth + 1)


def _scalar(random: Random, field: Any) -> Any:
    kind = NAMES[field.type]
    if kind != "enum":
        return random.choice(boundary_values(Scalar(kind)))
    constants = tuple(Constant(one.name, one.number) for one in field.enum_type.values)
    numbers = [one.number for one in constants] + ([] if field.enum_type.is_closed else [7, -1])
    assert Enumeration("", constants).numbers
    return random.choice(numbers)


def compare(reader: Any, sent: Any) -> Outcome:
    """The value of the writer's class, serialized, as the reader's class has it."""
    got = reader()
    try:
        got.ParseFromString(sent.SerializePartialToString())
    except DecodeError:
        return Outcome(parsed=False)
    back = type(sent)()
    try:
        back.ParseFromString(got.SerializePartialToString())
        relayed = _same(back, sent, every=True)
    except DecodeError:
        relayed = False
    return Outcome(True, got.IsInitialized(), _same(got, sent), relayed)


def _same(got: Any, sent: Any, *, every: bool = False) -> bool:
    """On all numbers that both declare; with `every` also on those that only one does."""
    written = sent.DESCRIPTOR.fields_by_number
    if every:
        return bool(got == sent) or _bytes(got) == _bytes(sent)
    return all(
        _same_field(got, field, sent, written[field.number])
        for field in got.DESCRIPTOR.fields
        if field.number in written
    )


def _bytes(message: Any) -> bytes:
    return bytes(message.SerializePartialToString(deterministic=True))


def _same_field(got: Any, field: Any, sent: Any, other: Any) -> bool:
    one, two = getattr(got, field.name), getattr(sent, other.name)
    if field.is_repeated != other.is_repeated:
        return False
    if (field.message_type is None) != (other.message_type is None):
        return False
    if field.is_repeated:
        if field.message_type is None:
            return len(one) == len(two) and all(itertools.starmap(_equal, zip(one, two, strict=True)))
        if field.message_type.GetOptions().map_entry != other.message_type.GetOptions().map_entry:
            return False
        if field.message_type.GetOptions().map_entry:
            return _same_map(one, two)
        return len(one) == len(two) and all(itertools.starmap(_same, zip(one, two, strict=True)))
    if field.has_presence and other.has_presence and got.HasField(field.name) != sent.HasField(other.name):
        return False
    # A value that was not written has the default of its own side.
    if other.has_presence and not sent.HasField(other.name):
        return True
    if other.has_presence and not field.has_presence:
        return False
    return _equal(one, two) if field.message_type is None else _same(one, two)


def _same_map(one: Any, two: Any) -> bool:
    # Keys of two types: a map of ints does not take True, though 1 is its key.
    mine, others = ({_text(key): side[key] for key in side} for side in (one, two))
    if mine.keys() != others.keys() or len(one) != len(two):
        return False
    pairs = [(mine[key], others[key]) for key in mine]
    return all(_same(a, b) if hasattr(a, "DESCRIPTOR") else _equal(a, b) for a, b in pairs)


def _text(value: Any) -> Any:
    return value.encode() if isinstance(value, str) else value


def _equal(one: Any, two: Any) -> bool:
    return bool(_text(one) == _text(two))
