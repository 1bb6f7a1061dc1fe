"""Which transactions were aborted where: what a read_committed Fetch must be told (KIP-98).

    entry    (producer id, first offset, last offset = that of the marker, last stable offset after the marker)
    order    by marker, in the segment that holds the marker
    lookup   every entry with last offset >= from and first offset < up to

A look-up can stop early: once an entry's last stable offset reaches `up_to_offset`, no later entry begins
below it. Source: Kafka's `TransactionIndex`.
"""

from __future__ import annotations

import struct
from bisect import bisect_left
from typing import Final, NamedTuple

_ENTRY: Final = struct.Struct(">qqqq")


class AbortedTransaction(NamedTuple):
    """One aborted transaction on one partition. All offsets are inclusive but the last stable offset."""

    producer_id: int
    first_offset: int
    last_offset: int
    """Offset of the abort marker."""
    last_stable_offset: int
    """First offset of the oldest transaction that was open after the marker, else the offset after the marker."""


class AbortedIndex:
    """The aborted transactions whose markers lie in one segment."""

    __slots__ = ("entries",)

    def __init__(self) -> None:
        self.entries: list[AbortedTransaction] = []

    def append(self, entry: AbortedTransaction) -> None:
        assert entry.first_offset <= entry.last_offset
        assert not self.entries or self.entries[-1].last_offset < entry.last_offset
        self.entries.append(entry)

    def collect(self, from_offset: int, up_to_offset: int, into: list[AbortedTransaction]) -> bool:
        """Add the entries that touch [from_offset, up_to_offset) to `into`; True: no later segment can have more."""
        start = bisect_left(self.entries, from_offset, key=lambda entry: entry.last_offset)
        for entry in self.entries[start:]:
            if entry.first_offset < up_to_offset:
                into.append(entry)
            if entry.last_stable_offset >= up_to_offset:
                return True
        return False

    def truncate(self, offset: int) -> None:
        """Drop the entries whose marker is at or above `offset`."""
        del self.entries[bisect_left(self.entries, offset, key=lambda entry: entry.last_offset) :]

    def encode(self) -> bytes:
        return b"".join(_ENTRY.pack(*entry) for entry in self.entries)

    @classmethod
    def decode(cls, content: bytes) -> AbortedIndex:
        """What `encode` wrote: the bytes are known to be whole."""
        index = cls()
        index.entries = [AbortedTransaction(*fields) for fields in _ENTRY.iter_unpack(content)]
        return index
