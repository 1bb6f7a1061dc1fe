"""One batch at a random offset, by the length of the log: with a sparse index the length hardly shows."""

from __future__ import annotations

import random

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.core_log.loads import log_of, scratch


@pytest.mark.parametrize("records", [10**4, 10**5, 10**6, 10**7])
def test_lookup(benchmark: BenchmarkFixture, records: int) -> None:
    benchmark.group = "1000 random look-ups"
    with scratch() as path:
        log = log_of(path, records)
        offsets = random.Random(1).choices(range(records), k=1000)

        def look_up() -> None:
            for offset in offsets:
                log.read(offset, 1)

        benchmark.pedantic(look_up, rounds=10, warmup_rounds=1)
