"""Faults of the idempotent producer's window."""

# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

from nilometer_reference.broker.transactions.producer_ids import ProducerIds
from nilometer_reference.faults.switch import Fired, fault, instead_of
from nilometer_reference.log.errors import OutOfOrderSequence
from nilometer_reference.log.log import Log
from nilometer_reference.log.producer_state import ProducerState
from nilometer_reference.wire.errors import ErrorCode, KafkaError
from nilometer_reference.wire.record_errors import RecordError
from nilometer_reference.wire.records import SEQUENCE_MAX, BatchHeader

_FIRST_CHECKS_OF_THE_WINDOW = frozenset({45, 47, 48, 59})


@fault("B027", caught_by=("I1", "I2"), source="redpanda #3039")
def no_deduplication(fired: Fired) -> None:
    """A retried batch is not recognised, and appended again."""

    @instead_of(ProducerState, "check_batch")
    def check_batch(original, self, *arguments, **named):
        memory = original(self, *arguments, **named)
        if memory is not None:
            fired()


@fault("B028", caught_by=("I2",), source="KAFKA-5494; redpanda #3038")
def window_of_one_batch(fired: Fired) -> None:
    """The producer state remembers the last batch only, so a retry of an older one in flight is refused."""

    @instead_of(ProducerState, "check_batch")
    def check_batch(original, self, producer_id, producer_epoch, base_sequence, *rest, **named):
        memory = original(self, producer_id, producer_epoch, base_sequence, *rest, **named)
        if memory is not None and memory is not self.entries[producer_id].batches[-1]:
            fired()
            raise OutOfOrderSequence(f"{producer_id=} sends {base_sequence=} again")
        return memory


@fault("B029", caught_by=("I2",), source="redpanda #5355, #5356; KAFKA-14034")
def retry_answers_a_later_offset(fired: Fired) -> None:
    """A retry is recognised, but answered with the log end offset instead of where its original lies."""

    @instead_of(Log, "append_as_leader")
    def append_as_leader(original, self, *arguments, **named):
        result = original(self, *arguments, **named)
        if not result.is_duplicate:
            return result
        fired()
        return result._replace(base_offset=self.log_end_offset, last_offset=self.log_end_offset)


@fault("B030", caught_by=("I1", "I2"), source="KAFKA-6683")
def state_changes_before_the_append(fired: Fired) -> None:
    """The window is updated before the batch is validated, so the retry of a refused batch is taken for a duplicate."""

    @instead_of(Log, "append_as_leader")
    def append_as_leader(original, self, record_set, *, leader_epoch, now_ms, **named):
        try:
            return original(self, record_set, leader_epoch=leader_epoch, now_ms=now_ms, **named)
        except RecordError as refused:
            if refused.code not in _FIRST_CHECKS_OF_THE_WINDOW and len(record_set) >= 61:
                _remember_all_the_same(self, BatchHeader.parse(record_set), now_ms, fired)
            raise


def _remember_all_the_same(log: Log, header: BatchHeader, now_ms: int, fired: Fired) -> None:
    entry = log.producers.entries.get(header.producer_id)
    expected = 0 if entry is None else (entry.last_sequence + 1) & SEQUENCE_MAX
    is_next = entry is None or entry.producer_epoch == header.producer_epoch
    if header.has_producer_id and not header.is_control and is_next and header.base_sequence == expected:
        fired()
        log.producers.apply_batch(
            header.producer_id, header.producer_epoch, header.base_sequence, log.log_end_offset,
            log.log_end_offset + max(header.last_offset_delta, 0), timestamp=now_ms, transactional=False,
        )  # fmt: skip


@fault("B032", caught_by=("I7", "I8"), source="KIP-360; KAFKA-7190; KAFKA-8710")
def producer_forgotten_with_its_records(fired: Fired) -> None:
    """When all records of a producer are deleted its state goes with them, and its next batch is refused."""

    @instead_of(Log, "delete_records")
    def delete_records(original, self, *arguments, **named):
        start = original(self, *arguments, **named)
        for producer_id, entry in list(self.producers.entries.items()):
            if entry.transaction_first_offset < 0 and entry.last_data_offset < start:
                del self.producers.entries[producer_id]
        return start

    @instead_of(ProducerState, "check_batch")
    def check_batch(original, self, producer_id, producer_epoch, base_sequence, *rest, **named):
        if producer_id not in self.entries and base_sequence > 0 and named.get("from_client", True):
            fired()
            raise KafkaError(ErrorCode.UNKNOWN_PRODUCER_ID, f"{producer_id=} is not known, {base_sequence=}")
        return original(self, producer_id, producer_epoch, base_sequence, *rest, **named)


@fault("B035", caught_by=("I9",), source="KAFKA-20031")
def producer_id_blocks_overlap(fired: Fired) -> None:
    """The first id of a new block is the last one of the block before: two producers share it."""
    given: list[int] = []

    @instead_of(ProducerIds, "new")
    def new(original, self, now_ms):
        if len(given) % 4 == 3:
            fired()
            given.append(given[-1])
        else:
            given.append(original(self, now_ms))
        return given[-1]
