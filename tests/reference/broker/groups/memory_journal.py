"""A journal in memory: what a coordinator wrote, record by record, and what compaction would leave of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from nilometer_reference.broker.journal import JournalRecord
from nilometer_reference.wire.errors import ErrorCode, KafkaError


class MemoryJournal:
    """`refuses` is the error of the next appends, all of them until it is None again."""

    def __init__(self, partition_count: int = 4) -> None:
        self.partitions: list[list[JournalRecord]] = [[] for _ in range(partition_count)]
        self.refuses: ErrorCode | None = None
        self.batch_sizes: list[int] = []

    @property
    def partition_count(self) -> int:
        return len(self.partitions)

    def append(
        self,
        partition: int,
        records: Sequence[tuple[bytes, bytes | None]],
        now_ms: int,
        *,
        producer_id: int = -1,
        producer_epoch: int = -1,
    ) -> int:
        """See `Journal`."""
        assert records, "an empty batch"
        if self.refuses is not None:
            raise KafkaError(self.refuses, "as the test wants it")
        log = self.partitions[partition]
        base_offset = self._next_offset(partition)
        self.batch_sizes.append(len(records))
        for offset, (key, value) in enumerate(records, base_offset):
            is_transactional = producer_id >= 0
            log.append(JournalRecord(offset, now_ms, key, value, producer_id, producer_epoch, is_transactional))
        return base_offset

    def write_marker(self, partition: int, producer_id: int, *, commit: bool) -> None:
        """What the transaction coordinator does."""
        offset = self._next_offset(partition)
        self.partitions[partition].append(JournalRecord(offset, 0, b"", None, producer_id, 0, True, commit))

    def replay(self, partition: int) -> Iterator[JournalRecord]:
        """See `Journal`."""
        return iter(list(self.partitions[partition]))

    def records(self) -> list[JournalRecord]:
        """All of them, partition by partition."""
        return [record for log in self.partitions for record in log]

    def compact(self) -> None:
        """As far as a cleaner may go: of each key the last record that is not aborted, of the open transactions
        everything, of markers those whose transaction has left a record; the rest keeps its offsets."""
        self.partitions = [_compacted(log) for log in self.partitions]

    def _next_offset(self, partition: int) -> int:
        log = self.partitions[partition]
        return log[-1].offset + 1 if log else 0


def _compacted(log: list[JournalRecord]) -> list[JournalRecord]:
    outcome: dict[int, bool] = {}  # offset of a transactional record -> whether its transaction was committed
    is_open: dict[int, list[int]] = {}
    for record in log:
        if record.marker is not None:
            outcome.update(dict.fromkeys(is_open.pop(record.producer_id, []), record.marker))
        elif record.transactional:
            is_open.setdefault(record.producer_id, []).append(record.offset)
    undecided = {offset for offsets in is_open.values() for offset in offsets}
    first_undecided = min(undecided, default=None)

    def is_cleanable(record: JournalRecord) -> bool:
        return first_undecided is None or record.offset < first_undecided

    last = {
        record.key: record.offset
        for record in log
        if is_cleanable(record) and record.marker is None and outcome.get(record.offset, True)
    }

    def stays(record: JournalRecord) -> bool:
        if not is_cleanable(record) or record.marker is not None:
            return True
        return last.get(record.key) == record.offset and outcome.get(record.offset, True)

    return [record for record in log if stays(record)]


def keys(records: Iterable[JournalRecord]) -> list[bytes]:
    return [record.key for record in records if record.marker is None]
