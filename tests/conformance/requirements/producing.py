"""Hooks for `faulty.FaultyBroker` that see Produce requests as their one batch of one partition.

sent(passing)                 the batch, or None if it is not a Produce of one batch
refuse(passing, code)         an answer instead of the broker's
answered(passing, code, …)    the broker's answer changed in place
without_producer(batch)       the same records as a batch that no producer state knows
numbered(batch, …)            the same records under another epoch or sequence
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nilometer.clients.observations import record_bytes
from nilometer_reference.wire import messages as m
from nilometer_reference.wire.messages.produce import PartitionProduceResponse, TopicProduceResponse
from nilometer_reference.wire.record_errors import RecordError
from nilometer_reference.wire.records import Batch, split_batches
from tests.conformance.requirements.faulty import Passing
from tests.conformance.requirements.tampering import asked_to_produce, produced, re_encoded


def sent(passing: Passing) -> Batch | None:
    parts = list(asked_to_produce(passing))
    if len(parts) != 1:
        return None
    try:
        batches = list(split_batches(record_bytes(parts[0].records)))
    except RecordError:
        return None
    return batches[0] if len(batches) == 1 else None


def partition_of(passing: Passing) -> int:
    return next(int(part.index) for part in asked_to_produce(passing))


def replace(passing: Passing, data: bytes) -> None:
    """Another batch goes on to the broker."""
    for part in asked_to_produce(passing):
        part.records = data


def refuse(passing: Passing, code: int, base_offset: int = -1) -> m.ProduceResponse:
    return m.ProduceResponse(
        [
            TopicProduceResponse(
                name=topic.name, topic_id=topic.topic_id,
                partition_responses=[
                    PartitionProduceResponse(index=part.index, error_code=int(code), base_offset=base_offset)
                    for part in topic.partition_data
                ],
            )
            for topic in passing.request.topic_data
        ]
    )  # fmt: skip


def answered(passing: Passing, code: int | None = None, base_offset: int | None = None) -> None:
    for part in produced(passing):
        part.error_code = part.error_code if code is None else int(code)
        part.base_offset = part.base_offset if base_offset is None else base_offset


def code_of(passing: Passing) -> int | None:
    """The error code of a Produce response of one partition."""
    codes = [int(part.error_code) for part in produced(passing)]
    return codes[0] if len(codes) == 1 else None


def offset_of(passing: Passing) -> int:
    return next(int(part.base_offset) for part in produced(passing))


def without_producer(batch: Batch) -> bytes:
    return re_encoded(batch, producer_id=-1, producer_epoch=-1, base_sequence=-1, transactional=False)


def numbered(batch: Batch, **changes: Any) -> bytes:
    return re_encoded(batch, **changes)


class Repeated:
    """Knows which batches came before; base class for faults that meet retries."""

    def __init__(self) -> None:
        self.first_offsets: dict[bytes, int] = {}
        self.order: list[bytes] = []
        self.original: bytes = b""

    def is_repeated(self, passing: Passing) -> bool:
        batch = sent(passing)
        return batch is not None and bytes(batch.data) in self.first_offsets

    def note(self, passing: Passing) -> None:
        """Called with each response: remembers the first success of each batch."""
        batch = sent(passing)
        if batch is not None and code_of(passing) == 0 and bytes(batch.data) not in self.first_offsets:
            self.first_offsets[bytes(batch.data)] = offset_of(passing)
            self.order.append(bytes(batch.data))

    def age(self, passing: Passing) -> int:
        """How many batches of its producer were acknowledged after this one; -1 for a new batch."""
        batch = sent(passing)
        if batch is None or bytes(batch.data) not in self.first_offsets:
            return -1
        ours = [one for one in self.order if Batch.parse(one).header.producer_id == batch.header.producer_id]
        return len(ours) - 1 - ours.index(bytes(batch.data))


def on_codes(codes: dict[int, int], only: Callable[[Passing], bool] = lambda _: True) -> Callable[[Passing], None]:
    """A hook for responses: Produce errors become others; success gets an offset that nothing has."""

    def hook(passing: Passing) -> None:
        code = code_of(passing)
        if code in codes and only(passing):
            new = codes[code]
            answered(passing, new, 1_000_000 if new == 0 else -1)

    return hook
