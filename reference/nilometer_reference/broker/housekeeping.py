"""What a broker does for its logs when nobody asks, each at its interval.

    retention      drop segments by time and size, forget idle producers    log.retention.check.interval.ms
    compaction     of a log whose turn it is, one at a time                 log.cleaner.backoff.ms, or at once
                                                                            while there is more to do
    flush          write to the disk what `flush.ms` does not let wait      when it is due

A log that cannot do its work goes offline by itself; who waits for it is told, the other logs go on.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from nilometer_reference.broker.partition import Partition
from nilometer_reference.log.errors import KafkaStorageError

if TYPE_CHECKING:
    from nilometer_reference.broker.broker import Broker

logger = logging.getLogger(__name__)

NEVER_MS: Final = 2**62
"""A span from here on is as good as none."""
SOON_MS: Final = 1
"""Requests are served between two pieces of work."""
AT_ONCE_MS: Final = 0
"""A deadline for who does not know what time it is."""


class Housekeeping:
    """See the module's table. Begins at once."""

    def __init__(self, broker: Broker, now_ms: int) -> None:
        self._broker = broker
        self._flushed: set[Partition] = set()
        """Partitions that a flush timer looks after."""
        self._later(now_ms, broker.config.log_retention_check_interval_ms, self._retain)
        broker.timers.at(now_ms + broker.config.log_cleaner_backoff_ms, self._compact)

    def watch_flush(self, partition: Partition) -> None:
        """`flush.ms` of the partition is new or was changed."""
        if partition.settings.flush_ms < NEVER_MS and partition not in self._flushed:
            self._flushed.add(partition)
            self._broker.timers.at(AT_ONCE_MS, lambda now_ms: self._flush(partition, now_ms))

    def _later(self, now_ms: int, interval_ms: int, work: Callable[[int], None]) -> None:
        def run(later_ms: int) -> None:
            self._later(later_ms, interval_ms, work)
            work(later_ms)

        self._broker.timers.at(now_ms + interval_ms, run)

    def _retain(self, now_ms: int) -> None:
        for partition in self._broker.every_partition():
            self._work(partition, now_ms, lambda one: one.retain(now_ms))

    def _compact(self, now_ms: int) -> None:
        cleaned = False
        for partition in self._broker.every_partition():
            if partition.settings.is_compacted and not cleaned:
                cleaned = bool(self._work(partition, now_ms, lambda one: one.compact(now_ms)))
        pause_ms = SOON_MS if cleaned else max(self._broker.config.log_cleaner_backoff_ms, SOON_MS)
        self._broker.timers.at(now_ms + pause_ms, self._compact)

    def _flush(self, partition: Partition, now_ms: int) -> None:
        flush_ms = partition.settings.flush_ms
        if flush_ms >= NEVER_MS or partition.is_removed or not partition.is_online:
            self._flushed.discard(partition)
            return
        due_ms = partition.log.flush_due_ms()
        if due_ms is not None and due_ms <= now_ms:
            self._work(partition, now_ms, lambda one: one.log.flush())
            due_ms = None
        next_ms = now_ms + max(flush_ms, 1) if due_ms is None else due_ms
        self._broker.timers.at(next_ms, lambda later_ms: self._flush(partition, later_ms))

    def _work(self, partition: Partition, now_ms: int, work: Callable[[Partition], object]) -> object:
        if not partition.is_online:
            return None
        try:
            return work(partition)
        except KafkaStorageError as error:
            logger.error("%s-%d goes offline: %s", partition.topic, partition.index, error)
            self._broker.storage_failed(partition.log, now_ms)
            return None
