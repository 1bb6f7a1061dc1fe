"""Faults of transactions and of what read_committed readers see."""

# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

from dataclasses import replace

from nilometer_reference.broker.partition import IsolationLevel, Partition
from nilometer_reference.broker.transactions import decisions
from nilometer_reference.broker.transactions.coordinator import TransactionCoordinator
from nilometer_reference.broker.transactions.transaction import ONGOING, Transaction
from nilometer_reference.broker.transactions.transaction_log import TransactionLog
from nilometer_reference.faults.batches import end_of_batch
from nilometer_reference.faults.switch import Fired, fault, instead_of, instead_of_handler
from nilometer_reference.log.log import Log
from nilometer_reference.log.producer_state import ProducerState
from nilometer_reference.wire.chunks import RecordChunks
from nilometer_reference.wire.errors import ErrorCode, KafkaError

END_TXN = 26


@fault("B036", caught_by=("T14", "T12", "V7"), source="KAFKA-14402; KAFKA-12671; KIP-890")
def hanging_transaction(fired: Fired) -> None:
    """The partition leader does not verify that a batch belongs to an open transaction: a late one opens one that no
    coordinator knows, and no marker ever ends."""

    @instead_of(TransactionCoordinator, "check_produce")
    def check_produce(original, self, *arguments, **named):
        try:
            original(self, *arguments, **named)
        except KafkaError:
            fired()


def _without_bump(state: Transaction, before: Transaction) -> Transaction:
    """A decision of the second version whose epoch stays what it was."""
    return replace(state, producer_epoch=before.producer_epoch, last_producer_epoch=before.last_producer_epoch)


def _take_markers_of_the_same_epoch() -> None:
    @instead_of(ProducerState, "check_marker")
    def check_marker(original, self, producer_id, producer_epoch, coordinator_epoch, *_version):
        original(self, producer_id, producer_epoch, coordinator_epoch, 1)


@fault("B039", caught_by=("T12", "T9"), source="KIP-890 (part 1 alone)")
def verification_without_epoch_bump(fired: Fired) -> None:
    """Membership is verified, but the epoch stays the same from transaction to transaction: what comes late joins
    the next one."""
    _take_markers_of_the_same_epoch()

    @instead_of(decisions, "end")
    def end(original, before, *arguments, **named):
        after = original(before, *arguments, **named)
        if after is not before and after.producer_epoch != before.producer_epoch:
            fired()
            return _without_bump(after, before)
        return after


@fault("B040", caught_by=("T13", "T10"), source="KAFKA-6119")
def time_out_without_epoch_bump(fired: Fired) -> None:
    """An overdue transaction is aborted with the producer's own epoch: the slow producer is not fenced."""
    _take_markers_of_the_same_epoch()

    @instead_of(decisions, "fenced")
    def fenced(original, before, **named):
        fired()
        return _without_bump(original(before, **named), before)


@fault("B046", caught_by=("V4", "V5", "T3"), source="redpanda #3036")
def last_stable_offset_off_by_one(fired: Fired) -> None:
    """The last stable offset is used as an inclusive bound: the first batch of an open transaction is delivered."""

    @instead_of(Partition, "read")
    def read(original, self, offset, max_bytes, isolation_level=0, **named):
        right = original(self, offset, max_bytes, isolation_level, **named)
        stable = right.last_stable_offset
        if isolation_level != IsolationLevel.READ_COMMITTED or stable >= right.high_watermark or offset > stable:
            return right
        fired()
        found = self.log.read(offset, max_bytes, up_to_offset=end_of_batch(self.log, stable), **named)
        return replace(right, records=RecordChunks(found.chunks, found.size), size=found.size)


@fault("B049", caught_by=("W7", "T10", "T13"), source="KAFKA-19690")
def wrong_error_after_a_time_out(fired: Fired) -> None:
    """A producer that was fenced gets INVALID_TXN_STATE, which is fatal to clients, before its epoch is looked at."""

    @instead_of(TransactionCoordinator, "check_produce")
    def check_produce(original, self, *arguments, **named):
        try:
            original(self, *arguments, **named)
        except KafkaError as error:
            if error.code is ErrorCode.INVALID_PRODUCER_EPOCH:
                fired()
                raise KafkaError(ErrorCode.INVALID_TXN_STATE, error.message) from error
            raise

    @instead_of(ProducerState, "check_batch")
    def check_batch(original, self, *arguments, **named):
        try:
            return original(self, *arguments, **named)
        except KafkaError as error:
            if error.code is ErrorCode.INVALID_PRODUCER_EPOCH and named.get("transactional"):
                fired()
                raise KafkaError(ErrorCode.INVALID_TXN_STATE, error.message) from error
            raise


@fault("B051", caught_by=("T13",), source="nisshi compat/librdkafka findings")
def transaction_time_out_is_not_validated(fired: Fired) -> None:
    """InitProducerId accepts a time-out above transaction.max.timeout.ms, or zero."""

    @instead_of(TransactionCoordinator, "init_producer_id")
    def init_producer_id(original, self, transactional_id, timeout_ms, **named):
        if transactional_id is not None and not 0 < timeout_ms <= 900_000:
            fired()
            timeout_ms = 60_000
        return original(self, transactional_id, timeout_ms, **named)


@fault("B052", caught_by=("T7", "T2"), source="nisshi compat/franz-go findings")
def aborted_list_is_empty(fired: Fired) -> None:
    """The list of aborted transactions is empty, so that a reader which filters by it delivers aborted records."""

    @instead_of(Log, "aborted_transactions")
    def aborted_transactions(original, self, *arguments):
        if original(self, *arguments):
            fired()
        return []


@fault("B088", caught_by=("T11",), source="redpanda #9571")
def commit_reported_failed_though_applied(fired: Fired) -> None:
    """Every third EndTxn(commit) is answered INVALID_TXN_STATE, a definite error, although it has been carried out."""
    seen = [0]

    @instead_of_handler(END_TXN)
    def handle(original, broker, request, context):
        answer = original(broker, request, context)
        if request.committed and answer is not None and answer.error_code == 0:
            seen[0] += 1
            if seen[0] % 3 == 0:
                fired()
                answer.error_code = ErrorCode.INVALID_TXN_STATE
        return answer


@fault("B048", caught_by=("T18", "T1"), source="redpanda #6018, #6019")
def begun_transaction_only_in_memory(fired: Fired) -> None:
    """The begin of a transaction is not written to the coordinator's log: after a restart it is not known."""

    @instead_of(TransactionLog, "append")
    def append(original, self, state, now_ms):
        if state.state is ONGOING:
            fired()
            return
        original(self, state, now_ms)
