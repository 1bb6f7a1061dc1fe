"""Values of keywords, checked for their form: `NotJsonSchema` names the place and what stands there."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import TypeAlias

from nilometer_models.schema.json_schema.documents import NotJsonSchema, Place
from nilometer_models.schema.json_schema.nodes import Criterion, Further, Json, Notes, Numeric, frozen, whole

Value: TypeAlias = dict[str, Json]
Reserve: TypeAlias = Callable[[Json], int]
"""A schema's index."""

NOTED = frozenset({"$id", "id", "title", "description", "connect.type", "default"})
NO_NOTES = Notes()


def refuse(place: Place, keyword: str, value: Json, wanted: str) -> NotJsonSchema:
    """To be raised."""
    return NotJsonSchema(f"{place.at}/{keyword}: {value!r} is not {wanted}")


def number_of(value: Value, keyword: str, place: Place) -> Numeric | None:
    """A number, or None where the keyword is missing."""
    said = value.get(keyword)
    if said is None and keyword not in value:
        return None
    if isinstance(said, bool) or not isinstance(said, int | Decimal):
        raise refuse(place, keyword, said, "a number")
    return said


def size_of(value: Value, keyword: str, place: Place) -> Numeric | None:
    """A number that counts something."""
    said = number_of(value, keyword, place)
    if said is not None and (said < 0 or not whole(said)):
        raise refuse(place, keyword, said, "a count")
    return said


def text_of(value: Value, keyword: str, place: Place) -> str | None:
    """A string."""
    said = value.get(keyword)
    if said is not None and not isinstance(said, str):
        raise refuse(place, keyword, said, "a string")
    return said


def list_of(value: Value, keyword: str, place: Place) -> list[Json]:
    """A list; empty where the keyword is missing."""
    said = value.get(keyword, [])
    if not isinstance(said, list):
        raise refuse(place, keyword, said, "a list")
    return said


def names_of(said: Json, keyword: str, place: Place) -> frozenset[str]:
    """A list of strings."""
    if not isinstance(said, list) or not all(isinstance(name, str) for name in said):
        raise refuse(place, keyword, said, "a list of names")
    return frozenset(str(name) for name in said)


def members_of(value: Value, keyword: str, place: Place) -> dict[str, Json]:
    """An object; empty where the keyword is missing."""
    said = value.get(keyword, {})
    if not isinstance(said, dict):
        raise refuse(place, keyword, said, "an object")
    return said


def further_of(value: Value, keyword: str, reserve: Reserve) -> Further:
    """Allowed, forbidden, or a schema. `{}` is a schema here: registries tell it from `true`."""
    said = value.get(keyword, True)
    return said if isinstance(said, bool) else reserve(said)


def branches_of(
    value: Value, criterion: Criterion, place: Place, reserve: Reserve
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """All branches, and those of which no earlier one says the same; an annotation makes another one of a branch."""
    said = list_of(value, criterion, place)
    if not said:
        raise refuse(place, criterion, said, "a list of schemas")
    branches = tuple(reserve(branch) for branch in said)
    first: dict[object, int] = {}
    for branch, index in zip(said, branches, strict=True):
        first.setdefault(frozen(branch), index)
    return branches, tuple(first.values())


def notes_of(value: Value) -> Notes:
    """Annotations; ill-formed ones are nobody's business."""
    if NOTED.isdisjoint(value):
        return NO_NOTES
    texts = {word: said for word in NOTED if isinstance(said := value.get(word), str)}
    default = frozen(value["default"]) if "default" in value else None
    return Notes(
        texts.get("$id", texts.get("id")), texts.get("title"), texts.get("description"), default,
        texts.get("connect.type"),
    )  # fmt: skip
