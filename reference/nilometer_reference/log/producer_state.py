"""What a partition remembers of its producers: enough to append each batch once and to fence the old ones.

    epoch of the batch      first sequence                       verdict for a client's batch
    older than ours         any                                  InvalidProducerEpoch (47)
    newer than ours         0                                    append; the new epoch takes over
    newer than ours         not 0                                OutOfOrderSequence (45)
    ours                    next after the last (wraps to 0)     append
    ours                    first and last of one of the last 5  duplicate: answered with its base offset
    ours                    anything else                        OutOfOrderSequence (45)
    (nothing known)         any; 0 if the client uses TV2        append

    then, in a transaction  batch is not transactional           InvalidTxnState (48)

    marker                  epoch older than ours                InvalidProducerEpoch (47)
    marker, TV2             epoch ours, transaction open         InvalidProducerEpoch (47); with none open it is a retry
    marker                  coordinator epoch older than ours    TransactionCoordinatorFenced (52)

`check_batch` and `check_marker` raise or answer and touch nothing; `apply_batch` and `apply_marker`
cannot fail. A producer is forgotten by time alone, never because its records were deleted (KIP-360): its
next batch must still be known.

Sources: KIP-98, KIP-360, KIP-890, KAFKA-5494 (five batches), KAFKA-19999 (marker retry);
`ProducerAppendInfo.java`, `ProducerStateManager.java`.
"""

from __future__ import annotations

import struct
from collections.abc import Container
from typing import Final, NamedTuple

from nilometer_reference.log.errors import (
    InvalidProducerEpoch,
    InvalidTxnState,
    OutOfOrderSequence,
    TransactionCoordinatorFenced,
)
from nilometer_reference.log.sealed import seal, unseal
from nilometer_reference.wire.records import NO_PRODUCER_EPOCH, NO_SEQUENCE, SEQUENCE_MAX

BATCHES_REMEMBERED: Final = 5
"""`max.in.flight.requests.per.connection` of an idempotent producer is at most 5 (KAFKA-5494)."""

NO_OFFSET: Final = -1


class BatchMemory(NamedTuple):
    """One appended batch. Sequences and offsets are inclusive."""

    first_sequence: int
    last_sequence: int
    base_offset: int
    last_offset: int
    timestamp: int


class ProducerEntry:
    """One producer id on one partition."""

    __slots__ = (
        "batches", "coordinator_epoch", "last_marker_offset", "last_timestamp", "producer_epoch", "producer_id",
        "transaction_first_offset",
    )  # fmt: skip

    def __init__(self, producer_id: int) -> None:
        self.producer_id = producer_id
        self.producer_epoch = NO_PRODUCER_EPOCH
        self.coordinator_epoch = -1
        self.last_timestamp = -1
        """Instant (ms) of the last append of any kind, markers included: expiry counts from it."""
        self.transaction_first_offset = NO_OFFSET
        """First offset of the open transaction; -1 when none is open."""
        self.last_marker_offset = NO_OFFSET
        """Offset of the last marker: it carries the epochs when no batch does. -1 without."""
        self.batches: list[BatchMemory] = []
        """The last batches of the current epoch, oldest first, at most five."""

    @property
    def last_sequence(self) -> int:
        return self.batches[-1].last_sequence if self.batches else NO_SEQUENCE

    @property
    def last_data_offset(self) -> int:
        """Offset of the last data record (inclusive); -1 when only markers are known."""
        return self.batches[-1].last_offset if self.batches else NO_OFFSET


class CompletedTransaction(NamedTuple):
    """A transaction that a marker ended. Offsets inclusive; `last_offset` is the marker's."""

    producer_id: int
    first_offset: int
    last_offset: int
    aborted: bool


