"""Faults of ListOffsets by time."""

# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

from nilometer_reference.apis import list_offsets
from nilometer_reference.faults.batches import batch_of
from nilometer_reference.faults.switch import Fired, fault, instead_of
from nilometer_reference.log.log import Log


@fault("B063", caught_by=("TI1",), source="kop #334")
def last_instead_of_first_offset(fired: Fired) -> None:
    """ListOffsets(t) answers the last offset whose timestamp is at most t."""

    @instead_of(Log, "offset_for_timestamp")
    def offset_for_timestamp(original, self, timestamp, up_to_offset=None):
        right = original(self, timestamp, up_to_offset)
        later = original(self, timestamp + 1, up_to_offset)
        limit = self.log_end_offset if up_to_offset is None else up_to_offset
        before = (limit if later is None else later.offset) - 1
        if right is None or before <= self.log_start_offset or before == right.offset:
            return right
        fired()
        return right._replace(offset=before)


@fault("B064", caught_by=("TI3",), source="KAFKA-5522; redpanda #3161")
def time_query_ignores_isolation(fired: Fired) -> None:
    """ListOffsets(t) with read_committed answers an offset at or above the last stable offset."""

    @instead_of(list_offsets, "_find")
    def find(original, partition, asked, request):
        right = original(partition, asked, request)
        if asked.timestamp >= 0 and request.isolation_level == 1:
            anywhere = partition.log.offset_for_timestamp(asked.timestamp, partition.high_watermark)
            if anywhere is not None and anywhere.offset != right.offset:
                fired()
                return anywhere
        return right


@fault("B065", caught_by=("TI1", "TI8"), source="redpanda #25769; franz-go kfake")
def time_query_at_batch_granularity(fired: Fired) -> None:
    """ListOffsets(t) answers the base offset of the batch that holds the record."""

    @instead_of(Log, "offset_for_timestamp")
    def offset_for_timestamp(original, self, timestamp, up_to_offset=None):
        right = original(self, timestamp, up_to_offset)
        if right is None:
            return None
        base_offset = max(batch_of(self, right.offset)[0], self.log_start_offset)
        if base_offset != right.offset:
            fired()
        return right._replace(offset=base_offset)


@fault("B066", caught_by=("TI5", "TI8"), source="KAFKA-16310; KAFKA-16341; KIP-734")
def wrong_offset_of_the_maximum_timestamp(fired: Fired) -> None:
    """ListOffsets(-3) answers the last offset of the batch that holds the maximum."""

    @instead_of(Log, "offset_of_max_timestamp")
    def offset_of_max_timestamp(original, self):
        right = original(self)
        if right is None:
            return None
        fields = batch_of(self, right.offset)
        last_offset = fields[0] + fields[6]
        if last_offset != right.offset:
            fired()
        return right._replace(offset=last_offset)
