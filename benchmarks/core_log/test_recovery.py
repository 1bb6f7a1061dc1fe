"""Opening a log: every batch read after a crash, none after a clean shutdown."""

from __future__ import annotations

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.core_log.loads import BATCH_SIZES, GROUP, NOW, STRUCTURAL, append_to_log, batch, scratch
from nilometer_reference.log.file_store import FileStore
from nilometer_reference.log.log import Log

SIZE = 16 * 1024 * 1024


@pytest.mark.parametrize("records", BATCH_SIZES)
@pytest.mark.parametrize("orderly", [False, True], ids=["after a crash", "after a clean shutdown"])
def test_recovery(benchmark: BenchmarkFixture, records: int, orderly: bool) -> None:
    data = batch(records)
    count = SIZE // len(data)
    benchmark.group = f"open a log of {count} batches of {records} x 100 B"
    with scratch() as path:
        append_to_log(path, data, count, STRUCTURAL, GROUP)()

        def prepare() -> None:
            if orderly:
                Log.open(FileStore(path), STRUCTURAL, NOW).close()

        def recover() -> None:
            assert Log.open(FileStore(path), STRUCTURAL, NOW).log_end_offset == count * records

        benchmark.pedantic(recover, setup=prepare, rounds=5)
