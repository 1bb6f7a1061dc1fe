import pytest

from nilometer.clients.batches import data_batch
from nilometer.clients.held import HeldRequest
from nilometer.clients.session import LATEST
from nilometer.settings import Settings
from tests.conformance.requirements.judging import subject


@pytest.fixture
def session(honest):
    with subject(honest).session(Settings()) as actor:
        yield actor


def held_produce(session, topic):
    request, version = session.produce_request(topic, data_batch("held"))
    return HeldRequest(session, request, version, session.leader(topic))


def test_a_held_request_does_nothing_until_it_is_released(session, name):
    topic = session.create_topic(name("held"))
    with held_produce(session, topic) as held:
        assert session.produce(topic, data_batch("first")).base_offset == 0
        assert held.exchange.response is None
        exchange = held.release()
        assert session.produced(exchange).base_offset == 1
        assert exchange is held.exchange
        assert exchange in session.journal.exchanges


def test_a_held_request_that_is_dropped_has_no_effect(session, name):
    topic = session.create_topic(name("held"))
    with held_produce(session, topic):
        pass
    session.produce(topic, data_batch("after"))
    assert session.list_offsets(topic, LATEST).offset == 1
