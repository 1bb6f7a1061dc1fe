"""The requests that every check needs, against an honest broker and against scripted ones."""

import pytest

from nilometer.clients.batches import data_batch
from nilometer.clients.cluster import Versions
from nilometer.clients.exchange import Journal
from nilometer.clients.observations import Topic
from nilometer.clients.raw import NoAnswer
from nilometer.clients.session import EARLIEST, GROUP, LATEST, MAX_TIMESTAMP, READ_COMMITTED, TRANSACTION, Session
from nilometer.settings import Settings
from nilometer.verdict import NotObservable, Reason
from nilometer_reference.wire import messages as m
from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.messages.create_topics import CreatableTopicResult
from nilometer_reference.wire.messages.find_coordinator import Coordinator
from nilometer_reference.wire.messages.metadata import MetadataResponsePartition, MetadataResponseTopic
from tests.conformance.requirements.judging import subject
from tests.conformance.scripted import ScriptedBroker


@pytest.fixture
def session(honest):
    with subject(honest).session(Settings()) as actor:
        yield actor


@pytest.fixture
def topic(session, name):
    return session.create_topic(name("session"), partitions=2)


def scripted(broker: ScriptedBroker, **ranges) -> Session:
    keys = {getattr(m, f"{name}Request").API_KEY: one for name, one in ranges.items()}
    session = Session([broker.address], Journal(), Versions({18: (0, 4), 3: (0, 13), **keys}), timeout_s=1)
    session.patience_s = 0.3
    return session


def test_a_new_topic_is_ready_to_be_written(session, topic):
    assert topic.partition_count == 2
    assert session.leader(topic) == session.leader(topic, 1)
    for partition in (0, 1):
        assert session.produce(topic, data_batch("a"), partition=partition).base_offset == 0


def test_what_was_produced_is_fetched_and_scanned(session, topic):
    assert session.produce(topic, data_batch("a", 3)).base_offset == 0
    assert session.produce(topic, [data_batch("b", 2)]).base_offset == 3
    assert [one.value for one in session.fetch(topic, 4).records] == [b"b.1"]
    scan = session.scan(topic)
    assert scan.complete
    assert [one.value for one in scan.records] == [b"a.0", b"a.1", b"a.2", b"b.0", b"b.1"]
    assert session.scan(topic, isolation_level=READ_COMMITTED).complete


def test_a_scan_in_small_fetches_reads_the_same(session, topic):
    for tag in "abc":
        session.produce(topic, data_batch(tag, 2))
    scan = session.scan(topic, max_bytes=100)
    assert len(scan.fetches) >= 3
    assert [one.offset for one in scan.records] == list(range(6))


def test_offsets_are_listed(session, topic):
    session.produce(topic, data_batch("a", 3))
    assert session.list_offsets(topic, EARLIEST).offset == 0
    assert session.list_offsets(topic, LATEST).offset == 3
    assert session.list_offsets(topic, LATEST, isolation_level=READ_COMMITTED).offset == 3
    if session.versions.serves("ListOffsets", 7):
        assert session.list_offsets(topic, MAX_TIMESTAMP).ok


def test_a_refused_produce_is_returned_not_raised(session, topic):
    produced = session.produce(topic, data_batch("a"), acks=7)
    assert not produced.ok


def test_a_producer_has_an_id_and_a_transactional_one_a_coordinator(session, name):
    first, second = session.init_producer_id(), session.init_producer_id()
    assert first[0] != second[0]
    transactional_id = name("session")
    assert session.init_producer_id(transactional_id)[0] >= 0
    assert session.coordinator(TRANSACTION, transactional_id) in session.brokers
    assert session.coordinator(GROUP, transactional_id) in session.brokers


def test_a_topic_can_be_deleted_once(session, topic):
    assert session.delete_topic(topic.name) == 0
    assert session.delete_topic(f"missing-{topic.name}") == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION


