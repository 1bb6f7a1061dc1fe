"""Record batches, magic 2: what a log stores and what Produce and Fetch carry.

    offset  field                     struct  covered by the CRC
    0       base_offset               q       no: the leader assigns it in place
    8       batch_length              i       no: bytes after this field, so the batch has batch_length + 12
    12      partition_leader_epoch    i       no: the leader sets it in place
    16      magic                     b       no: always 2
    17      crc                       I       –   CRC-32C of everything from offset 21
    21      attributes                h       yes: bits 0-2 codec, 3 append time, 4 transactional, 5 control, 6 horizon
    23      last_offset_delta         i       yes: next_offset = base_offset + this + 1, also after compaction
    27      base_timestamp            q       yes: or the delete horizon, when bit 6 is set; record deltas count from it
    35      max_timestamp             q       yes
    43      producer_id               q       yes: -1 when not idempotent
    51      producer_epoch            h       yes: -1 when not idempotent
    53      base_sequence             i       yes: -1 when not idempotent, and in control batches
    57      record_count              i       yes
    61      the records, compressed as one block (see `record_encoding`)

Everything here works in place on a `memoryview`; nothing is copied until records are asked for. Bytes
that are not a batch give `CorruptMessage` and nothing else, whatever they are.

Sources: KIP-98, KIP-32, KIP-534; Kafka's `DefaultRecordBatch`.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final, TypeAlias

from crc32c import crc32c

from nilometer_reference.wire.compression import Compression, compression_of
from nilometer_reference.wire.record_errors import CorruptMessage

Buffer: TypeAlias = bytes | bytearray | memoryview

HEADER: Final = struct.Struct(">qiibIhiqqqhii")
"""The whole fixed header, in the order of the table above."""

HEADER_BYTES: Final = HEADER.size
LENGTH_PREFIX_BYTES: Final = 12
"""Bytes of a batch that `batch_length` does not count."""

CRC_FROM: Final = 21
MAGIC: Final = 2
SEQUENCE_MAX: Final = 2**31 - 1

COMPRESSION_MASK: Final = 0x07
LOG_APPEND_TIME: Final = 0x08
TRANSACTIONAL: Final = 0x10
CONTROL: Final = 0x20
DELETE_HORIZON: Final = 0x40

NO_TIMESTAMP: Final = -1
NO_PRODUCER_ID: Final = -1
NO_PRODUCER_EPOCH: Final = -1
NO_SEQUENCE: Final = -1

_OFFSET: Final = struct.Struct(">q")
_INT32: Final = struct.Struct(">i")
_UINT32: Final = struct.Struct(">I")
_LENGTH_AT: Final = struct.Struct(">8xi")
_ATTRIBUTES_AT: Final = struct.Struct(">21xh")
_MAX_TIMESTAMP_AT: Final = 35


def advance_sequence(sequence: int, by: int) -> int:
    """The sequence `by` records after `sequence`; 2^31 - 1 is followed by 0
    (`DefaultRecordBatch.incrementSequence`).
    """
    return (sequence + by) & SEQUENCE_MAX


class BatchHeader:
    """The 61 bytes before the records, unpacked. Fields as in the module's table; properties say what they
    imply.
    """

    __slots__ = (
        "attributes", "base_offset", "base_sequence", "base_timestamp", "batch_length", "crc",
        "last_offset_delta", "magic", "max_timestamp", "partition_leader_epoch", "producer_epoch",
        "producer_id", "record_count",
    )  # fmt: skip

    def __init__(
        self,
        base_offset: int,
        batch_length: int,
        partition_leader_epoch: int,
        magic: int,
        crc: int,
        attributes: int,
        last_offset_delta: int,
        base_timestamp: int,
        max_timestamp: int,
        producer_id: int,
        producer_epoch: int,
        base_sequence: int,
        record_count: int,
    ) -> None:
        self.base_offset = base_offset
        self.batch_length = batch_length
        self.partition_leader_epoch = partition_leader_epoch
        self.magic = magic
        self.crc = crc
        self.attributes = attributes
        self.last_offset_delta = last_offset_delta
        self.base_timestamp = base_timestamp
        self.max_timestamp = max_timestamp
        self.producer_id = producer_id
        self.producer_epoch = producer_epoch
        self.base_sequence = base_sequence
        self.record_count = record_count

    @classmethod
    def parse(cls, data: Buffer, position: int = 0) -> BatchHeader:
        """The header at `position`; `CorruptMessage` when fewer than 61 bytes are there. Judges no field."""
        if len(data) - position < HEADER_BYTES or position < 0:
            raise CorruptMessage(f"{len(data) - position} bytes where a batch header has {HEADER_BYTES}")
        return cls(*HEADER.unpack_from(data, position))

    @property
    def size(self) -> int:
        """Bytes of the whole batch, header included."""
        return self.batch_length + LENGTH_PREFIX_BYTES

    @property
    def last_offset(self) -> int:
        """Offset of the last record (inclusive), also when compaction has removed it."""
        return self.base_offset + self.last_offset_delta

    @property
    def next_offset(self) -> int:
        """First offset after the batch."""
        return self.base_offset + self.last_offset_delta + 1

    @property
    def compression(self) -> Compression:
        return compression_of(self.attributes)

    @property
    def is_log_append_time(self) -> bool:
        return bool(self.attributes & LOG_APPEND_TIME)

    @property
    def is_transactional(self) -> bool:
        return bool(self.attributes & TRANSACTIONAL)

    @property
    def is_control(self) -> bool:
        return bool(self.attributes & CONTROL)

    @property
    def delete_horizon_ms(self) -> int | None:
        """Instant from which the cleaner may drop tombstones and the marker of this batch; None when not yet set."""
        return self.base_timestamp if self.attributes & DELETE_HORIZON else None

    @property
    def has_producer_id(self) -> bool:
        return self.producer_id >= 0

    @property
    def last_sequence(self) -> int:
        """Sequence of the last record (inclusive, wraps after 2^31 - 1); -1 when the batch has no sequence."""
        if self.base_sequence < 0:
            return NO_SEQUENCE
        return (self.base_sequence + self.last_offset_delta) & SEQUENCE_MAX

    @property
    def next_sequence(self) -> int:
        """Sequence that the producer's next batch must carry; -1 when the batch has no sequence."""
        if self.base_sequence < 0:
            return NO_SEQUENCE
        return (self.base_sequence + self.last_offset_delta + 1) & SEQUENCE_MAX

    def pack(self) -> bytes:
        return HEADER.pack(
            self.base_offset, self.batch_length, self.partition_leader_epoch, self.magic, self.crc,
            self.attributes, self.last_offset_delta, self.base_timestamp, self.max_timestamp,
            self.producer_id, self.producer_epoch, self.base_sequence, self.record_count,
        )  # fmt: skip

    def __eq__(self, other: object) -> bool:
        return isinstance(other, BatchHeader) and self.pack() == other.pack()

    def __hash__(self) -> int:
        return hash(self.pack())

    def __repr__(self) -> str:
        return f"BatchHeader({', '.join(f'{name}={getattr(self, name)}' for name in sorted(self.__slots__))})"


