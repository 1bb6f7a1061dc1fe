"""Which leader epoch wrote which offsets: how replicas and consumers find where two logs part (KIP-101,
KIP-279, KIP-320).

    entry                 (leader epoch, first offset written in it), increasing in both
    end_offset_for(e)     answer
    the newest epoch      (e, log end offset)
    above the newest      (-1, -1): we know nothing of it
    below the oldest      (e, start offset of the oldest)
    otherwise             (the largest known epoch <= e, start offset of the one after it)

Source: Kafka's `LeaderEpochFileCache.endOffsetFor`.
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from typing import Final, NamedTuple

from nilometer_reference.log.sealed import seal, unseal

_KIND: Final = b"EPOC"
_ENTRY: Final = struct.Struct(">iq")
UNDEFINED_EPOCH: Final = -1
UNDEFINED_OFFSET: Final = -1


class EpochEnd(NamedTuple):
    leader_epoch: int
    end_offset: int
    """First offset after the epoch (exclusive)."""


class LeaderEpochs:
    """The epochs of one log, oldest first."""

    __slots__ = ("epochs", "starts")

    def __init__(self) -> None:
        self.epochs: list[int] = []
        self.starts: list[int] = []

    @property
    def latest(self) -> int:
        """The newest epoch; -1 for a log without any."""
        return self.epochs[-1] if self.epochs else UNDEFINED_EPOCH

    def assign(self, leader_epoch: int, start_offset: int) -> None:
        """Batches from `start_offset` on are written in `leader_epoch`.

        Entries that contradict it (an epoch at least as new, or a start at least as late) are removed: a
        follower that was truncated hears the new leader's history from the batches themselves.
        """
        if leader_epoch < 0 or leader_epoch == self.latest:
            return
        while self.epochs and (self.epochs[-1] >= leader_epoch or self.starts[-1] >= start_offset):
            self.epochs.pop()
            self.starts.pop()
        self.epochs.append(leader_epoch)
        self.starts.append(start_offset)

    def end_offset_for(self, leader_epoch: int, log_end_offset: int) -> EpochEnd:
        """See the module's table."""
        if leader_epoch < 0 or leader_epoch > self.latest:
            return EpochEnd(UNDEFINED_EPOCH, UNDEFINED_OFFSET)
        if leader_epoch == self.latest:
            return EpochEnd(leader_epoch, log_end_offset)
        after = bisect_right(self.epochs, leader_epoch)
        floor = self.epochs[after - 1] if after else leader_epoch
        return EpochEnd(floor, self.starts[after])

    def epoch_of(self, offset: int) -> int:
        """The epoch in which `offset` was written; -1 if that is before all that is known."""
        index = bisect_right(self.starts, offset) - 1
        return self.epochs[index] if index >= 0 else UNDEFINED_EPOCH

    def truncate_from_end(self, end_offset: int) -> None:
        """Forget the epochs that begin at or above `end_offset`."""
        while self.starts and self.starts[-1] >= end_offset:
            self.epochs.pop()
            self.starts.pop()

    def truncate_from_start(self, start_offset: int) -> None:
        """Forget what lies below `start_offset`; the epoch that holds it then begins there."""
        index = bisect_right(self.starts, start_offset) - 1
        if index >= 0:
            del self.epochs[:index], self.starts[:index]
            self.starts[0] = start_offset

    def encode(self) -> bytes:
        return seal(_KIND, 1, b"".join(_ENTRY.pack(*entry) for entry in zip(self.epochs, self.starts, strict=True)))

    @classmethod
    def decode(cls, data: bytes | None) -> LeaderEpochs | None:
        """The epochs in `data`; None when the file is missing or damaged."""
        content = unseal(_KIND, 1, data)
        if content is None or len(content) % _ENTRY.size:
            return None
        result = cls()
        for epoch, start in _ENTRY.iter_unpack(content):
            result.epochs.append(epoch)
            result.starts.append(start)
        return result
