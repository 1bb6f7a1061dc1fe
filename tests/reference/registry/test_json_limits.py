"""Bounds in both directions."""

from __future__ import annotations

import pytest

from nilometer_reference.registry.json_limits import limit
from nilometer_reference.registry.json_node import Node


@pytest.mark.parametrize(
    ("before", "now", "lower", "upper"),
    [(None, None, 0, 0), (None, 3, 1, 1), (3, None, 0, 0), (3, 3, 0, 0), (3, 4, 1, 0), (4, 3, 0, 1)],
)
def test_a_bound_breaks_when_it_is_added_or_tightened(before: int, now: int, lower: int, upper: int) -> None:
    new, old = (Node(at="/a", words={} if value is None else {"word": value}) for value in (now, before))
    assert len(list(limit(new, old, lower=("word",)))) == lower
    assert len(list(limit(new, old, upper=("word",)))) == upper


def test_both_values_are_told() -> None:
    assert list(limit(Node(at="/a", words={"word": 1}), Node(), lower=("word",))) == ["/a/word: none became 1"]
