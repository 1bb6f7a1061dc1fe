"""What a pattern is once it is read: the tree, and the classes of characters that have names.

    OneOf    a character of some ranges          Chain    one after the other
    Edge     between two characters              Either   one of several
                                                 Repeat   so many times

Perl's and POSIX's classes are ASCII, as in RE2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

LAST_CHARACTER = 0x10FFFF

Range = tuple[int, int]


class Edge(Enum):
    """What holds between two characters."""

    TEXT_START = "\\A"
    TEXT_END = "\\z"
    LINE_START = "(?m)^"
    LINE_END = "(?m)$"
    WORD_EDGE = "\\b"
    NO_WORD_EDGE = "\\B"


@dataclass(frozen=True)
class OneOf:
    """One character of these ranges (both ends inclusive)."""

    ranges: tuple[Range, ...]
    any_case: bool = False

    def __contains__(self, character: str) -> bool:
        forms = {character, character.lower(), character.upper()} if self.any_case else {character}
        return any(low <= ord(form) <= high for form in forms if len(form) == 1 for low, high in self.ranges)


@dataclass(frozen=True)
class Chain:
    """One after the other."""

    items: tuple[Tree, ...]


@dataclass(frozen=True)
class Either:
    """One of several."""

    items: tuple[Tree, ...]


@dataclass(frozen=True)
class Repeat:
    """`least` to `most` times; without end if that is None."""

    item: Tree
    least: int
    most: int | None


Tree = OneOf | Edge | Chain | Either | Repeat

DIGITS: tuple[Range, ...] = ((48, 57),)
WORD: tuple[Range, ...] = ((48, 57), (65, 90), (95, 95), (97, 122))
SPACE: tuple[Range, ...] = ((9, 10), (12, 13), (32, 32))
CLASSES = {"d": DIGITS, "w": WORD, "s": SPACE}
POSIX_CLASSES: dict[str, tuple[Range, ...]] = {
    "alnum": ((48, 57), (65, 90), (97, 122)),
    "alpha": ((65, 90), (97, 122)),
    "ascii": ((0, 127),),
    "blank": ((9, 9), (32, 32)),
    "cntrl": ((0, 31), (127, 127)),
    "digit": DIGITS,
    "graph": ((33, 126),),
    "lower": ((97, 122),),
    "print": ((32, 126),),
    "punct": ((33, 47), (58, 64), (91, 96), (123, 126)),
    "space": ((9, 13), (32, 32)),
    "upper": ((65, 90),),
    "word": WORD,
    "xdigit": ((48, 57), (65, 70), (97, 102)),
}


def complement(ranges: Sequence[Range]) -> tuple[Range, ...]:
    """Every character that is in none of the ranges."""
    rest: list[Range] = []
    next_ = 0
    for low, high in sorted(ranges):
        if low > next_:
            rest.append((next_, low - 1))
        next_ = max(next_, high + 1)
    if next_ <= LAST_CHARACTER:
        rest.append((next_, LAST_CHARACTER))
    return tuple(rest)
