"""Several producers of both transaction protocols, fenced, late, timed out, killed at any change to a file: what
read_committed readers and groups see is what an oracle says, after every step.

    T1 T2 T3    all records and offsets of a transaction, or none, and none before its end
    T8 T18      every marker agrees with its decision, whenever the process dies
    T9 T10 T12  fenced producers and late requests have no effect
    T13         time-outs
    T20         producer ids and epochs only go up, also over the last epoch
    V5          the last stable offset is the first offset of the oldest open transaction
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from nilometer_reference.broker.config import BrokerConfig
from nilometer_reference.broker.partition_journal import PartitionJournal
from nilometer_reference.broker.topics import TRANSACTION_STATE
from nilometer_reference.broker.transactions.transaction import PRODUCER_EPOCH_MAX, Transaction, TransactionState
from nilometer_reference.broker.transactions.transaction_log import TransactionLog
from nilometer_reference.wire.record_encoding import decode_records
from tests.reference.harness import Harness
from tests.reference.mortal_stores import Killed, MortalStores
from tests.reference.producers import TV1, TV2, Producer, batches, committed_offset, visible

TIMEOUT_MS = 10_000
LOOK_MS = 500
CONFIG = BrokerConfig(
    transaction_abort_timed_out_transaction_cleanup_interval_ms=LOOK_MS,
    offsets_topic_num_partitions=2,
    transaction_state_log_num_partitions=2,
)
PARTITIONS = [("a", 0), ("a", 1), ("b", 0)]
IDS = ["x", "y", "nearly-used-up"]
FENCED = {47, 49, 90}

ids = st.sampled_from(IDS)
partitions = st.sampled_from(PARTITIONS)
deaths = st.sampled_from([None] * 8 + list(range(8)))
"""After how many changes to files the process dies in the middle of a step; None: it does not."""


@dataclass
class Told:
    """What one transactional id was told, and so what must be true of it."""

    producer: Producer | None = None
    zombies: list[Producer] = field(default_factory=list)
    transaction: int | None = None
    """The number of the open transaction."""
    since_ms: int = 0
    offset: int | None = None
    """Staged by the open transaction."""
    committed_offset: int = -1
    at_rest: str = "empty"
    timed_out: bool = False
    late: list[tuple[Producer, tuple[str, int], bytes]] = field(default_factory=list)
    """Batches of transactions that are over, as they were sent."""
    sent: list[tuple[Producer, tuple[str, int], bytes]] = field(default_factory=list)


class Transactions(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.stores = MortalStores()
        self.cluster = Harness(CONFIG, self.stores)
        self.told = {name: Told() for name in IDS}
        self.numbers = count()
        self.values = count()
        self.outcomes: dict[int, bool | None] = {}
        """Transaction number -> committed, aborted, or None while it is open."""
        self.transaction_of: dict[bytes, int] = {}
        self.epochs: dict[int, int] = {}
        """The highest epoch that was answered, by producer id."""

    @initialize()
    def begin(self) -> None:
        broker = self.cluster.broker
        for topic, size in (("a", 2), ("b", 1)):
            broker.topics.create(topic, size, now_ms=self.cluster.now_ms)
        journal = PartitionJournal(broker.topics, TRANSACTION_STATE, 2, writes_at_once=True)
        log = TransactionLog(journal, 2)
        producer_id, _ = broker.transactions.init_producer_id(
            None, 0, producer_id=-1, producer_epoch=-1, now_ms=self.cluster.now_ms
        )
        worn = Transaction(IDS[-1], producer_id, PRODUCER_EPOCH_MAX - 3, TIMEOUT_MS, self.cluster.now_ms)
        log.append(worn, self.cluster.now_ms)
        self.cluster.restart()

    # Doing, and doing again if the process died

    def attempt(self, request: Callable[[], int], dies_after: int | None) -> int:
        """The code. If the process dies the client asks the next one the same. (It does not die while a transaction is
        overdue: the next one would abort that first.)"""
        overdue = any(
            told.transaction is not None and self.due_ms(told) < self.cluster.now_ms for told in self.told.values()
        )
        self.stores.life.changes_left = None if overdue else dies_after
        try:
            return request()
        except Killed:
            self.start_again()
            return request()
        finally:
            self.stores.life.changes_left = None

    def start_again(self, dies_after: int | None = None) -> None:
        self.stores.life.changes_left = dies_after
        try:
            self.cluster.restart()
        except Killed:
            self.stores.life.changes_left = None
            self.cluster.restart()
        self.stores.life.changes_left = None

    def learn(self, producer: Producer) -> None:
        """An identity was answered: for its producer id the highest epoch so far."""
        producer_id, epoch = producer.identity
        assert 0 <= epoch < PRODUCER_EPOCH_MAX
        assert epoch > self.epochs.get(producer_id, -1) or producer.sequences
        self.epochs[producer_id] = max(epoch, self.epochs.get(producer_id, -1))

    @staticmethod
    def due_ms(told: Told) -> int:
        return told.since_ms + TIMEOUT_MS

    def is_open(self, name: str) -> bool:
        return self.told[name].transaction is not None

    def is_usable(self, name: str) -> bool:
        return self.told[name].producer is not None and not self.told[name].timed_out

    def over(self, told: Told, *, committed: bool) -> None:
        assert told.transaction is not None
        self.outcomes[told.transaction] = committed
        told.transaction = None
        if committed and told.offset is not None:
            told.committed_offset = told.offset
        told.offset = None
        told.at_rest = "committed" if committed else "aborted"
        told.late += told.sent
        told.sent = []

    def opened(self, told: Told, at_ms: int) -> int:
        if told.transaction is None:
            told.transaction = next(self.numbers)
            told.since_ms = at_ms
            self.outcomes[told.transaction] = None
        return told.transaction

    # Steps

    @rule(name=ids, versions=st.sampled_from([TV1, TV2]), dies_after=deaths)
    def a_new_instance_takes_over(self, name: str, versions: object, dies_after: int | None) -> None:
        told = self.told[name]
        instance = Producer(self.cluster, name, versions, TIMEOUT_MS)  # type: ignore[arg-type]
        codes = [self.attempt(instance.init, dies_after)]
        while codes[-1] == 51:
            codes.append(instance.init())
        assert codes[-1] == 0
        if dies_after is None:  # else the abort may have been finished at the next start
            assert len(codes) == 1 + (told.transaction is not None)
        if told.transaction is not None:
            self.over(told, committed=False)
        if told.producer is not None:
            told.zombies.append(told.producer)
        told.late += told.sent
        told.producer, told.at_rest, told.timed_out, told.sent = instance, "empty", False, []
        self.learn(instance)

    @precondition(lambda self: any(map(self.is_usable, IDS)))
    @rule(name=ids, partition=partitions, records=st.integers(1, 3), dies_after=deaths)
    def records_are_sent(self, name: str, partition: tuple[str, int], records: int, dies_after: int | None) -> None:
        if not self.is_usable(name):
            return
        told = self.told[name]
        producer = told.producer
        assert producer is not None
        values = [b"%d" % next(self.values) for _ in range(records)]
        sent_as = producer.batch(*values, base_sequence=producer.sequences[partition])
        assert self.attempt(lambda: producer.send(*partition, *values), dies_after) == 0
        number = self.opened(told, self.cluster.now_ms)
        self.transaction_of.update(dict.fromkeys(values, number))
        told.sent.append((producer, partition, sent_as))

    @precondition(lambda self: any(map(self.is_usable, IDS)))
    @rule(name=ids, offset=st.integers(0, 99), dies_after=deaths)
    def an_offset_is_sent(self, name: str, offset: int, dies_after: int | None) -> None:
        if not self.is_usable(name):
            return
        told = self.told[name]
        producer = told.producer
        assert producer is not None
        assert self.attempt(lambda: producer.send_offset(f"group-{name}", "a", 0, offset), dies_after) == 0
        self.opened(told, self.cluster.now_ms)
        told.offset = offset

    @precondition(lambda self: any(map(self.is_usable, IDS)))
    @rule(name=ids, commit=st.booleans(), dies_after=deaths)
    def it_ends(self, name: str, commit: bool, dies_after: int | None) -> None:
        if not self.is_usable(name):
            return
        told = self.told[name]
        producer = told.producer
        assert producer is not None
        identity = producer.identity
        code = self.attempt(lambda: producer.end(commit=commit), dies_after)
        if told.transaction is not None:
            assert code == 0
            self.over(told, committed=commit)
            if not producer.versions.adds:
                self.learn(producer)
            assert producer.end(commit=commit, identity=identity) == 0
            assert producer.end(commit=not commit, identity=identity) == 48
        elif producer.versions.adds:
            assert code == (0 if told.at_rest == ("committed" if commit else "aborted") else 48)
        elif commit:
            assert code == 48
        else:
            assert code == 0
            told.at_rest = "aborted"
            self.learn(producer)

    @precondition(lambda self: any(map(self.is_open, IDS)))
    @rule(name=ids, commit=st.booleans(), partition=partitions)
    def it_ends_while_a_disk_fails(self, name: str, commit: bool, partition: tuple[str, int]) -> None:
        told = self.told[name]
        if told.transaction is None or told.timed_out:
            return
        assert told.producer is not None
        self.stores.stores[partition].failing = True
        assert told.producer.end(commit=commit) == 0
        self.stores.stores[partition].failing = False
        self.start_again()
        self.over(told, committed=commit)
        if not told.producer.versions.adds:
            self.learn(told.producer)
        self.see_who_timed_out()

    @rule(name=ids, dies_after=deaths)
    def it_bumps_its_own_epoch(self, name: str, dies_after: int | None) -> None:
        told = self.told[name]
        if not self.is_usable(name):
            return
        producer = told.producer
        assert producer is not None
        before = producer.identity
        code = self.attempt(lambda: producer.init(keep_identity=True), dies_after)
        if told.transaction is not None:
            assert code in (51, 90)
            self.over(told, committed=False)
        if code == 0:
            assert producer.identity != before
            told.at_rest = "empty"
            told.late += told.sent
            told.sent = []
            self.learn(producer)
        else:
            # Aborted, or bumped by a process that died before it could say so; what came before is not in the log.
            assert code == 51 or dies_after is not None
            self.a_new_instance_takes_over(name, producer.versions, None)

    @precondition(lambda self: any(told.zombies for told in self.told.values()))
    @rule(data=st.data(), step=st.sampled_from(["send", "produce", "offset", "stage", "commit", "abort", "init"]))
    def a_fenced_producer_goes_on(self, data: st.DataObject, step: str) -> None:
        name = data.draw(st.sampled_from([name for name in IDS if self.told[name].zombies]))
        zombie = data.draw(st.sampled_from(self.told[name].zombies))
        partition = data.draw(partitions)
        match step:
            case "send":
                code = zombie.send(*partition, b"zombie")
            case "produce":
                code = zombie.produce(*partition, zombie.batch(b"zombie"))
            case "offset":
                code = zombie.send_offset(f"group-{name}", "a", 0, 1_000)
            case "stage":
                code = zombie.offset_commit(f"group-{name}", "a", 0, 1_000)
            case "init":
                code = zombie.init(keep_identity=True)
            case _:
                code = zombie.end(commit=step == "commit")
        assert code in FENCED

    @precondition(lambda self: any(told.late for told in self.told.values()))
    @rule(data=st.data())
    def a_batch_comes_late(self, data: st.DataObject) -> None:
        """Under the older protocol it may, while its producer has the same epoch: that is known to be unsafe."""
        name = data.draw(st.sampled_from([name for name in IDS if self.told[name].late]))
        told = self.told[name]
        producer, partition, batch = data.draw(st.sampled_from(told.late))
        if producer.versions is TV2 or producer is not told.producer:
            assert producer.produce(*partition, batch) in FENCED

    @precondition(lambda self: any(told.timed_out for told in self.told.values()))
    @rule(name=ids, step=st.sampled_from(["send", "commit", "abort"]), partition=partitions)
    def a_producer_that_was_too_slow_goes_on(self, name: str, step: str, partition: tuple[str, int]) -> None:
        told = self.told[name]
        if not told.timed_out:
            return
        producer = told.producer
        assert producer is not None
        if step == "send":
            assert producer.send(*partition, b"slow") in FENCED
        elif producer.versions.adds:
            assert producer.end(commit=step == "commit") in FENCED
        elif step == "commit":
            assert producer.commit() == 48
        else:
            assert producer.abort() == 0
            told.timed_out = False
            self.learn(producer)

    @rule(span_ms=st.sampled_from([1, LOOK_MS, TIMEOUT_MS // 2, TIMEOUT_MS]))
    def time_passes(self, span_ms: int) -> None:
        self.cluster.advance(span_ms)
        self.see_who_timed_out()

    def see_who_timed_out(self) -> None:
        for name, told in self.told.items():
            if told.transaction is None:
                continue
            due_ms = self.due_ms(told)
            if self.cluster.broker.transactions.describe(name).state is TransactionState.ONGOING:
                assert self.cluster.now_ms <= due_ms + LOOK_MS
            else:
                assert self.cluster.now_ms > due_ms
                self.over(told, committed=False)
                told.timed_out = True

    @rule(dies_after=deaths)
    def the_process_starts_again(self, dies_after: int | None) -> None:
        self.start_again(dies_after)
        self.see_who_timed_out()

    # What must hold after each of them

    @invariant()
    def readers_see_what_was_committed(self) -> None:
        for topic, index in PARTITIONS:
            if self.cluster.broker.topics.get(topic) is None:
                return
            partition = self.cluster.broker.partition(topic, index)
            expected: list[bytes] = []
            stable_offset = partition.high_watermark
            for batch in batches(self.cluster, topic, index)[0]:
                if batch.header.is_control:
                    continue
                values = [record.value for record in decode_records(batch)]
                outcome = self.outcomes[self.transaction_of[values[0]]]
                if outcome is None:
                    stable_offset = min(stable_offset, batch.header.base_offset)
                elif outcome and batch.header.base_offset < stable_offset:
                    expected += values
            assert visible(self.cluster, topic, index) == expected
            assert partition.last_stable_offset == stable_offset

    @invariant()
    def nothing_that_was_sent_is_lost_or_doubled(self) -> None:
        found: list[bytes] = []
        for topic, index in PARTITIONS:
            if self.cluster.broker.topics.get(topic) is None:
                return
            for batch in batches(self.cluster, topic, index)[0]:
                if not batch.header.is_control:
                    found += [record.value for record in decode_records(batch)]
        assert sorted(found) == sorted(self.transaction_of)

    @invariant()
    def groups_have_what_was_committed(self) -> None:
        for name, told in self.told.items():
            waits = told.offset is not None
            expected = (-1, 88) if waits else (told.committed_offset, 0)
            assert committed_offset(self.cluster, f"group-{name}", "a", 0, stable=True) == expected
            assert committed_offset(self.cluster, f"group-{name}", "a", 0) == (told.committed_offset, 0)

    @invariant()
    def the_logs_agree_with_the_coordinator(self) -> None:
        """No transaction is open in a log that its coordinator does not know as open there (KAFKA-14402)."""
        known = {each.producer_id: each for each in self.cluster.broker.transactions.all()}
        for partition in self.cluster.broker.partitions():
            for producer_id, entry in partition.log.producers.entries.items():
                if entry.transaction_first_offset >= 0:
                    assert known[producer_id].state is TransactionState.ONGOING
                    assert known[producer_id].producer_epoch == entry.producer_epoch
                    assert (partition.topic, partition.index) in known[producer_id].partitions

    @invariant()
    def nobody_is_stuck(self) -> None:
        for known in self.cluster.broker.transactions.all():
            assert not known.is_prepared
            assert known.producer_epoch < PRODUCER_EPOCH_MAX
            told = self.told[known.transactional_id]
            assert (known.state is TransactionState.ONGOING) == (told.transaction is not None)


TestTransactions = Transactions.TestCase
TestTransactions.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestTransactions.__doc__ = __doc__
pytestmark = pytest.mark.timeout(1_200)  # a counter-example takes its time to become small
