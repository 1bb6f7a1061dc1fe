"""Values of JSON Schema's keywords: checked for their form, and in a form that can be compared. All raise 42201."""

from __future__ import annotations

from collections.abc import Hashable
from decimal import Decimal
from typing import Any, Final

from nilometer_reference.registry.json_texts import Place, refuse

Written = dict[str, Any]
Numeric = int | Decimal
MISSING: Final = object()


def number(written: Written, word: str, place: Place) -> Numeric | None:
    """A number; None where there is none."""
    said = written.get(word, MISSING)
    if said is MISSING:
        return None
    if isinstance(said, bool) or not isinstance(said, int | Decimal):
        raise refuse(f"{place.at}/{word}", f"{said!r:.80} is no number")
    return said


def count(written: Written, word: str, place: Place) -> Numeric | None:
    """A whole number from 0 on; 3.0 is one."""
    said = number(written, word, place)
    if said is not None and (said < 0 or (isinstance(said, Decimal) and said != said.to_integral_value())):
        raise refuse(f"{place.at}/{word}", f"{said} is no count")
    return said


def text(written: Written, word: str, place: Place) -> str | None:
    """A string; None where there is none."""
    said = written.get(word, MISSING)
    if said is MISSING:
        return None
    if not isinstance(said, str):
        raise refuse(f"{place.at}/{word}", f"{said!r:.80} is no string")
    return said


def truth(written: Written, word: str, place: Place) -> bool:
    """False where there is none."""
    said = written.get(word, False)
    if not isinstance(said, bool):
        raise refuse(f"{place.at}/{word}", f"{said!r:.80} is neither true nor false")
    return said


def items(written: Written, word: str, place: Place) -> list[Any]:
    """A list; empty where there is none."""
    said = written.get(word, [])
    if not isinstance(said, list):
        raise refuse(f"{place.at}/{word}", f"{said!r:.80} is no list")
    return said


def members(written: Written, word: str, place: Place) -> Written:
    """An object; empty where there is none."""
    said = written.get(word, {})
    if not isinstance(said, dict):
        raise refuse(f"{place.at}/{word}", f"{said!r:.80} is no object")
    return said


def names(said: Any, at: str) -> frozenset[str]:
    """Of a list of strings."""
    if not isinstance(said, list) or not all(isinstance(one, str) for one in said):
        raise refuse(at, f"{said!r:.80} is no list of names")
    return frozenset(said)


def comparable(value: Any) -> Hashable:
    """Equal for what JSON calls equal: 1 and 1.0, never 1 and true; the order of members does not count."""
    if isinstance(value, dict):
        return "{}", frozenset((name, comparable(inner)) for name, inner in value.items())
    if isinstance(value, list):
        return "[]", tuple(comparable(inner) for inner in value)
    if isinstance(value, bool):
        return "?", value
    return (value,)
