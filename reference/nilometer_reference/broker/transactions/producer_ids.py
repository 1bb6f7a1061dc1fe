"""Producer ids that are never given twice, over restarts too.

    written    0 ─────── 1000 ─────── 2000          next_block: first id that no run has taken (exclusive)
    given      0 1 2 … 41 | lost with the crash | 1000 1001 …

Before the first id of a block is given away the whole block is written off. A restart begins with a new
block: ids are skipped, never repeated. While no block can be written, clients are told to come again:
COORDINATOR_LOAD_IN_PROGRESS (14).

Sources: KIP-98; KIP-730 (blocks of 1000, `ProducerIdsRecord`), KAFKA-20031; `RPCProducerIdManager.java`.
"""

from __future__ import annotations

import struct
from typing import Protocol

from nilometer_reference.broker.journal import Journal
from nilometer_reference.wire.errors import ErrorCode, KafkaError

BLOCK_SIZE = 1_000
KEY = b"producer-ids"
NEXT_BLOCK = struct.Struct(">q")


class ProducerIdBlocks(Protocol):
    """Where the next free block is remembered."""

    def read(self) -> int:
        """First producer id of the next block; 0 if nothing was ever written."""

    def write(self, next_block: int, now_ms: int) -> None:
        """Durable, as configured, before any response that is sent after it. Raises KafkaError."""


class JournaledBlocks:
    """The next block as a record of the metadata journal, beside topics and settings."""

    def __init__(self, journal: Journal, partition: int = 0) -> None:
        self._journal = journal
        self._partition = partition

    def read(self) -> int:
        next_block = 0
        for record in self._journal.replay(self._partition):
            if record.key == KEY and record.value is not None:
                next_block = max(next_block, NEXT_BLOCK.unpack(record.value)[0])
        return next_block

    def write(self, next_block: int, now_ms: int) -> None:
        self._journal.append(self._partition, [(KEY, NEXT_BLOCK.pack(next_block))], now_ms)


class ProducerIds:
    """Gives out producer ids, ascending within a run."""

    def __init__(self, blocks: ProducerIdBlocks) -> None:
        self._blocks = blocks
        self._next: int | None = None
        self._end = 0

    def new(self, now_ms: int) -> int:
        """A producer id that nobody has had. Raises COORDINATOR_LOAD_IN_PROGRESS."""
        if self._next is None or self._next == self._end:
            try:
                first = self._blocks.read() if self._next is None else self._end
                self._blocks.write(first + BLOCK_SIZE, now_ms)
            except KafkaError as error:
                raise KafkaError(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS, f"no producer ids: {error}") from error
            self._next, self._end = first, first + BLOCK_SIZE
        given = self._next
        self._next += 1
        return given
