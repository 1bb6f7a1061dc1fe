"""From a timestamp to the position where a search must begin: a sparse index over running maxima.

    entry   (largest timestamp of all records before this position, the position), increasing in both
    lookup  for time t, the last entry with timestamp < t: no record before its position can have
            timestamp >= t

Timestamps may be out of order (CreateTime), so only a running maximum can be searched; `record_times`
then walks batches and records to the exact answer. Source: KIP-33.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left

from nilometer_reference.log.offset_index import decode_columns, encode_columns


class TimeIndex:
    """Entries with strictly increasing timestamps and positions."""

    __slots__ = ("positions", "timestamps")

    def __init__(self) -> None:
        self.timestamps = array("q")
        self.positions = array("q")

    def append(self, running_max_timestamp: int, position: int) -> None:
        """Record that no record before `position` is later than `running_max_timestamp`.

        When the maximum has not risen, the last entry moves forward: it is true of the longer stretch too.
        """
        if self.timestamps and running_max_timestamp <= self.timestamps[-1]:
            self.positions[-1] = position
        else:
            self.timestamps.append(running_max_timestamp)
            self.positions.append(position)

    def position_for(self, timestamp: int) -> int:
        """First position at which a record with a timestamp >= `timestamp` can be; 0 if the index cannot say."""
        index = bisect_left(self.timestamps, timestamp) - 1
        return self.positions[index] if index >= 0 else 0

    def raise_from(self, position: int, timestamp: int) -> None:
        """A record of the batch at `position` turned out to have `timestamp`: entries behind it must say so."""
        start = bisect_left(self.positions, position + 1)
        kept = TimeIndex()
        for index in range(len(self.positions)):
            seen = self.timestamps[index]
            kept.append(max(seen, timestamp) if index >= start else seen, self.positions[index])
        self.timestamps, self.positions = kept.timestamps, kept.positions

    def truncate(self, position: int) -> None:
        """Drop the entries behind `position`: other batches will come to stand before them."""
        keep = bisect_left(self.positions, position + 1)
        del self.timestamps[keep:], self.positions[keep:]

    def encode(self) -> bytes:
        return encode_columns(self.timestamps, self.positions)

    @classmethod
    def decode(cls, content: bytes) -> TimeIndex:
        """What `encode` wrote: the bytes are known to be whole."""
        index = cls()
        index.timestamps, index.positions = decode_columns(content)
        return index
