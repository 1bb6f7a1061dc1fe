"""Values are equal exactly when JSON says so."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nilometer_models.schema.json_schema.nodes import Json, frozen


@pytest.mark.parametrize(("one", "other"), [
    (1, Decimal("1.0")), ({"a": 1, "b": 2}, {"b": 2, "a": 1}), (0, Decimal("-0.0")), ([], []), (None, None),
])  # fmt: skip
def test_equal_values(one: Json, other: Json) -> None:
    assert frozen(one) == frozen(other)
    assert hash(frozen(one)) == hash(frozen(other))


@pytest.mark.parametrize(("one", "other"), [
    (1, True), (0, False), ("1", 1), (None, "null"), ([1, 2], [2, 1]), ({}, []), ([True], [1]), ({"a": 1}, {"a": True}),
    (None, False), ("", None),
])  # fmt: skip
def test_other_values(one: Json, other: Json) -> None:
    assert frozen(one) != frozen(other)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(json_values)
def test_whatever_is_json_has_a_frozen_form(value: Json) -> None:
    hash(frozen(value))
    assert frozen(value) == frozen(value)
    assert frozen(value) is not None
