"""Two scans of one partition agree wherever both looked.

    chain[n] = digest(chain[n - 1], offset n, content n)       so equal chains mean equal prefixes

Comparing two scans at any common end costs O(1), finding the first difference O(log n). Scans that begin at different
offsets (the log start offset has moved) are compared from the later beginning on.
Source: Kafka design document, "Log Compaction" (an offset never changes its record).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b

DIGEST_BYTES = 8


@dataclass(frozen=True)
class ScanDigests:
    """What one scan saw: offsets in rising order, and a digest of each record."""

    offsets: Sequence[int]
    digests: Sequence[bytes]
    complete_to: int
    """First offset that it did not look at (exclusive)."""
    name: str = "scan"
    exchanges: Sequence[object] = field(default=(), compare=False)

    @cached_property
    def chain(self) -> list[bytes]:
        """One digest for each prefix that ends with a record."""
        result: list[bytes] = []
        last = b""
        for offset, digest in zip(self.offsets, self.digests, strict=True):
            last = chained(last, offset, digest)
            result.append(last)
        return result

    def between(self, start: int, end: int) -> ScanDigests:
        """The part with start <= offset < end; itself if that is all of it."""
        first, last = bisect_left(self.offsets, start), bisect_left(self.offsets, end)
        if first == 0 and last == len(self.offsets):
            return self
        return ScanDigests(self.offsets[first:last], self.digests[first:last], end, self.name, self.exchanges)


def chained(last: bytes, offset: int, digest: bytes) -> bytes:
    """The next link."""
    return blake2b(last + offset.to_bytes(8, "big", signed=True) + digest, digest_size=DIGEST_BYTES).digest()


def content_digest(content: object) -> bytes:
    """A digest of a record's content, given as anything whose `repr` tells all of it."""
    return blake2b(repr(content).encode(), digest_size=DIGEST_BYTES).digest()


def common_range(first: ScanDigests, second: ScanDigests, start: int) -> tuple[int, int]:
    """Offsets that both have looked at, from `start` (inclusive) on; the end is exclusive."""
    return start, min(first.complete_to, second.complete_to)


def first_difference(first: ScanDigests, second: ScanDigests, start: int) -> int | None:
    """The smallest offset at or above `start` that both looked at and saw differently; None if there is none."""
    start, end = common_range(first, second, start)
    one, other = first.between(start, end), second.between(start, end)
    shortest = min(len(one.offsets), len(other.offsets))
    if one.chain[:shortest][-1:] == other.chain[:shortest][-1:]:
        longer = one if len(one.offsets) > shortest else other
        return longer.offsets[shortest] if len(longer.offsets) > shortest else None
    low, high = 0, shortest - 1
    while low < high:
        middle = (low + high) // 2
        if one.chain[middle] == other.chain[middle]:
            low = middle + 1
        else:
            high = middle
    return min(one.offsets[low], other.offsets[low])
