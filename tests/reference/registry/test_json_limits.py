"""A limit that is new or tighter breaks; one that is gone, wider or the same does not."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nilometer_reference.registry.json_limits import lowered, raised
from nilometer_reference.registry.json_nodes import Node

limits = st.none() | st.integers(-3, 3)


def node(limit: int | None) -> Node:
    return Node("number", limits={} if limit is None else {"x": limit})


@given(limits, limits, st.integers(-5, 5))
def test_a_limit_that_does_not_break_lets_every_value_by_that_was_let_by(
    now: int | None, before: int | None, value: int
) -> None:
    new, old = node(now), node(before)
    if not list(raised(new, old, "x")) and (before is None or value >= before):
        assert now is None or value >= now
    if not list(lowered(new, old, "x")) and (before is None or value <= before):
        assert now is None or value <= now


@given(limits, limits)
def test_one_that_breaks_says_what_it_was_and_is(now: int | None, before: int | None) -> None:
    both = now is not None and (before is None or now != before)
    found = [*raised(node(now), node(before), "x"), *lowered(node(now), node(before), "x")]
    assert found == ([f"x {now} where it was {before}"] * (2 if before is None else 1) if both else [])
