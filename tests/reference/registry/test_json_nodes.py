"""Values have one form exactly if they are equal as JSON."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nilometer_reference.registry.json_nodes import form

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-2, 2)
    | st.sampled_from([Decimal("1.0"), Decimal("0.5"), "a", "1", "true"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
    max_leaves=4,
)


def equal(one: object, other: object) -> bool:
    """As JSON Schema says: truths are no numbers, numbers are equal by value, members have no order."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(equal, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(equal(one[name], other[name]) for name in one)
    return one == other


@given(values, values)
def test_forms_are_equal_exactly_when_values_are(one: object, other: object) -> None:
    assert (form(one) == form(other)) == equal(one, other)


@pytest.mark.parametrize(
    ("one", "other"), [(1, Decimal("1.00")), (Decimal("0.50"), Decimal("0.5")), (0, Decimal("-0.0"))]
)
def test_numbers_are_equal_by_value(one: object, other: object) -> None:
    assert form(one) == form(other)
