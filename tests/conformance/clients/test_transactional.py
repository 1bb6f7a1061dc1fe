"""Both protocols against an honest broker; what passes by itself is asked again, everything else is handed back."""

from uuid import uuid4

import pytest

from nilometer.clients.cluster import Versions
from nilometer.clients.observations import Produced
from nilometer.clients.session import READ_COMMITTED, Session
from nilometer.clients.transactional import (
    FEATURE,
    LAST_OF_TV1,
    Answered,
    Identity,
    Protocol,
    TransactionalProducer,
    protocols,
    worst_error,
)
from nilometer.settings import Settings
from nilometer.verdict import NotObservable, Reason
from nilometer_reference.wire import messages as m
from nilometer_reference.wire.errors import ErrorCode
from tests.conformance.requirements.faulty import FaultyBroker
from tests.conformance.requirements.judging import subject

BOTH = pytest.mark.parametrize("protocol", list(Protocol))


@pytest.fixture
def session(honest):
    with subject(honest).session(Settings()) as actor:
        yield actor


@pytest.fixture
def topic(session, name):
    return session.create_topic(name("transactional"), partitions=2)


def new_producer(session: Session, protocol: Protocol, **settings) -> TransactionalProducer:
    producer = TransactionalProducer(session, f"id-{uuid4()}", protocol, **settings)
    producer.init()
    return producer


def committed(session, topic, partition=0):
    """Values below the last stable offset, once it has reached the high watermark."""

    def settled():
        scan = session.scan(topic, partition=partition, isolation_level=READ_COMMITTED)
        return scan if scan.last.last_stable_offset == scan.last.high_watermark else None

    scan = session.until(settled, "the partition comes to rest")
    aborted = {one.producer_id for fetched in scan.fetches for one in fetched.aborted or []}
    return [
        one.record.value for one in scan.stored if not one.is_control and one.batch.header.producer_id not in aborted
    ]


@BOTH
def test_a_transaction_commits_what_it_wrote_in_each_partition(session, topic, protocol):
    producer = new_producer(session, protocol)
    producer.wrote(topic, [b"a"], 0)
    producer.wrote(topic, [b"b", b"c"], 1)
    producer.wrote(topic, [b"d"], 1)
    assert producer.end(True).ok
    assert committed(session, topic, 0) == [b"a"]
    assert committed(session, topic, 1) == [b"b", b"c", b"d"]


@BOTH
def test_an_aborted_transaction_leaves_nothing_to_see(session, topic, protocol):
    producer = new_producer(session, protocol)
    producer.wrote(topic, [b"a"])
    assert producer.end(False).ok
    assert committed(session, topic) == []


def test_each_protocol_uses_its_own_versions(session, topic):
    old, new = new_producer(session, Protocol.TV1), new_producer(session, Protocol.TV2)
    for producer in (old, new):
        producer.wrote(topic, [b"a"])
        producer.finished(True)
    for exchange in old.exchanges:
        assert exchange.version <= LAST_OF_TV1.get(exchange.api, 5)
    assert [one.api for one in new.exchanges if one.api == "AddPartitionsToTxn"] == []
    assert {one.version for one in new.exchanges if one.api == "EndTxn"} == {5}


def test_only_the_new_protocol_raises_the_epoch_with_each_transaction(session, topic):
    old, new = new_producer(session, Protocol.TV1), new_producer(session, Protocol.TV2)
    before = old.identity, new.identity
    for producer in (old, new):
        producer.wrote(topic, [b"a"])
        producer.finished(True)
    assert old.identity == before[0]
    assert old.sequences[topic.name, 0] == 1
    assert new.identity == Identity(before[1].producer_id, before[1].producer_epoch + 1)
    assert new.sequences == {}


@BOTH
def test_offsets_go_with_the_transaction(session, topic, protocol):
    producer = new_producer(session, protocol)
    answered = producer.commit_offsets(f"group-{uuid4()}", {(topic.name, 0): 5})
    assert answered.ok, answered.error
    assert producer.end(True).ok
    apis = [one.api for one in producer.exchanges]
    assert ("AddOffsetsToTxn" in apis) == (protocol is Protocol.TV1)


