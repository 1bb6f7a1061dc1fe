"""The explorer on small bounds, under pytest-benchmark."""

from __future__ import annotations

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.explorer.contenders import instance
from nilometer_models.explore import explore


@pytest.mark.parametrize("bounds", [(2, 1, 1, 1), (2, 2, 2, 2), (3, 1, 1, 1)])
def test_every_reachable_state(benchmark: BenchmarkFixture, bounds: tuple[int, int, int, int]) -> None:
    assert benchmark(lambda: explore(instance(*bounds))).holds
