"""JSON schemas that have something in common: a schema, and others with a few changes drawn as data."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import strategies as st

from tests.models.schema.json_schema.everit import mixtures
from tests.models.schema.json_schema.schemas import bodies, leaves, objects, schemas

Written = Any
_VALUES: dict[str, st.SearchStrategy[Any]] = {
    "maxLength": st.integers(0, 5), "minLength": st.integers(0, 5), "pattern": st.sampled_from("ab"),
    "maximum": st.integers(0, 5), "exclusiveMaximum": st.integers(0, 5), "multipleOf": st.sampled_from([1, 2, 4, 0.5]),
    "enum": st.lists(st.sampled_from([1, "a", None]), min_size=1), "const": st.sampled_from([1, True, "a"]),
    "type": st.sampled_from(["integer", "number", "string", "object", "array", ["string", "null"], ["null"]]),
    "required": st.lists(st.sampled_from("ab"), unique=True), "default": st.just("a"),
    "minProperties": st.integers(0, 3), "additionalProperties": st.booleans() | bodies,
    "patternProperties": st.dictionaries(st.sampled_from(["^a", "^b"]), bodies, max_size=1),
    "unevaluatedProperties": st.booleans() | leaves, "items": leaves | st.lists(leaves, max_size=3),
    "additionalItems": st.booleans() | leaves, "uniqueItems": st.booleans(), "minItems": st.integers(0, 3),
    "connect.type": st.just("bytes"), "title": st.just("x"), "not": leaves, "anyOf": st.lists(leaves, min_size=1),
    "dependencies": st.dictionaries(st.sampled_from("ab"), leaves | st.lists(st.sampled_from("ab")), max_size=2),
}  # fmt: skip


@st.composite
def changed(draw: st.DrawFn, written: Written) -> Written:
    """One to three changes: a keyword set or dropped, a property or branch added, dropped or changed."""
    made = copy.deepcopy(written)
    for _ in range(draw(st.integers(1, 3))):
        places = list(objects(made))
        if places:
            _change(draw, draw(st.sampled_from(places)))
    return made


def _change(draw: st.DrawFn, place: dict[str, Any]) -> None:
    words = sorted(word for word in place if word != "$defs")
    nested = [
        word
        for word in words
        if isinstance(place[word], dict | list) and word in ("properties", "allOf", "anyOf", "oneOf")
    ]
    choice = draw(st.sampled_from(["set", "drop", "nest"]))
    if choice == "drop" and words:
        del place[draw(st.sampled_from(words))]
    elif choice == "nest" and nested:
        _change_nested(draw, place[draw(st.sampled_from(nested))])
    else:
        word = draw(st.sampled_from(sorted(_VALUES)))
        place[word] = copy.deepcopy(draw(_VALUES[word]))  # A strategy may give the same object again.


def _change_nested(draw: st.DrawFn, inner: Any) -> None:
    keys = sorted(inner) if isinstance(inner, dict) else list(range(len(inner)))
    if isinstance(inner, list) and (len(inner) == 1 or draw(st.booleans())):
        inner.append(copy.deepcopy(draw(leaves)))
    elif isinstance(inner, dict) and (not keys or draw(st.booleans())):
        inner[draw(st.sampled_from("abc"))] = copy.deepcopy(draw(leaves))
    else:
        del inner[draw(st.sampled_from(keys))]


@st.composite
def families(draw: st.DrawFn) -> list[Written]:
    """A schema, three that were changed from it or from each other, and one that has nothing to do with them."""
    made = [draw(schemas | mixtures)]
    for _ in range(3):
        made.append(draw(changed(draw(st.sampled_from(made)))))
    return [*made, draw(schemas | mixtures)]
