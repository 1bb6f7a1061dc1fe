"""Faults of Produce, Fetch and fetch sessions."""

# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

from dataclasses import replace

from nilometer_reference.broker.fetch_sessions import FetchSession
from nilometer_reference.faults.batches import end_of_batch
from nilometer_reference.faults.switch import Fired, fault, instead_of, instead_of_handler
from nilometer_reference.log import append_check, log
from nilometer_reference.log.log import Log
from nilometer_reference.wire.record_errors import InvalidRecord, MessageTooLarge

PRODUCE = 0


@fault("B056", caught_by=("L14",), source="Jepsen report on Bufstream 0.1.0")
def spurious_offset_0(fired: Fired) -> None:
    """Some acknowledgements carry offset 0 although the record was stored elsewhere."""
    seen = [0]

    @instead_of_handler(PRODUCE)
    def handle(original, broker, request, context):
        answer = original(broker, request, context)
        for topic in getattr(answer, "responses", ()):
            for part in topic.partition_responses:
                seen[0] += 1
                if part.error_code == 0 and part.base_offset > 0 and seen[0] % 5 == 0:
                    fired()
                    part.base_offset = 0
        return answer


@fault("B057", caught_by=("L6", "V7"), source="Jepsen report on Bufstream 0.1.0 (symptom)")
def readers_jump_over_a_batch(fired: Fired) -> None:
    """Readers jump over a batch that is stored later than the one after it, and never come back to it."""

    @instead_of(Log, "read")
    def read(original, self, offset, max_bytes, **named):
        found = original(self, offset, max_bytes, **named)
        if found.base_offset >= 0 and found.base_offset % 7 == 3 and found.next_offset > found.base_offset:
            after = end_of_batch(self, offset)
            limit = named.get("up_to_offset")
            if after < (self.log_end_offset if limit is None else limit):
                fired()
                return original(self, after, max_bytes, **named)
        return found


@fault("B058", caught_by=("L6",), source="nisshi compat/franz-go findings; Jepsen report on Bufstream 0.1.0")
def fetch_inside_a_batch_skips_it(fired: Fired) -> None:
    """A fetch offset that is not the base offset of a batch makes the broker skip that batch."""

    @instead_of(Log, "read")
    def read(original, self, offset, max_bytes, **named):
        found = original(self, offset, max_bytes, **named)
        if 0 <= found.base_offset < offset:
            fired()
            return original(self, end_of_batch(self, offset), max_bytes, **named)
        return found


@fault("B059", caught_by=("L18",), source="KAFKA-6946; platformatic kafka #321; KIP-227")
def session_keeps_the_offset_of_a_forgotten_partition(fired: Fired) -> None:
    """A partition that was removed from a session and added again goes on at its old offset."""
    forgotten: dict[tuple[int, object], int] = {}

    @instead_of(FetchSession, "update")
    def update(original, self, asked, names):
        asked = list(asked)
        for item in asked:
            offset = forgotten.pop((self.session_id, item.key), None)
            if offset is not None and offset != item.fetch_offset and item.key not in self.items:
                fired()
                item.fetch_offset = offset
        for key in names:
            if key in self.items:
                forgotten[self.session_id, key] = self.items[key].fetch_offset
        original(self, asked, names)


@fault("B074", caught_by=("C6",), source="nisshi compat/librdkafka findings; librdkafka test 0011")
def null_key_on_a_compacted_topic(fired: Fired) -> None:
    """A record without a key is stored on a compacted topic."""

    @instead_of(append_check, "_check_records")
    def check_records(original, data, fields, config, now_ms):
        try:
            return original(data, fields, config, now_ms)
        except InvalidRecord as refused:
            if "key" not in refused.message:
                raise
            fired()
            return fields[8]  # max_timestamp of the header


@fault("B098", caught_by=("A5",), source="nisshi compat/franz-go findings")
def max_message_bytes_is_not_enforced(fired: Fired) -> None:
    """Batches above max.message.bytes are stored."""

    @instead_of(log, "check_batch")
    def check_batch(original, record_set, config, *rest, **named):
        try:
            return original(record_set, config, *rest, **named)
        except MessageTooLarge:
            fired()
            return original(record_set, replace(config, max_message_bytes=1 << 30), *rest, **named)
