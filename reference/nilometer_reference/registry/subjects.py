"""Subject names: `orders-value` in the default context `.`, `:.context:orders-value` in another one."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from nilometer_reference.registry.errors import invalid_subject

DEFAULT_CONTEXT: Final = "."
WILDCARD: Final = ":*:"
_QUALIFIED: Final = re.compile(r":(\.[^:]*|):(.*)", re.DOTALL)
_RESERVED: Final = frozenset({"__GLOBAL", "__EMPTY"})


class Subject(NamedTuple):
    """A name within a context."""

    context: str
    name: str

    def __str__(self) -> str:
        return self.name if self.context == DEFAULT_CONTEXT else f":{self.context}:{self.name}"


def parse_subject(text: str, context: str = DEFAULT_CONTEXT) -> Subject:
    """The subject of that name; a plain one is in `context`. Raises 42208."""
    qualified = _QUALIFIED.fullmatch(text)
    found = Subject(qualified[1] or DEFAULT_CONTEXT, qualified[2]) if qualified else Subject(context, text)
    if found.name in _RESERVED or any(ord(character) < 32 or ord(character) == 127 for character in text):
        raise invalid_subject(text)
    return found


def context_name(text: str) -> str:
    """The context of a path segment; the dot in front may be left out."""
    name = text.strip(":")
    return name if name.startswith(".") else f".{name}"
