"""Values of keywords: their form, and when they are equal."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nilometer_reference.registry import json_keywords as keywords
from nilometer_reference.registry.errors import RegistryError
from nilometer_reference.registry.json_texts import Place

HERE = Place("", 7, "/a")


@pytest.mark.parametrize(
    ("read", "bad"),
    [
        (keywords.number, "3"), (keywords.number, True), (keywords.number, None), (keywords.count, -1),
        (keywords.count, Decimal("1.5")), (keywords.text, 3), (keywords.truth, 1), (keywords.items, {}),
        (keywords.members, []),
    ],
)  # fmt: skip
def test_a_wrong_form_is_refused_with_its_place(read: Callable[..., Any], bad: Any) -> None:
    with pytest.raises(RegistryError, match="/a/word") as refused:
        read({"word": bad}, "word", HERE)
    assert refused.value.code == 42201


@pytest.mark.parametrize(
    ("read", "good", "absent"),
    [
        (keywords.number, Decimal("1.5"), None), (keywords.count, Decimal("3.0"), None), (keywords.text, "", None),
        (keywords.truth, True, False), (keywords.items, [1], []), (keywords.members, {"a": 1}, {}),
    ],
)  # fmt: skip
def test_a_right_form_is_taken_and_may_be_absent(read: Callable[..., Any], good: Any, absent: Any) -> None:
    assert read({"word": good}, "word", HERE) == good
    assert read({}, "word", HERE) == absent


@pytest.mark.parametrize("bad", ["a", [1], {}, None])
def test_names_are_a_list_of_texts(bad: Any) -> None:
    assert keywords.names(["a", "a"], "/a") == {"a"}
    with pytest.raises(RegistryError):
        keywords.names(bad, "/a")


def test_equal_is_what_json_calls_equal() -> None:
    same = keywords.comparable
    assert same(1) == same(Decimal("1.0")) != same(True)
    assert same({"a": 1, "b": [0]}) == same({"b": [0], "a": 1})
    assert len({same(one) for one in (None, False, 0, "", [], {}, "?", ["a"], {"a": None})}) == 9


values = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 1) | st.sampled_from("ab"),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("ab"), inner),
)


@given(values, values)
def test_it_tells_apart_what_json_text_tells_apart(one: Any, other: Any) -> None:
    texts = [json.dumps(value, sort_keys=True) for value in (one, other)]
    assert (keywords.comparable(one) == keywords.comparable(other)) is (texts[0] == texts[1])
