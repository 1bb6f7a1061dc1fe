"""The comparison with TLC: what it measures, and measurements made up, so that what the report must say is known."""

from __future__ import annotations

import pytest

from benchmarks.explorer.__main__ import bounds_of
from benchmarks.explorer.contenders import MAINS, Measurement, measure
from benchmarks.explorer.report import report

BOUNDS = (3, 1, 1, 2)


def one(wall_s: float, cpu_s: float, states: int = 1000) -> Measurement:
    return Measurement(states, 21, wall_s, cpu_s)


def test_ratios_compare_rounds_that_ran_side_by_side() -> None:
    text = report(
        BOUNDS, {"TLC": [one(1, 2), one(10, 2), one(4, 2)], "explorer": [one(0.5, 0.5), one(5, 0.5), one(1, 1)]}
    )
    assert "3 replicas, 1 log slots, 1 records, highest epoch 2: 1,000 distinct states, depth 21" in text
    assert "explorer / TLC: 2.00 (2.00 to 4.00) in states/s" in text
    assert "explorer / TLC: 4.00 (2.00 to 4.00) in states/cpu s" in text
    assert "1,000 100 250" in text


def test_contenders_that_count_differently_are_not_compared() -> None:
    with pytest.raises(ValueError, match="do not count the same"):
        report(BOUNDS, {"TLC": [one(1, 1)], "explorer": [one(1, 1, states=999)]})


def test_bounds_are_four_numbers() -> None:
    assert bounds_of("3, 1, 1, 2") == BOUNDS
    with pytest.raises(ValueError, match="unpack"):
        bounds_of("3,1")


@pytest.mark.java
def test_both_contenders_search_the_same() -> None:
    measured = {name: [measure(name, (2, 1, 1, 1))] for name in MAINS}
    assert "explorer / TLC, 2 workers" in report((2, 1, 1, 1), measured)
    assert all(found[0].cpu_s > 0 for found in measured.values())