def test_a_topic_that_is_refused_is_not_observable():
    def refuse(_header, request):
        if isinstance(request, m.CreateTopicsRequest):
            result = CreatableTopicResult("t", error_code=ErrorCode.POLICY_VIOLATION, error_message="not here")
            return m.CreateTopicsResponse(topics=[result])
        return None

    with (
        ScriptedBroker(refuse) as broker,
        scripted(broker, CreateTopics=(2, 7)) as session,
        pytest.raises(NotObservable) as refused,
    ):
        session.create_topic("t", configs={"a": "b"})
    assert refused.value.reason is Reason.REFUSED
    assert "POLICY_VIOLATION (44) not here" in refused.value.detail


def test_without_create_topics_a_topic_is_made_by_asking_and_settings_are_not_observable():
    def answer(_header, request):
        if isinstance(request, m.MetadataRequest) and request.topics:
            response = broker.usual(request)
            part = MetadataResponsePartition(partition_index=0, leader_id=1)
            response.topics = [MetadataResponseTopic(name=request.topics[0].name, partitions=[part])]
            return response
        if isinstance(request, m.ListOffsetsRequest):
            part = m.list_offsets.ListOffsetsPartitionResponse(0, offset=0)
            return m.ListOffsetsResponse(topics=[m.list_offsets.ListOffsetsTopicResponse("t", [part])])
        return None

    with ScriptedBroker(answer) as broker, scripted(broker, ListOffsets=(1, 7)) as session:
        assert session.create_topic("t") == Topic("t")
        assert any(getattr(request, "allow_auto_topic_creation", False) for _, request in broker.requests)
        with pytest.raises(NotObservable) as missing:
            session.create_topic("t", configs={"a": "b"})
    assert missing.value.reason is Reason.API_NOT_SERVED


def find_coordinator(codes):
    """Answers with each code in turn, then with node 1."""
    left = list(codes)

    def answer(_header, request):
        if isinstance(request, m.FindCoordinatorRequest):
            code = left.pop(0) if left else 0
            one = Coordinator(request.coordinator_keys[0], 1, *broker.address, error_code=code)
            return m.FindCoordinatorResponse(coordinators=[one])
        return None

    broker = ScriptedBroker(answer)
    return broker


def test_a_coordinator_that_loads_is_waited_for():
    loading = [ErrorCode.COORDINATOR_LOAD_IN_PROGRESS, ErrorCode.COORDINATOR_NOT_AVAILABLE]
    with find_coordinator(loading) as broker, scripted(broker, FindCoordinator=(0, 4)) as session:
        session.patience_s = 5
        assert session.coordinator(GROUP, "g") == 1
        assert len(broker.requests) == 3


@pytest.mark.parametrize(
    ("codes", "reason"),
    [([ErrorCode.GROUP_AUTHORIZATION_FAILED], Reason.REFUSED), ([15] * 1000, Reason.NO_ANSWER)],
)
def test_a_coordinator_that_is_refused_or_never_there_is_not_observable(codes, reason):
    with (
        find_coordinator(codes) as broker,
        scripted(broker, FindCoordinator=(0, 4)) as session,
        pytest.raises(NotObservable) as missing,
    ):
        session.coordinator(GROUP, "g")
    assert missing.value.reason is reason


def test_an_answer_for_another_number_of_partitions_is_no_answer():
    with (
        ScriptedBroker(
            lambda _header, request: m.ListOffsetsResponse() if isinstance(request, m.ListOffsetsRequest) else None
        ) as broker,
        scripted(broker, ListOffsets=(1, 7)) as session,
    ):
        session._leaders["t", 0] = 1
        with pytest.raises(NoAnswer, match="answered for 0"):
            session.list_offsets(Topic("t"), LATEST)


def test_patience_ends_and_a_stopped_actor_stops_waiting():
    with ScriptedBroker() as broker, scripted(broker) as session:
        with pytest.raises(NotObservable, match="waited in vain until the moon is full"):
            session.until(lambda: None, "the moon is full", within_s=0.05)
        looks = []

        def stop():
            raise NotObservable(Reason.INTERRUPTED, "stop")

        session.before_call = stop
        with pytest.raises(NotObservable, match="stop"):
            session.until(lambda: looks.append(1), "never", within_s=60)
        assert len(looks) == 1
