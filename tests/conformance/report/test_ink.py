"""Colours where they are seen, and a word in any case."""

import io

from nilometer.report.ink import Ink, ink_for
from nilometer.verdict import Word


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def test_without_colour_the_word_stands_alone():
    assert Ink().word(Word.PASS) == "✓ pass"
    assert Ink().bold("x") == Ink().dim("x") == "x"


def test_with_colour_the_word_still_stands():
    painted = Ink(colour=True).word(Word.FAIL, "FAIL")
    assert "FAIL" in painted
    assert painted != "FAIL"
    assert Ink(colour=True).word(Word.PASS, "x") != Ink(colour=True).word(Word.WEAK, "x")


def test_signs_only_where_the_encoding_has_them():
    assert Ink(signs=False).word(Word.PASS) == "pass"

    class Ascii(io.StringIO):
        encoding = "ascii"

    assert not ink_for(Ascii()).signs
    assert ink_for(Terminal()).signs


def test_a_terminal_has_colour_unless_told_otherwise(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert ink_for(Terminal()).colour
    assert not ink_for(Terminal(), "never").colour
    assert not ink_for(io.StringIO()).colour
    assert ink_for(io.StringIO(), "always").colour
    monkeypatch.setenv("NO_COLOR", "1")
    assert not ink_for(Terminal()).colour
