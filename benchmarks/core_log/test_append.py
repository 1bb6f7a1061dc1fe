"""Append by batch size, one write a batch and one for sixteen, beside `pwrite` of the same bytes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.core_log.loads import BATCH_SIZES, FULL, GROUP, STRUCTURAL, append_to_log, batch, write_bare

CONTENDERS: dict[str, Callable[[Path, bytes, int], Callable[[], None]]] = {
    "pwrite": write_bare,
    "headers": lambda path, data, count: append_to_log(path, data, count, STRUCTURAL, 1),
    "headers-grouped": lambda path, data, count: append_to_log(path, data, count, STRUCTURAL, GROUP),
    "records": lambda path, data, count: append_to_log(path, data, count, FULL, 1),
    "records-grouped": lambda path, data, count: append_to_log(path, data, count, FULL, GROUP),
}


@pytest.mark.parametrize("contender", CONTENDERS)
@pytest.mark.parametrize("records", BATCH_SIZES)
def test_append(benchmark: BenchmarkFixture, contender: str, records: int) -> None:
    data = batch(records)
    count = min(2000, 16 * 1024 * 1024 // len(data))
    benchmark.group = f"append {count} batches of {records} x 100 B"
    paths: list[Path] = []

    def forget() -> None:
        while paths:
            rmtree(paths.pop())

    def setup() -> tuple[tuple[Callable[[], None]], dict[str, object]]:
        forget()
        paths.append(Path(mkdtemp(prefix="nilometer-bench-")))
        return (CONTENDERS[contender](paths[-1], data, count),), {}

    try:
        benchmark.pedantic(lambda run: run(), setup=setup, rounds=5)
    finally:
        forget()
