"""Metadata as requests give it."""

from __future__ import annotations

from typing import Any

import pytest

from nilometer_reference.registry.errors import RegistryError
from nilometer_reference.registry.metadata import is_text, read_metadata


@pytest.mark.parametrize(
    "given", [None, {}, {"tags": None}, {"tags": {"a": ["b"]}, "properties": {"c": "d", "e": 1}, "sensitive": ["c"]}]
)
def test_what_is_well_formed_stays_as_it_is(given: Any) -> None:
    assert read_metadata(given) == given


@pytest.mark.parametrize(
    "given",
    [
        3, [], "a", {"tags": []}, {"tags": {"a": "b"}}, {"tags": {"a": [1]}}, {"properties": ["a"]},
        {"properties": {"a": {}}}, {"properties": {"a": None}}, {"properties": {"\ud800": "a"}},
        {"sensitive": {"a": 1}},
        {"properties": {"a": "\ud800"}}, {"sensitive": [1]},
    ],
)  # fmt: skip
def test_what_is_not_is_42201(given: Any) -> None:
    with pytest.raises(RegistryError) as refused:
        read_metadata(given)
    assert refused.value.code == 42201


def test_half_of_a_surrogate_pair_is_no_text() -> None:
    assert [is_text(one) for one in ("", "é", "\U0001f600", "\ud800", "a\udfff", 3)] == [True] * 3 + [False] * 3
