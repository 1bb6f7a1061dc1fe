"""Regular expressions as RE2 reads them, parsed into a tree: no back references, no look-around.

    alternation   concatenation | concatenation …
    repetition    of the atom before it: * + ? {n} {n,} {n,m}, each also with a ? behind it, which changes no match
    atom          x  .  [set]  [^set]  \\d \\s \\w \\D \\S \\W  ^  $  \\A  \\z  \\b  \\B  \\Q…\\E  escapes
                  (group)  (?:group)  (?P<name>group)  (?flags)  (?flags:group)
    flags         i (case), m (^ and $ at lines), s (. also matches a line's end), U (no meaning here), -

Perl's classes are ASCII, as in RE2. Left out: Unicode classes (`\\pL`), which are refused like anything unknown.

Source: RE2's syntax page (github.com/google/re2/wiki/Syntax).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import NoReturn

from nilometer_reference.broker.patterns.tree import (
    CLASSES,
    LAST_CHARACTER,
    POSIX_CLASSES,
    Chain,
    Edge,
    Either,
    OneOf,
    Range,
    Repeat,
    Tree,
    complement,
)
from nilometer_reference.wire.errors import ErrorCode, KafkaError

REPEAT_MAX = 1_000
"""Largest number in `{n,m}` (RE2)."""
DEPTH_MAX = 100
"""Deepest nesting of groups."""

CONTROLS = {"a": 7, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11}
EDGES = {"A": Edge.TEXT_START, "z": Edge.TEXT_END, "b": Edge.WORD_EDGE, "B": Edge.NO_WORD_EDGE}
OPERATORS = {"*": (0, None), "+": (1, None), "?": (0, 1)}


@dataclass(frozen=True)
class Flags:
    """What `(?ims)` has switched on."""

    any_case: bool = False
    lines: bool = False
    dot_all: bool = False


def parse(pattern: str) -> Tree:
    """Raises INVALID_REGULAR_EXPRESSION (128)."""
    reader = _Reader(pattern)
    tree = reader.alternation(0)
    if reader.rest:
        reader.refuse("a parenthesis that nothing opened")
    return tree


@dataclass
class _Reader:
    pattern: str
    position: int = 0
    flags: Flags = field(default_factory=Flags)

    def refuse(self, reason: str) -> NoReturn:
        raise KafkaError(
            ErrorCode.INVALID_REGULAR_EXPRESSION, f"{reason}, at {self.position} of the pattern {self.pattern!r}"
        )

    @property
    def rest(self) -> bool:
        return self.position < len(self.pattern)

    def take(self, text: str) -> bool:
        """Whether `text` is next; it is passed over then."""
        if self.pattern.startswith(text, self.position):
            self.position += len(text)
            return True
        return False

    def next(self, missing: str) -> str:
        """The next character, passed over."""
        if not self.rest:
            self.refuse(missing)
        self.position += 1
        return self.pattern[self.position - 1]

    def until(self, end: str, missing: str) -> str:
        """What stands before `end`; both are passed over."""
        found = self.pattern.find(end, self.position)
        if found < 0:
            self.refuse(missing)
        text = self.pattern[self.position : found]
        self.position = found + len(end)
        return text

    def alternation(self, depth: int) -> Tree:
        if depth > DEPTH_MAX:
            self.refuse(f"more than {DEPTH_MAX} groups in each other")
        flags = self.flags
        branches = [self.concatenation(depth)]
        while self.take("|"):
            branches.append(self.concatenation(depth))
        self.flags = flags
        return branches[0] if len(branches) == 1 else Either(tuple(branches))

    def concatenation(self, depth: int) -> Tree:
        items: list[Tree] = []
        is_repeated = False
        while self.rest and self.pattern[self.position] not in "|)":
            bounds = self.repetition()
            if bounds is None:
                is_repeated = False
                items += self.atoms(depth)
            elif is_repeated:
                self.refuse("a repetition of a repetition")
            elif not items:
                self.refuse("a repetition of nothing")
            else:
                is_repeated = True
                items[-1] = Repeat(items[-1], *bounds)
        return items[0] if len(items) == 1 else Chain(tuple(items))

    def repetition(self) -> tuple[int, int | None] | None:
        bounds: tuple[int, int | None] | None = OPERATORS.get(self.pattern[self.position])
        if bounds is not None:
            self.position += 1
        elif (bounds := self.counted()) is None:
            return None
        self.take("?")
        return bounds

    def counted(self) -> tuple[int, int | None] | None:
        """`{n}`, `{n,}`, `{n,m}`; anything else in braces is text."""
        end = self.pattern.find("}", self.position)
        if not self.pattern.startswith("{", self.position) or end < 0:
            return None
        least, comma, most = self.pattern[self.position + 1 : end].partition(",")
        if not (least.isascii() and least.isdecimal()) or (most and not (most.isascii() and most.isdecimal())):
            return None
        if max(len(least), len(most)) > len(str(REPEAT_MAX)) or max(int(least), int(most or 0)) > REPEAT_MAX:
            self.refuse(f"a repetition of more than {REPEAT_MAX}")
        if most and int(most) < int(least):
            self.refuse("a repetition of less than nothing")
        self.position = end + 1
        return int(least), int(most) if most else None if comma else int(least)

    def atoms(self, depth: int) -> list[Tree]:
        """One atom; several for quoted text, none for flags."""
        character = self.next("nothing")
        match character:
            case ".":
                return [OneOf(((0, LAST_CHARACTER),) if self.flags.dot_all else complement([(10, 10)]))]
            case "^":
                return [Edge.LINE_START if self.flags.lines else Edge.TEXT_START]
            case "$":
                return [Edge.LINE_END if self.flags.lines else Edge.TEXT_END]
            case "[":
                return [self.bracket()]
            case "(":
                return self.group(depth)
            case "\\":
                return self.escape()
        return [self.literal(ord(character))]

    def literal(self, code: int) -> OneOf:
        return OneOf(((code, code),), self.flags.any_case)

    def group(self, depth: int) -> list[Tree]:
        outer = self.flags
        if self.take("?"):
            if self.take("P<") or self.take("<"):
                name = self.until(">", "a name without end")
                if not (name.isascii() and name.replace("_", "a").isalnum()):
                    self.refuse(f"a group of the name {name!r}")
            elif not self.take(":") and not self.change_flags():
                return []
        tree = self.alternation(depth + 1)
        if not self.take(")"):
            self.refuse("a parenthesis that nothing closes")
        self.flags = outer
        return [tree]

    def change_flags(self) -> bool:
        """Read flags; whether they are for a group of their own that begins here."""
        value = True
        while (flag := self.next("flags without end")) not in ":)":
            match flag:
                case "i":
                    self.flags = replace(self.flags, any_case=value)
                case "m":
                    self.flags = replace(self.flags, lines=value)
                case "s":
                    self.flags = replace(self.flags, dot_all=value)
                case "U":
                    pass
                case "-" if value:
                    value = False
                case _:
                    self.refuse(f"a group that begins with (?{flag}")
        return flag == ":"

    def escape(self) -> list[Tree]:
        if self.take("Q"):
            end = self.pattern.find("\\E", self.position)
            text = self.pattern[self.position : end if end >= 0 else None]
            self.position = len(self.pattern) if end < 0 else end + 2
            return [self.literal(ord(character)) for character in text]
        letter = self.pattern[self.position : self.position + 1]
        if letter in EDGES and letter:
            self.position += 1
            return [EDGES[letter]]
        if letter and letter.lower() in CLASSES:
            self.position += 1
            return [OneOf(self.class_of(letter), self.flags.any_case and letter.islower())]
        return [self.literal(self.escaped_character())]

    @staticmethod
    def class_of(letter: str) -> tuple[Range, ...]:
        ranges = CLASSES[letter.lower()]
        return ranges if letter.islower() else complement(ranges)

    def escaped_character(self) -> int:
        character = self.next("a backslash at the end")
        if character in CONTROLS:
            return CONTROLS[character]
        if character == "x":
            digits = self.until("}", "a number without end") if self.take("{") else self.next("") + self.next("")
            return self.number(digits, 16)
        if character == "0" or (character in "1234567" and self.pattern[self.position : self.position + 1].isdecimal()):
            digits = character
            while len(digits) < 3 and self.rest and self.pattern[self.position] in "01234567":
                digits += self.next("")
            return self.number(digits, 8)
        if character.isascii() and character.isalnum():
            self.refuse(f"an escape \\{character}")
        return ord(character)

    def number(self, digits: str, base: int) -> int:
        if not digits or not all(digit in "0123456789abcdefABCDEF" for digit in digits):
            self.refuse(f"the character number {digits!r}")
        if (code := int(digits, base)) > LAST_CHARACTER:
            self.refuse(f"the character number {digits!r}")
        return code

    def bracket(self) -> OneOf:
        negated = self.take("^")
        ranges: list[Range] = []
        is_first = True
        while is_first or not self.take("]"):
            is_first = False
            if self.take("[:"):
                ranges += self.posix()
                continue
            low = self.bracket_character()
            if isinstance(low, tuple):
                ranges += low
                continue
            high = low
            if self.pattern.startswith("-", self.position) and not self.pattern.startswith("-]", self.position):
                self.position += 1
                ending = self.bracket_character()
                if isinstance(ending, tuple) or ending < low:
                    self.refuse("a range that ends before it begins")
                high = ending
            ranges.append((low, high))
        if negated:
            return OneOf(complement(self.with_both_cases(ranges)))
        return OneOf(tuple(ranges), self.flags.any_case)

    def bracket_character(self) -> int | tuple[Range, ...]:
        character = self.next("a bracket that nothing closes")
        if character != "\\":
            return ord(character)
        letter = self.pattern[self.position : self.position + 1]
        if letter and letter.lower() in CLASSES:
            self.position += 1
            return self.class_of(letter)
        return self.escaped_character()

    def posix(self) -> tuple[Range, ...]:
        name = self.until(":]", "a class without end")
        ranges = POSIX_CLASSES.get(name.removeprefix("^"))
        if ranges is None:
            self.refuse(f"the class [:{name}:]")
        return complement(ranges) if name.startswith("^") else ranges

    def with_both_cases(self, ranges: list[Range]) -> list[Range]:
        """`(?i)[^a]` excludes A too. Enough for ASCII."""
        if not self.flags.any_case:
            return ranges
        both = list(ranges)
        for low, high in ranges:
            for first, last, shift in ((65, 90, 32), (97, 122, -32)):
                if max(low, first) <= min(high, last):
                    both.append((max(low, first) + shift, min(high, last) + shift))
        return both
