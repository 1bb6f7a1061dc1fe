import pytest

from nilometer.clients.batches import data_batch
from nilometer.requirements._deleting import HIGH_WATERMARK, delete_records, deleted_records
from nilometer.settings import Settings
from nilometer.verdict import NotObservable
from tests.conformance.requirements.judging import subject


@pytest.fixture
def log(honest, name):
    actor = subject(honest).session(Settings())
    topic = actor.create_topic(name("deleting"))
    actor.produce(topic, data_batch("a", 3))
    yield actor, topic
    actor.close()


def test_records_below_an_offset_go(log):
    actor, topic = log
    deleted = delete_records(actor, topic, 2)
    assert (deleted.ok, deleted.low_watermark) == (True, 2)
    assert deleted_records(actor, topic, HIGH_WATERMARK).low_watermark == 3


def test_an_error_is_an_answer_or_ends_a_preparation(log):
    actor, topic = log
    assert delete_records(actor, topic, 9).error == "OFFSET_OUT_OF_RANGE (1)"
    with pytest.raises(NotObservable, match="OFFSET_OUT_OF_RANGE"):
        deleted_records(actor, topic, 9)