class ProducerState:
    """All producers of one partition, and the transactions that hold back the last stable offset."""

    def __init__(self) -> None:
        self.entries: dict[int, ProducerEntry] = {}
        self._transactions: dict[int, int] = {}
        """first offset -> offset of its marker, -1 while it is open; in order of first offset."""

    # ------------------------------------------------------------------------------------------------- decide

    def check_batch(
        self,
        producer_id: int,
        producer_epoch: int,
        base_sequence: int,
        record_count: int,
        *,
        transactional: bool,
        from_client: bool = True,
        new_producer_starts_at_zero: bool = False,
    ) -> BatchMemory | None:
        """None: append it. A memory: it is a retry, answer that batch's offsets. Otherwise it raises.

        `from_client` is false for the group coordinator's batches, which have no sequences: only their
        epoch counts.
        """
        entry = self.entries.get(producer_id)
        if entry is None:
            if new_producer_starts_at_zero and base_sequence != 0 and from_client:
                raise OutOfOrderSequence(
                    f"{producer_id=} is not known here and begins with {base_sequence=}, not 0 (transaction version 2)"
                )
            return None
        if from_client and producer_epoch == entry.producer_epoch:
            last_sequence = (base_sequence + record_count - 1) & SEQUENCE_MAX
            for memory in entry.batches:
                if memory.first_sequence == base_sequence and memory.last_sequence == last_sequence:
                    return memory
        if producer_epoch < entry.producer_epoch:
            raise InvalidProducerEpoch(
                f"{producer_id=} sends {producer_epoch=}, its newest epoch is {entry.producer_epoch}"
            )
        if from_client:
            self._check_sequence(entry, producer_epoch, base_sequence)
        if entry.transaction_first_offset >= 0 and not transactional:
            raise InvalidTxnState(
                f"{producer_id=} has a transaction open since offset {entry.transaction_first_offset}, "
                "and sends a batch outside of it"
            )
        return None

    @staticmethod
    def _check_sequence(entry: ProducerEntry, producer_epoch: int, base_sequence: int) -> None:
        if producer_epoch != entry.producer_epoch:
            if base_sequence != 0 and entry.producer_epoch != NO_PRODUCER_EPOCH:
                raise OutOfOrderSequence(
                    f"producer_id={entry.producer_id} begins {producer_epoch=} with {base_sequence=}, not 0"
                )
        elif base_sequence != (entry.last_sequence + 1) & SEQUENCE_MAX:
            # With no batch known in this epoch (a marker opened it) last_sequence is -1: the successor is 0.
            raise OutOfOrderSequence(
                f"producer_id={entry.producer_id} sends {base_sequence=} after {entry.last_sequence}"
            )

    def check_marker(
        self, producer_id: int, producer_epoch: int, coordinator_epoch: int, transaction_version: int = 1
    ) -> None:
        """Raise when a transaction marker must not be appended: see the module's table."""
        entry = self.entries.get(producer_id)
        if entry is None:
            return
        is_open = entry.transaction_first_offset >= 0
        stale = producer_epoch < entry.producer_epoch
        if transaction_version >= 2 and producer_epoch == entry.producer_epoch:
            stale = is_open and producer_epoch != 2**15 - 1
        if stale:
            raise InvalidProducerEpoch(
                f"a marker of {producer_id=} has {producer_epoch=}, the newest epoch is {entry.producer_epoch} "
                f"({transaction_version=})"
            )
        if coordinator_epoch < entry.coordinator_epoch:
            raise TransactionCoordinatorFenced(
                f"a marker of {producer_id=} has {coordinator_epoch=}, the newest is {entry.coordinator_epoch}"
            )

    def has_open_transaction(self, producer_id: int, producer_epoch: int) -> bool:
        """Whether this epoch of the producer has written transactional data that no marker has ended yet."""
        entry = self.entries.get(producer_id)
        return entry is not None and entry.transaction_first_offset >= 0 and entry.producer_epoch == producer_epoch

    # ------------------------------------------------------------------------------------------------- change

    def apply_batch(
        self,
        producer_id: int,
        producer_epoch: int,
        base_sequence: int,
        base_offset: int,
        last_offset: int,
        *,
        timestamp: int,
        transactional: bool,
    ) -> None:
        """Remember a data batch that has been appended."""
        entry = self.entries.get(producer_id)
        if entry is None:
            entry = self.entries[producer_id] = ProducerEntry(producer_id)
        if producer_epoch != entry.producer_epoch:
            entry.producer_epoch = producer_epoch
            entry.batches = []
        last_sequence = NO_SEQUENCE
        if base_sequence >= 0:
            last_sequence = (base_sequence + last_offset - base_offset) & SEQUENCE_MAX
        entry.batches.append(BatchMemory(base_sequence, last_sequence, base_offset, last_offset, timestamp))
        if len(entry.batches) > BATCHES_REMEMBERED:
            del entry.batches[0]
        entry.last_timestamp = timestamp
        if transactional and entry.transaction_first_offset < 0:
            entry.transaction_first_offset = base_offset
            self._transactions[base_offset] = NO_OFFSET

    def apply_marker(
        self,
        producer_id: int,
        producer_epoch: int,
        coordinator_epoch: int,
        offset: int,
        *,
        timestamp: int,
        commit: bool,
    ) -> CompletedTransaction | None:
        """End the producer's transaction; None when it had none open here."""
        entry = self.entries.get(producer_id)
        if entry is None:
            entry = self.entries[producer_id] = ProducerEntry(producer_id)
        if producer_epoch != entry.producer_epoch:
            entry.producer_epoch = producer_epoch
            entry.batches = []
        entry.coordinator_epoch = max(coordinator_epoch, entry.coordinator_epoch)
        entry.last_timestamp = timestamp
        entry.last_marker_offset = offset
        first_offset = entry.transaction_first_offset
        if first_offset < 0:
            return None
        entry.transaction_first_offset = NO_OFFSET
        self._transactions[first_offset] = offset
        return CompletedTransaction(producer_id, first_offset, offset, aborted=not commit)

    def expire(self, now_ms: int, expiration_ms: int) -> list[int]:
        """Forget producers without an append of any kind for `expiration_ms`, unless in a transaction; their ids."""
        expired = [
            entry.producer_id
            for entry in self.entries.values()
            if entry.transaction_first_offset < 0 and now_ms - entry.last_timestamp >= expiration_ms
        ]
        for producer_id in expired:
            del self.entries[producer_id]
        return expired

    def remembered_offsets(self, producer_ids: Container[int]) -> set[int]:
        """Last offsets of the batches from which what is known of these producers could be read again: compaction
        leaves them where they are.
        """
        entries = [entry for entry in self.entries.values() if entry.producer_id in producer_ids]
        offsets = {memory.last_offset for entry in entries for memory in entry.batches}
        return offsets.union(entry.last_marker_offset for entry in entries)

    # ----------------------------------------------------------------------------------- last stable offset

    def first_unstable_offset(self, high_watermark: int) -> int | None:
        """First offset of the oldest transaction that is open, or whose marker is not yet below the high
        watermark.

        Transactions that ended below it are forgotten here, so `high_watermark` must not go back, except
        with a truncation, which rebuilds this state.
        """
        transactions = self._transactions
        while transactions:
            first_offset = next(iter(transactions))
            marker = transactions[first_offset]
            if marker < 0 or marker >= high_watermark:
                return first_offset
            del transactions[first_offset]
        return None

    def first_open_offset(self) -> int | None:
        """First offset of the oldest transaction that no marker has ended, wherever the high watermark is."""
        return next((first for first, marker in self._transactions.items() if marker < 0), None)

    def forget_transactions_before(self, log_start_offset: int) -> None:
        """Ended transactions wholly below the log start offset hold nothing back."""
        for first_offset, marker in list(self._transactions.items()):
            if 0 <= marker < log_start_offset:
                del self._transactions[first_offset]

    # --------------------------------------------------------------------------------------------- snapshots

    def encode(self) -> bytes:
        """A snapshot: `decode` gives an equal state."""
        parts = [_COUNTS.pack(len(self.entries), len(self._transactions))]
        for entry in self.entries.values():
            parts.append(
                _ENTRY.pack(
                    entry.producer_id, entry.producer_epoch, entry.coordinator_epoch, entry.last_timestamp,
                    entry.transaction_first_offset, entry.last_marker_offset, len(entry.batches),
                )
            )  # fmt: skip
            parts += (_BATCH.pack(*memory) for memory in entry.batches)
        parts += (_TRANSACTION.pack(first, marker) for first, marker in self._transactions.items())
        return seal(_KIND, 1, b"".join(parts))

    @classmethod
    def decode(cls, data: bytes | None) -> ProducerState | None:
        """The state in a snapshot; None when it is missing or damaged (an older one and the log then replace it)."""
        content = unseal(_KIND, 1, data)
        if content is None or len(content) < _COUNTS.size:
            return None
        entry_count, transaction_count = _COUNTS.unpack_from(content)
        state = cls()
        position = _COUNTS.size
        for _ in range(entry_count):
            producer_id, *facts, batch_count = _ENTRY.unpack_from(content, position)
            position += _ENTRY.size
            entry = state.entries[producer_id] = ProducerEntry(producer_id)
            entry.producer_epoch, entry.coordinator_epoch, entry.last_timestamp = facts[:3]
            entry.transaction_first_offset, entry.last_marker_offset = facts[3:]
            for _ in range(batch_count):
                entry.batches.append(BatchMemory(*_BATCH.unpack_from(content, position)))
                position += _BATCH.size
        for _ in range(transaction_count):
            first, marker = _TRANSACTION.unpack_from(content, position)
            position += _TRANSACTION.size
            state._transactions[first] = marker
        return state


_KIND: Final = b"PIDS"
_COUNTS: Final = struct.Struct(">II")
_ENTRY: Final = struct.Struct(">qhiqqqB")
_BATCH: Final = struct.Struct(">iiqqq")
_TRANSACTION: Final = struct.Struct(">qq")
