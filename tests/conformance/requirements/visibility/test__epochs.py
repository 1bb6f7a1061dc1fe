from nilometer.clients.exchange import Exchange
from nilometer.clients.observations import ListedOffset
from nilometer.requirements.visibility._epochs import UNKNOWN, fetched_ends, leader_epoch, listed_ends
from nilometer.settings import Settings
from nilometer_reference.wire.messages import ListOffsetsRequest, MetadataResponse
from tests.conformance.requirements.faulty import FaultyBroker
from tests.conformance.requirements.judging import subject


def answer(offset, leader_epoch, error_code=0):
    exchange = Exchange(1, "host:1", 4, 1, ListOffsetsRequest(), 10, 20)
    return ListedOffset(exchange, error_code, -1, offset, leader_epoch)


def test_answers_carry_their_own_epoch_or_the_one_that_is_known():
    ends = listed_ends([answer(5, 2), answer(6, -1), answer(7, 2, error_code=78)], "end", during=1)
    assert [(one.value, one.leader_epoch, one.asked_at_ns, one.answered_at_ns) for one in ends] == [
        (5, 2, 10, 20),
        (6, 1, 10, 20),
    ]


def test_answers_without_a_known_epoch_are_left_out():
    assert listed_ends([answer(6, -1)], "end", during=UNKNOWN) == []
    assert fetched_ends([], "high_watermark", "end", during=UNKNOWN) == []


def test_metadata_tells_the_epoch_and_one_broker_alone_has_none_to_lose(honest):
    epochs = [7, -1]

    def rewritten(passing):
        if isinstance(passing.response, MetadataResponse):
            for topic in passing.response.topics:
                for part in topic.partitions:
                    part.leader_epoch = epochs[0]

    with FaultyBroker(honest, on_response=rewritten) as broker:
        actor = subject(broker.bootstrap).session(Settings())
        topic = actor.create_topic(f"epochs-{broker.address[1]}")
        assert leader_epoch(actor, topic) == 7
        epochs.pop(0)
        assert leader_epoch(actor, topic) == 0
        actor.close()
