"""What is done and to what: batches as producers make them, and the ways to store them that are compared."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Final

from nilometer_reference.log.config import LogConfig, RecordValidation
from nilometer_reference.log.file_store import FileStore
from nilometer_reference.log.log import Log
from nilometer_reference.wire.record_encoding import Record, encode_batch

BATCH_SIZES: Final = (1, 10, 100, 1000)
"""Records of 100 bytes in a batch."""
BYTES_MAX: Final = 64 * 1024 * 1024
"""What one measurement writes at most."""
BATCHES_MAX: Final = 20_000
GROUP: Final = 16
"""Batches between two writes where writes are grouped, as a pass of the server groups them."""
NOW: Final = 1_700_000_000_000

STRUCTURAL: Final = LogConfig(record_validation=RecordValidation.STRUCTURAL)
FULL: Final = LogConfig(record_validation=RecordValidation.FULL)


def batch(records: int, *, varied: bool = False) -> bytes:
    """One batch of 100-byte values, a millisecond between every four records; `varied` gives values of 50 to 150 bytes
    in an order without rhythm.
    """
    values = os.urandom(200)
    sizes = [50 + (index * 7919) % 101 if varied else 100 for index in range(records)]
    return encode_batch([Record(-1, NOW + index // 4, None, values[:size]) for index, size in enumerate(sizes)])


def count_for(data: bytes) -> int:
    """How many batches one measurement takes."""
    return min(BATCHES_MAX, BYTES_MAX // len(data))


@contextmanager
def scratch(directory: str | None = None) -> Iterator[Path]:
    """A directory of its own that is gone afterwards."""
    path = Path(mkdtemp(prefix="nilometer-bench-", dir=directory))
    try:
        yield path
    finally:
        rmtree(path)


def append_to_log(path: Path, data: bytes, count: int, config: LogConfig, group: int) -> Callable[[], None]:
    """Append the batch `count` times; write after each `group` of them. Opening is not part of it.

    The batch is lent as a view of a buffer, as the server lends it.
    """
    log = Log.open(FileStore(path), config, NOW)
    buffer = memoryview(bytearray(data))
    prefix = bytes(data[:16])

    def run() -> None:
        append, persist = log.append_as_leader, log.persist
        views = [memoryview(bytearray(data)) for _ in range(group)] if group > 1 else [buffer]
        for start in range(0, count, group):
            for view in views[: count - start]:
                view[:16] = prefix  # what the last append has written there
                append(view, leader_epoch=0, now_ms=NOW)
            persist()

    return run


def write_bare(path: Path, data: bytes, count: int) -> Callable[[], None]:
    """`pwrite` the same bytes as often, and no more."""
    descriptor = os.open(path / "bare", os.O_RDWR | os.O_CREAT)
    size = len(data)

    def run() -> None:
        write = os.pwrite
        position = 0
        for _ in range(count):
            write(descriptor, data, position)
            position += size
        os.close(descriptor)

    return run


def log_of(path: Path, records: int, per_batch: int = 100) -> Log:
    """A log of that many records of 10 bytes, built by the quickest way: many batches a write."""
    log = Log.open(FileStore(path), STRUCTURAL, NOW)
    data = encode_batch([Record(-1, NOW, None, b"0123456789")] * per_batch)
    for index in range(records // per_batch):
        log.append_as_leader(data, leader_epoch=0, now_ms=NOW)
        if index % 1000 == 0:
            log.persist()
    log.persist()
    return log
