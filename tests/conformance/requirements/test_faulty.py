"""The proxy itself: what it leaves alone arrives as it was, what it changes arrives changed."""

import pytest

from nilometer.clients.batches import data_batch
from nilometer.clients.raw import AnswerTimedOut, ConnectionClosed
from nilometer.settings import Settings
from nilometer.verdict import NotObservable
from nilometer_reference.wire.messages import (
    FetchRequest,
    FetchResponse,
    MetadataRequest,
    ProduceRequest,
    ProduceResponse,
)
from nilometer_reference.wire.messages.produce import PartitionProduceResponse, TopicProduceResponse
from tests.conformance.requirements.faulty import FaultyBroker, HangUp, Silence, partitions
from tests.conformance.requirements.judging import subject


def session(broker: FaultyBroker, **settings):
    return subject(broker.bootstrap).session(Settings(**settings))


def test_what_no_function_changes_passes_as_it_is(honest):
    with FaultyBroker(honest) as broker, session(broker) as actor:
        topic = actor.create_topic(f"faulty-{broker.address[1]}")
        assert actor.produce(topic, data_batch("a", 3)).base_offset == 0
        assert [one.value for one in actor.scan(topic).records] == [b"a.0", b"a.1", b"a.2"]
        assert actor.address(actor.leader(topic)) == broker.address
        assert not broker.fired


def test_a_response_is_changed_in_place(honest):
    def one_too_high(passing):
        for part in partitions(passing.response, FetchResponse):
            part.high_watermark += 1

    with FaultyBroker(honest, on_response=one_too_high) as broker, session(broker) as actor:
        topic = actor.create_topic(f"faulty-{broker.address[1]}")
        assert actor.fetch(topic, 0).high_watermark == 1
        assert broker.fired


def test_a_request_is_changed_in_place(honest):
    def another_offset(passing):
        for part in partitions(passing.request, FetchRequest):
            part.fetch_offset = 2

    with FaultyBroker(honest, on_request=another_offset) as broker, session(broker) as actor:
        topic = actor.create_topic(f"faulty-{broker.address[1]}")
        for tag in "abc":
            actor.produce(topic, data_batch(tag))
        assert [one.value for one in actor.fetch(topic, 0).records] == [b"c.0"]


def test_a_request_is_answered_without_the_broker(honest):
    def pretend(passing):
        if isinstance(passing.request, ProduceRequest):
            part = PartitionProduceResponse(index=0, base_offset=77)
            one = passing.request.topic_data[0]
            return ProduceResponse([TopicProduceResponse(one.name, one.topic_id, [part])])
        return None

    with FaultyBroker(honest, on_request=pretend) as broker, session(broker) as actor:
        topic = actor.create_topic(f"faulty-{broker.address[1]}")
        assert actor.produce(topic, data_batch("a")).base_offset == 77
        assert actor.scan(topic).records == []


@pytest.mark.parametrize(("error", "seen"), [(HangUp, ConnectionClosed), (Silence, AnswerTimedOut)])
@pytest.mark.parametrize("where", ["on_request", "on_response"])
def test_an_answer_that_never_comes(honest, where, error, seen):
    def refuse(passing):
        if isinstance(passing.request, ProduceRequest):
            raise error

    with FaultyBroker(honest, **{where: refuse}) as broker, session(broker, timeout_s=0.3) as actor:
        topic = actor.create_topic(f"faulty-{broker.address[1]}")
        with pytest.raises(seen):
            actor.produce(topic, data_batch("a"))


def test_requests_without_an_answer_hold_up_nothing(honest):
    with FaultyBroker(honest) as broker, session(broker) as actor:
        topic = actor.create_topic(f"faulty-{broker.address[1]}")
        for tag in "ab":
            actor.produce_unacknowledged(topic, data_batch(tag))
        assert actor.produce(topic, data_batch("c")).ok
        assert len(actor.scan(topic).records) == 3


def test_what_a_function_raises_fails_the_test(honest):
    def broken(passing):
        if isinstance(passing.response, ProduceResponse):
            raise AssertionError("a mistake in the test")

    broker = FaultyBroker(honest, on_response=broken)
    with session(broker) as actor:
        topic = actor.create_topic(f"faulty-{broker.address[1]}")
        with pytest.raises(NotObservable):
            actor.produce(topic, data_batch("a"))
    with pytest.raises(AssertionError, match="a mistake in the test"):
        broker.close()


def test_what_cannot_be_read_is_passed_on(honest):
    with FaultyBroker(honest) as broker, session(broker) as actor:
        connection = actor.open()
        connection.send_frame(b"\x00\x03\x7f\xff\x00\x00\x00\x07\xff\xff")  # Metadata v32767
        connection.receive_frame(1.0)
        assert actor.call(MetadataRequest(topics=[]), version=1).response is not None
