"""Words with a colour, where colours are seen; the word itself always says it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TextIO

import click

from nilometer.verdict import SIGNS, Word

COLOURS = {
    Word.PASS: "green",
    Word.FAIL: "red",
    Word.XFAIL: "yellow",
    Word.WEAK: "yellow",
    Word.INFO: "cyan",
    Word.NOT_APPLICABLE: "bright_black",
    Word.NOT_RUN: "bright_black",
    Word.UNKNOWN: "magenta",
    Word.ERROR: "red",
}


@dataclass(frozen=True)
class Ink:
    """How to write on one stream."""

    colour: bool = False
    signs: bool = True
    """Whether the stream's encoding has ✓ and ✗."""

    def word(self, word: Word, text: str | None = None) -> str:
        """`✓ pass` in green, or `text` in the colour of the word."""
        sign = SIGNS[word] if self.signs else SIGNS[word].encode("ascii", "replace").decode().replace("?", "")
        return self._paint(f"{sign} {word}".strip() if text is None else text, COLOURS[word], bold=word is Word.FAIL)

    def bold(self, text: str) -> str:
        """A heading."""
        return click.style(text, bold=True) if self.colour else text

    def dim(self, text: str) -> str:
        """What need not be read."""
        return click.style(text, dim=True) if self.colour else text

    def _paint(self, text: str, colour: str, *, bold: bool = False) -> str:
        return click.style(text, fg=colour, bold=bold) if self.colour else text


def ink_for(stream: TextIO, colour: str = "auto") -> Ink:
    """`colour` is auto, always or never; `NO_COLOR` wins over auto."""
    terminal = stream.isatty()
    coloured = colour == "always" or (colour == "auto" and terminal and not os.environ.get("NO_COLOR"))
    try:
        "✓✗".encode(stream.encoding or "ascii")
        signs = True
    except (UnicodeEncodeError, LookupError):
        signs = False
    return Ink(coloured, signs)
