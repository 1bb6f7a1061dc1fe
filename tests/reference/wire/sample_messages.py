"""Messages at random: any message of the table in any version, from one `random.Random`.

A field that the version does not have keeps its default, so that what is read back equals what was written.
Values lean to the edges: smallest, largest, -1, empty, null, and lengths on both sides of a varint's byte.
With Hypothesis' `st.randoms(use_true_random=False)` every choice is recorded and shrinks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from random import Random
from typing import Any

from nilometer_reference.wire import messages, table
from nilometer_reference.wire.generate_classes import class_names
from nilometer_reference.wire.table import Field, Message

INTEGERS = {
    "int8": (-(2**7), 2**7 - 1),
    "int16": (-(2**15), 2**15 - 1),
    "uint16": (0, 2**16 - 1),
    "int32": (-(2**31), 2**31 - 1),
    "uint32": (0, 2**32 - 1),
    "int64": (-(2**63), 2**63 - 1),
}
STRINGS = ("", "a", "orders", "naïve", "日本", "𓈗", "x" * 126, "x" * 127, "y" * 300)
UNKNOWN_TAG = 10_000
"""Far above every tag of Kafka 4.3: a tag that only a later version knows."""


@cache
def modules() -> dict[str, str]:
    """Message name -> module of `nilometer_reference.wire.messages`."""
    return {message.name: module for module, group in table.all_files().items() for message in group}


def all_messages() -> list[Message]:
    """Every message of the table."""
    return [message for group in table.all_files().values() for message in group]


def pairs() -> list[tuple[Message, int]]:
    """Every (message, version)."""
    return [(m, v) for m in all_messages() for v in range(m.versions.lowest, m.versions.highest + 1)]


@cache
def classes(message_name: str) -> dict[str, Any]:
    """Struct name -> class, with the message's own under its own name."""
    module = modules()[message_name]
    namespace = import_module(f"{messages.__name__}.{module}")
    names = class_names(table.all_files()[module])
    message = table.message(message_name)
    nested = {struct: getattr(namespace, names[message_name, struct]) for struct in message.structs}
    return {**nested, message_name: getattr(namespace, message_name)}


@dataclass
class Sampler:
    """Draws messages. Subclasses narrow what an oracle cannot represent."""

    random: Random
    elements_max: int = 3
    unknown_tags: bool = False
    depth: int = field(default=0, init=False)

    def message(self, message: Message, version: int) -> Any:
        """One message, whole."""
        return self._struct(message, version, message.name, message.fields)

    def integer(self, each: Field, element: str) -> int:  # noqa: ARG002  # subclasses look at the field
        """Any value of the type, edges first."""
        lowest, highest = INTEGERS[element]
        edges = (0, 1, lowest, highest, highest // 2, -1 if lowest else 2)
        return self.random.choice(edges) if self.random.random() < 0.5 else self.random.randint(lowest, highest)

    def uuid(self) -> bytes:
        """Any id, zero among them."""
        return bytes(16) if self.random.random() < 0.1 else self.random.randbytes(16)

    def _struct(self, message: Message, version: int, name: str, fields: tuple[Field, ...]) -> Any:
        values = {f.name: self._field(message, version, f) for f in fields if self._has(message, version, f)}
        made = classes(message.name)[name](**values)
        if self.unknown_tags and version in message.flexible and self.random.random() < 0.3:
            tags = {UNKNOWN_TAG + self.random.randrange(3): self.random.randbytes(self.random.randrange(200))}
            made.unknown_tags = tags
        return made

    def _has(self, message: Message, version: int, each: Field) -> bool:
        if version not in each.versions:
            return False
        if version in each.tagged:  # half of the tagged fields stay at their default
            return version in message.flexible and self.random.random() < 0.5
        return True

    def _field(self, message: Message, version: int, each: Field) -> Any:
        if version in each.nullable and self.random.random() < 0.25:
            return None
        if not each.is_array:
            return self._value(message, version, each, each.type)
        self.depth += 1
        count = self.random.randint(0, max(1, self.elements_max - self.depth + 1))
        if not each.is_struct and self.random.random() < 0.05:
            count = 130  # two bytes of varint
        value = [self._value(message, version, each, each.element_type) for _ in range(count)]
        self.depth -= 1
        return value

    def _value(self, message: Message, version: int, each: Field, element: str) -> Any:
        if element in INTEGERS:
            return self.integer(each, element)
        if each.is_struct:
            return self._struct(message, version, element, message.structs[element].fields)
        match element:
            case "bool":
                return self.random.random() < 0.5
            case "float64":
                return self.random.choice((0.0, -1.5, 1e300, self.random.random()))
            case "uuid":
                return self.uuid()
            case "string":
                return self.random.choice(STRINGS)
            case "bytes":
                return self.random.randbytes(self.random.choice((0, 1, 127, 128, 300)))
            case "records":
                return self.random.randbytes(self.random.choice((0, 61, 4096, 4097)))
        raise AssertionError(element)
