"""Batches to generate and to send.

plans(codecs)                 Hypothesis: batches of awkward records
write(session, topic, plan)   one Produce; what the log must hold if it was acknowledged
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

from hypothesis import strategies as st

from nilometer.checkers.record_content import BYTES_SHOWN, shown
from nilometer.clients.batches import Record, encode_batch
from nilometer.clients.cluster import Versions
from nilometer.clients.observations import Produced, Topic
from nilometer.clients.session import Session
from nilometer_reference.wire.compression import Compression

ZSTD_PRODUCE, ZSTD_FETCH = 7, 10
"""First versions that may carry zstd (KIP-110)."""


@dataclass(frozen=True)
class BatchPlan:
    """A batch to send: records without offsets, and a codec."""

    records: tuple[Record, ...]
    codec: int = Compression.NONE

    def encode(self, *, producer_id: int = -1, producer_epoch: int = -1, base_sequence: int = -1) -> bytes:
        """As a producer sends it."""
        return encode_batch(
            self.records, compression=self.codec, producer_id=producer_id, producer_epoch=producer_epoch,
            base_sequence=base_sequence,
        )  # fmt: skip

    def __repr__(self) -> str:
        codec = Compression(self.codec).name.lower()
        return f"{codec}[{', '.join(record_text(one) for one in self.records)}]"


@dataclass(frozen=True)
class Written:
    """A batch that was acknowledged."""

    plan: BatchPlan
    produced: Produced

    @property
    def base_offset(self) -> int:
        """Of its first record."""
        return self.produced.base_offset

    @property
    def next_offset(self) -> int:
        """First offset after it."""
        return self.base_offset + len(self.plan.records)

    @property
    def records(self) -> list[Record]:
        """With the offsets that the acknowledgement gives them."""
        return [one._replace(offset=self.base_offset + index) for index, one in enumerate(self.plan.records)]


def write(session: Session, topic: Topic, plan: BatchPlan, *, partition: int = 0, acks: int = -1) -> Written | Produced:
    """One Produce: `Written` if it was acknowledged, otherwise the answer with its error."""
    produced = session.produce(topic, plan.encode(), partition=partition, acks=acks)
    return Written(plan, produced) if produced.ok else produced


def codecs(versions: Versions) -> list[Compression]:
    """Those that the target's versions can carry; zstd needs Produce 7 and Fetch 10."""
    zstd = versions.serves("Produce", ZSTD_PRODUCE) and versions.serves("Fetch", ZSTD_FETCH)
    return [codec for codec in Compression if zstd or codec is not Compression.ZSTD]


def record_text(record: Record) -> str:
    """A record's content as text, without its offset: equal texts mean equal records."""
    headers = "".join(f" {name!r}:{_text(content)}" for name, content in record.headers)
    return f"{_text(record.key)}={_text(record.value)} @{record.timestamp}{headers}"


def _text(data: bytes | None) -> str:
    if data is None or len(data) <= BYTES_SHOWN:
        return shown(data)
    return f"{shown(data)}#{blake2b(data, digest_size=8).hexdigest()}"


def random_bytes(size: int, seed: int) -> bytes:
    """Bytes that do not compress, the same for the same seed."""
    return random.Random(seed).randbytes(size)


def contents(size_max: int = 40) -> st.SearchStrategy[bytes | None]:
    """Null, empty, short and long bytes, compressible or not."""
    long = st.builds(random_bytes, st.integers(0, size_max), st.integers(0, 99))
    return st.none() | st.just(b"") | st.binary(max_size=4) | long | st.integers(0, size_max).map(bytes)


def awkward_records(timestamps: st.SearchStrategy[int], size_max: int = 40) -> st.SearchStrategy[Record]:
    """Null and empty fields, headers that repeat their name, values up to `size_max` bytes."""
    content = contents(size_max)
    header = st.tuples(st.text(max_size=3), content)
    return st.builds(Record, st.just(-1), timestamps, content, content, st.lists(header, max_size=3).map(tuple))


def plans(
    codecs: Sequence[Compression], timestamps: st.SearchStrategy[int], *, records_max: int = 5, size_max: int = 40
) -> st.SearchStrategy[BatchPlan]:
    """Batches of 1 to `records_max` awkward records."""
    records = st.lists(awkward_records(timestamps, size_max), min_size=1, max_size=records_max).map(tuple)
    return st.builds(BatchPlan, records, st.sampled_from(codecs))


def named_plan(tag: str, count: int, timestamp: int, codec: int = Compression.NONE, size: int = 0) -> BatchPlan:
    """Records whose values are unique when the tag is, padded with `size` bytes that do not compress."""
    records = tuple(
        Record(-1, timestamp, f"k{index}".encode(), f"{tag}.{index}".encode() + random_bytes(size, index))
        for index in range(count)
    )
    return BatchPlan(records, codec)
