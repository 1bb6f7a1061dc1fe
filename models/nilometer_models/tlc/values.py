"""Values of TLA+ and of Python's states, in one form that compares and hashes.

    Python                      TLA+                          here
    int, bool                   1, TRUE                       the same
    str                         "abc"                         the same
    None                        None (a model value)          None
    tuple                       <<1, 2>>, functions on 1..n   tuple
    frozenset                   {1, 2}, 1..2                  frozenset
    NamedTuple                  [a |-> 1]                     Record
    dict                        (1 :> 2 @@ 5 :> 6)            Record with those keys

Fields are snake_case in Python and camelCase in TLA+.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple


class Record(NamedTuple):
    """A record, or a function that is no sequence: its fields in no order."""

    fields: frozenset[tuple[Any, Any]]


_TOKEN = re.compile(r'\s*(\.\.|<<|>>|\|->|:>|@@|\(|\)|\{|\}|\[|\]|,|"(?:[^"\\]|\\.)*"|-?\d+|\w+)')


def camel_case(name: str) -> str:
    """`high_watermark` -> `highWatermark`; names without `_` stay."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def canonical(value: Any) -> Any:
    """A Python value in the common form."""
    if isinstance(value, bool | int | str) or value is None:
        return value
    if hasattr(value, "_fields"):
        return Record(frozenset((camel_case(name), canonical(getattr(value, name))) for name in value._fields))
    if isinstance(value, tuple):
        return tuple(canonical(item) for item in value)
    if isinstance(value, frozenset | set):
        return frozenset(canonical(item) for item in value)
    if isinstance(value, dict):
        return Record(frozenset((canonical(key), canonical(item)) for key, item in value.items()))
    raise TypeError(f"{value!r} has no form in TLA+")


def canonical_state(state: Any) -> Record:
    """A state, whose fields are the variables of the specification."""
    made = canonical(state)
    assert isinstance(made, Record)
    return made


class _Parser:
    def __init__(self, text: str) -> None:
        self.tokens: list[str] = []
        position, end = 0, len(text.rstrip())
        while position < end:
            found = _TOKEN.match(text, position)
            if found is None:
                raise ValueError(f"no value of TLA+: {text[position : position + 40]!r}")
            self.tokens.append(found[1])
            position = found.end()
        self.at = 0

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self, expected: str | None = None) -> str:
        token = self.peek()
        if not token or (expected is not None and token != expected):
            raise ValueError(f"{expected or 'a value'} was expected where {token or 'the end'!r} is")
        self.at += 1
        return token

    def items(self, close: str) -> Iterator[Any]:
        while self.peek() != close:
            yield self.value()
            if self.peek() == ",":
                self.take()
        self.take(close)

    def value(self) -> Any:
        token = self.take()
        match token:
            case "<<":
                return tuple(self.items(">>"))
            case "{":
                return frozenset(self.items("}"))
            case "[":
                return self.record()
            case "(":
                return self.function()
            case "TRUE" | "FALSE":
                return token == "TRUE"
            case "None":
                return None
        if token.startswith('"'):
            return token[1:-1]
        if not (token.lstrip("-").isdigit() or token.isidentifier()):
            raise ValueError(f"{token!r} stands where a value was expected")
        if not token.lstrip("-").isdigit():
            return token
        if self.peek() != "..":
            return int(token)
        self.take()
        return frozenset(range(int(token), int(self.take()) + 1))

    def record(self) -> Record:
        fields = []
        while self.peek() != "]":
            name = self.take()
            self.take("|->")
            fields.append((name, self.value()))
            if self.peek() == ",":
                self.take()
        self.take("]")
        return Record(frozenset(fields))

    def function(self) -> Record:
        pairs = []
        while True:
            key = self.value()
            self.take(":>")
            pairs.append((key, self.value()))
            if self.take() == ")":
                return Record(frozenset(pairs))


@lru_cache(100_000)  # variables keep their values over many steps
def parse_value(text: str) -> Any:
    """What TLC prints for a value."""
    parser = _Parser(text)
    value = parser.value()
    if parser.peek():
        raise ValueError(f"{parser.peek()!r} stands after the value {text[:60]!r}")
    return value


def parse_state(text: str) -> Record:
    r"""What TLC prints for a state: `/\ variable = value` lines, or one equation."""
    fields = []
    for part in re.split(r"^/\\ ", text.strip(), flags=re.MULTILINE):
        if part.strip():
            name, _, value = part.partition("=")
            fields.append((name.strip(), parse_value(value.strip())))
    return Record(frozenset(fields))
