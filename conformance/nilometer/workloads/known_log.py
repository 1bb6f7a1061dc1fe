"""A partition whose content is known record by record, because this wrote it.

    log = KnownLog(run, topic)
    log.append(BatchPlan(…))
    log.transact(TransactionPlan((BatchPlan(…),), commit=False))      also a marker, whose offset is not known yet
    log.settle()                                                     every marker is there

    offset    0 1 | 2 3 | 4      | 5
              data  data  marker   data
                   (aborted)
    visible(READ_UNCOMMITTED)  0 1 2 3 5
    visible(READ_COMMITTED)    0 1 5

Offsets are those of the acknowledgements: what a scan shows can be compared with them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import strategies as st

from nilometer.clients.exchange import Exchange
from nilometer.clients.observations import Topic
from nilometer.clients.session import LATEST, READ_COMMITTED, Session
from nilometer.clients.transactional import PASSES_PRODUCE, Protocol, TransactionalProducer, protocols
from nilometer.run import Run
from nilometer.verdict import NotObservable, Reason
from nilometer.workloads.batches import BatchPlan, Written, write
from nilometer_reference.wire.record_encoding import Record, encode_batch

SEGMENT_MS = 60_000
SMALL_SEGMENTS = {"segment.ms": str(SEGMENT_MS), "message.timestamp.after.max.ms": str(2**62)}
"""A batch whose timestamp lies more than this after the first one of its segment begins a new segment."""


@dataclass(frozen=True)
class TransactionPlan:
    """Batches of one transaction, and how it ends."""

    batches: tuple[BatchPlan, ...]
    commit: bool


Step = BatchPlan | TransactionPlan
SETTLE_S = 5.0
"""How long markers are waited for, in each workload."""


def steps(plan: st.SearchStrategy[BatchPlan], *, transactions: bool) -> st.SearchStrategy[list[Step]]:
    """One to six appends; some of them transactions, if the target serves them."""
    step: st.SearchStrategy[Step] = plan
    if transactions:
        transaction = st.builds(TransactionPlan, st.lists(plan, min_size=1, max_size=2).map(tuple), st.booleans())
        step = st.one_of(plan, plan, transaction)
    return st.lists(step, min_size=1, max_size=6)


class KnownLog:
    """One partition, one writer at a time."""

    def __init__(self, run: Run, topic: Topic, partition: int = 0) -> None:
        """Writes nothing."""
        self.run = run
        self.session: Session = run.session
        self.topic = topic
        self.partition = partition
        self.written: list[Written] = []
        """Acknowledged batches, in the order of their offsets."""
        self.aborted: set[int] = set()
        """Offsets of data records of aborted transactions."""
        self.ended = 0
        """Transactions that have ended here: as many markers."""
        self.exchanges: list[Exchange] = []
        self._producer: TransactionalProducer | None = None

    # ------------------------------------------------------------------------------------------ writing

    def write(self, steps: Sequence[Step]) -> None:
        """All steps, and until their markers are there."""
        for step in steps:
            if isinstance(step, TransactionPlan):
                self.transact(step)
            else:
                self.append(step)
        self.settle()

    def append(self, plan: BatchPlan, *, acks: int = -1) -> Written | None:
        """One batch; None and nothing noted if it was refused."""
        written = write(self.session, self.topic, plan, partition=self.partition, acks=acks)
        if not isinstance(written, Written):
            self.run.skip(Reason.REFUSED, f"Produce of {plan!r}: {written.error}")
            return None
        self._note(written)
        return written

    def transact(self, plan: TransactionPlan) -> None:
        """One whole transaction."""
        producer = self.producer
        for batch in plan.batches:
            written = self.write_in_transaction(producer, batch)
            if not plan.commit:
                self.aborted.update(range(written.base_offset, written.next_offset))
        self.exchanges.append(producer.finished(plan.commit).exchange)
        self.ended += 1
        self.settle()

    @property
    def producer(self) -> TransactionalProducer:
        """The writer of transactions; NotObservable where there are none."""
        if self._producer is None:
            self._producer = self.new_producer()
        return self._producer

    def new_producer(self) -> TransactionalProducer:
        """Another one, with an identity."""
        producer = TransactionalProducer(
            self.session, self.run.name("transactional-id"), transaction_protocol(self.run)
        )
        producer.init()
        return producer

    def write_in_transaction(self, producer: TransactionalProducer, plan: BatchPlan) -> Written:
        """One batch of an open transaction, or the first of a new one; NotObservable if it is refused."""
        at = self.topic.name, self.partition
        if producer.protocol is Protocol.TV1 and at not in producer.added:
            added = producer.add(self.topic, self.partition)
            if not added.ok:
                raise NotObservable(Reason.REFUSED, f"AddPartitionsToTxn: {added.error}")
        sequence = producer.sequences.get(at, 0)
        data = encode_batch(
            plan.records, compression=plan.codec, producer_id=producer.identity.producer_id,
            producer_epoch=producer.identity.producer_epoch, base_sequence=sequence, transactional=True,
        )  # fmt: skip

        def attempt() -> Written | None:
            produced = producer.produce_once(self.topic, data, self.partition)
            if produced.error_code in PASSES_PRODUCE:
                return None
            if not produced.ok:
                raise NotObservable(Reason.REFUSED, f"Produce in a transaction: {produced.error}")
            return Written(plan, produced)

        written = self.session.until(attempt, "a transactional Produce is answered for good")
        producer.sequences[at] = sequence + len(plan.records)
        producer.added.add(at)
        self._note(written)
        return written

    def settle(self) -> None:
        """Wait until no transaction is open: markers may come after the answer to EndTxn (transaction version 1)."""
        if self.ended:
            self.session.until(
                lambda: self._end(READ_COMMITTED) >= self.next_offset or None,
                "the last stable offset passes the data of ended transactions",
                within_s=SETTLE_S,
            )

    def _end(self, isolation_level: int) -> int:
        return self.session.list_offsets(
            self.topic, LATEST, partition=self.partition, isolation_level=isolation_level
        ).offset

    def _note(self, written: Written) -> None:
        self.written.append(written)
        self.exchanges.append(written.produced.exchange)

    # ------------------------------------------------------------------------------------------ what is known

    @property
    def records(self) -> dict[int, Record]:
        """Data records by offset."""
        return {record.offset: record for written in self.written for record in written.records}

    @property
    def next_offset(self) -> int:
        """First offset after the last data record."""
        return max((written.next_offset for written in self.written), default=0)

    def visible(self, isolation_level: int) -> list[int]:
        """Offsets of data records that a reader of this level is to see, rising."""
        hidden = self.aborted if isolation_level == READ_COMMITTED else set()
        return sorted(offset for offset in self.records if offset not in hidden)

    def written_at(self, offset: int) -> Written | None:
        """The acknowledged batch that holds a data record."""
        return next((one for one in self.written if one.base_offset <= offset < one.next_offset), None)


def transaction_protocol(run: Run) -> Protocol:
    """The newest that the target speaks; NotObservable if there is none."""
    found = protocols(run.versions)
    if not found:
        run.not_observable(Reason.API_NOT_SERVED, "transactions are not served")
    return found[0]


def has_transactions(run: Run) -> bool:
    """Whether they can be a part of a workload."""
    return bool(protocols(run.versions))
