"""What a partition leader has to answer to the next batch of one producer id: the model of idempotence.

    epoch of the batch    sequences                                     expected
    older than ours       any                                           FENCED        47
    ours                  exactly one of the last five appended         DUPLICATE     0, with its base offset
    ours                  next after the last                           APPEND        0
    ours                  an appended batch from before the last five   OLD           45 (any refusal)
    ours                  any other: a gap, an overlap                  OUT_OF_ORDER  45
    newer                 0                                             APPEND        0, and it is ours now
    newer                 not 0                                         OUT_OF_ORDER  45
    no state              any                                           APPEND        0

A batch is known by its epoch, first and last sequence, not by its bytes. Sequences wrap: 2147483647 is followed by 0.

Sources: KIP-98; KAFKA-5494 (five); KIP-360 (no state: any first sequence); Kafka's `ProducerAppendInfo` and
`ProducerStateEntry`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from nilometer_reference.wire.records import advance_sequence

WINDOW = 5
"""Batches that a retry may be one of; Kafka's `NUM_BATCHES_TO_RETAIN`."""


class Kind(StrEnum):
    """What is expected; the text is for reports."""

    APPEND = "appended"
    DUPLICATE = "recognised as a duplicate"
    OLD = "refused: a retry from before the window"
    OUT_OF_ORDER = "OUT_OF_ORDER_SEQUENCE_NUMBER (45)"
    FENCED = "INVALID_PRODUCER_EPOCH (47)"


@dataclass(frozen=True)
class Sequences:
    """What identifies a batch within a producer id and a partition."""

    epoch: int
    first: int
    last: int
    """Inclusive; below `first` when the batch crosses the border."""

    @classmethod
    def of(cls, epoch: int, first: int, count: int) -> Sequences:
        """`count` records from sequence `first` on."""
        return cls(epoch, first, advance_sequence(first, count - 1))

    @property
    def next(self) -> int:
        """Sequence after the last."""
        return advance_sequence(self.last, 1)

    def __str__(self) -> str:
        return f"epoch {self.epoch}, sequences {self.first} to {self.last}"


@dataclass(frozen=True)
class Expected:
    """The verdict of the model."""

    kind: Kind
    base_offset: int | None = None
    """Of the original, for a duplicate."""


class ProducerWindow:
    """One producer id on one partition."""

    def __init__(self) -> None:
        self.epoch: int | None = None
        """None without state."""
        self.appended: list[tuple[Sequences, int]] = []
        """Batches of all epochs in order, with their base offsets."""

    @property
    def window(self) -> list[tuple[Sequences, int]]:
        """The last batches of the present epoch, at most five, oldest first."""
        return [one for one in self.appended if one[0].epoch == self.epoch][-WINDOW:]

    @property
    def next_sequence(self) -> int:
        """What the present epoch goes on with; 0 without state."""
        return self.window[-1][0].next if self.window else 0

    def expect(self, batch: Sequences) -> Expected:
        """What has to happen to `batch`; changes nothing."""
        if self.epoch is None:
            return Expected(Kind.APPEND)
        if batch.epoch < self.epoch:
            return Expected(Kind.FENCED)
        if batch.epoch > self.epoch:
            return Expected(Kind.APPEND if batch.first == 0 else Kind.OUT_OF_ORDER)
        for known, base_offset in self.window:
            if known == batch:
                return Expected(Kind.DUPLICATE, base_offset)
        if batch.first == self.next_sequence:
            return Expected(Kind.APPEND)
        if any(known == batch for known, _ in self.appended):
            return Expected(Kind.OLD)
        return Expected(Kind.OUT_OF_ORDER)

    def append(self, batch: Sequences, base_offset: int) -> None:
        """The batch was appended there."""
        self.epoch = batch.epoch
        self.appended.append((batch, base_offset))