def test_a_fenced_instance_is_told_so(session, topic):
    old = new_producer(session, Protocol.TV1)
    old.wrote(topic, [b"a"])
    new = TransactionalProducer(session, old.transactional_id, Protocol.TV1)
    new.init()
    assert new.identity.producer_epoch > old.identity.producer_epoch
    answered = old.write(topic, [b"b"], 1)
    assert isinstance(answered, Answered)
    assert answered.error_code in (ErrorCode.PRODUCER_FENCED, ErrorCode.INVALID_PRODUCER_EPOCH)
    with pytest.raises(NotObservable) as refused:
        old.wrote(topic, [b"b"], 1)
    assert refused.value.reason is Reason.REFUSED
    with pytest.raises(NotObservable):
        old.finished(True)


def test_resuming_names_the_own_identity(session, topic):
    producer = new_producer(session, Protocol.TV1)
    before = producer.identity
    producer.init(resume=True)
    assert producer.identity == Identity(before.producer_id, before.producer_epoch + 1)
    producer.wrote(topic, [b"a"])
    assert producer.end(True).ok


def test_concurrent_transactions_is_asked_again_and_noted(honest, topic):
    answers = iter([ErrorCode.CONCURRENT_TRANSACTIONS, ErrorCode.COORDINATOR_LOAD_IN_PROGRESS])

    def busy(passing):
        if isinstance(passing.request, m.EndTxnRequest) and (code := next(answers, None)):
            return m.EndTxnResponse(error_code=code)
        return None

    with FaultyBroker(honest, on_request=busy) as broker, subject(broker.bootstrap).session(Settings()) as session:
        producer = new_producer(session, Protocol.TV2)
        producer.wrote(topic, [b"a"])
        assert producer.end(True).ok
    assert [worst_error(one) for one in producer.waits] == [51, 14]
    assert len([one for one in producer.exchanges if one.api == "EndTxn"]) == 3


def test_a_produce_that_the_leader_could_not_verify_is_sent_again(honest, topic):
    refusals = iter([ErrorCode.NOT_ENOUGH_REPLICAS, ErrorCode.CONCURRENT_TRANSACTIONS])

    def unsure(passing):
        if isinstance(passing.response, m.ProduceResponse) and (code := next(refusals, None)):
            passing.response.responses[0].partition_responses[0].error_code = code

    with FaultyBroker(honest, on_response=unsure) as broker, subject(broker.bootstrap).session(Settings()) as session:
        producer = new_producer(session, Protocol.TV2)
        produced = producer.write(topic, [b"a"])
        assert isinstance(produced, Produced)
        assert produced.ok
        assert len(producer.waits) == 2
        assert producer.sequences[topic.name, 0] == 1


RANGES = {0: (3, 13), 24: (0, 5), 26: (0, 5), 28: (0, 5)}


@pytest.mark.parametrize(
    ("ranges", "level", "expected"),
    [
        (RANGES, 2, [Protocol.TV2, Protocol.TV1]),
        (RANGES, 1, [Protocol.TV1]),  # served, but the feature is not finalized
        ({**RANGES, 26: (0, 4)}, 2, [Protocol.TV1]),
        ({**RANGES, 24: (0, -1)}, 2, [Protocol.TV2]),
        ({0: (3, 13)}, 2, []),
    ],
)
def test_the_protocols_are_those_that_a_client_would_choose_from(ranges, level, expected):
    assert protocols(Versions(ranges, {FEATURE: level})) == expected


def test_a_new_identity_begins_at_sequence_0():
    producer = TransactionalProducer(None, "id", Protocol.TV2)  # type: ignore[arg-type] # sends nothing
    producer.become(Identity(7, 0))
    producer.sequences["t", 0] = 5
    producer.become(Identity(7, 0))
    assert producer.sequences == {("t", 0): 5}
    producer.become(Identity(7, 1))
    assert producer.sequences == {}
    assert str(producer.identity) == "producer 7 epoch 1"