class Batch:
    """One batch in place: its header and a view of all its bytes."""

    __slots__ = ("data", "header")

    def __init__(self, header: BatchHeader, data: memoryview) -> None:
        self.header = header
        self.data = data

    @classmethod
    def parse(cls, data: Buffer, position: int = 0) -> Batch:
        """The batch at `position`, whole and with a plausible frame; `CorruptMessage` otherwise. No CRC check."""
        header = BatchHeader.parse(data, position)
        if header.batch_length < HEADER_BYTES - LENGTH_PREFIX_BYTES:
            raise CorruptMessage(f"{header.batch_length=} is less than a header")
        if header.size > len(data) - position:
            raise CorruptMessage(f"a batch of {header.size} bytes where {len(data) - position} are left")
        if header.magic != MAGIC:
            raise CorruptMessage(f"{header.magic=} where {MAGIC} is served")
        return cls(header, memoryview(data)[position : position + header.size])

    @property
    def payload(self) -> memoryview:
        """The records as they are stored: one block, compressed if the attributes say so."""
        return self.data[HEADER_BYTES:]

    @property
    def crc_is_valid(self) -> bool:
        return crc32c(self.data[CRC_FROM:]) == self.header.crc

    def check_crc(self) -> None:
        """Raise `CorruptMessage` when the stored CRC is not that of the bytes."""
        computed = crc32c(self.data[CRC_FROM:])
        if computed != self.header.crc:
            raise CorruptMessage(f"the batch says crc {self.header.crc:#010x}, its bytes have {computed:#010x}")


def split_batches(record_set: Buffer, *, drop_partial_tail: bool = False) -> Iterator[Batch]:
    """The batches of a record set in order.

    Bytes that do not end on a batch border raise `CorruptMessage`, or end the iteration with
    `drop_partial_tail`, which is what a reader of Fetch wants: Kafka cuts a partition's bytes at its
    limit (protocol rule since Fetch 0).
    """
    view = memoryview(record_set)
    position, end = 0, len(view)
    while position < end:
        if drop_partial_tail:
            if end - position < LENGTH_PREFIX_BYTES:
                return
            length: int = _LENGTH_AT.unpack_from(view, position)[0]
            if length + LENGTH_PREFIX_BYTES > end - position:
                return
        batch = Batch.parse(view, position)
        yield batch
        position += batch.header.size


def assign_offset(
    data: bytearray | memoryview, base_offset: int, partition_leader_epoch: int, position: int = 0
) -> None:
    """Set base offset and leader epoch of the batch at `position` in place. Neither is covered by the CRC."""
    _OFFSET.pack_into(data, position, base_offset)
    _INT32.pack_into(data, position + 12, partition_leader_epoch)


def stamp_log_append_time(data: bytearray | memoryview, now_ms: int, position: int = 0) -> None:
    """Make the batch at `position` carry the broker's time (KIP-32): attribute bit 3, max_timestamp, and a
    new CRC.

    base_timestamp and the records stay as they are: a reader takes max_timestamp for every record of such
    a batch.
    """
    view = memoryview(data)
    attributes: int = _ATTRIBUTES_AT.unpack_from(view, position)[0]
    struct.pack_into(">h", view, position + 21, attributes | LOG_APPEND_TIME)
    _OFFSET.pack_into(view, position + _MAX_TIMESTAMP_AT, now_ms)
    seal(view, position)


def set_max_timestamp(data: bytearray | memoryview, max_timestamp: int, position: int = 0) -> None:
    """Correct a max_timestamp that disagrees with the records, with a new CRC (`LogValidator` does the same)."""
    view = memoryview(data)
    _OFFSET.pack_into(view, position + _MAX_TIMESTAMP_AT, max_timestamp)
    seal(view, position)


def seal(data: bytearray | memoryview, position: int = 0) -> None:
    """Recompute the CRC of the batch at `position` after a change behind offset 21."""
    view = memoryview(data)
    length: int = _LENGTH_AT.unpack_from(view, position)[0]
    covered = view[position + CRC_FROM : position + length + LENGTH_PREFIX_BYTES]
    _UINT32.pack_into(view, position + 17, crc32c(covered))
