"""Every answer that Apache Kafka 4.3.1 gave to the stories of `stories.py`, our broker gives too, but for those that
docs/decisions/0010-fenced-producers.md names."""

import json

import pytest

from nilometer.targets.kafka import KafkaTarget
from nilometer_reference.broker.config import BrokerConfig
from tests.reference.broker.groups.sides import HarnessSide, SocketSide

from .stories import KAFKA_ANSWERS, PROPERTIES, play
from .story import STORIES

RECORDED: dict[str, list[str]] = json.loads(KAFKA_ANSWERS.read_text("utf-8"))
CONFIG = BrokerConfig(transaction_abort_timed_out_transaction_cleanup_interval_ms=500)

STILL_OPEN = "topics=[TopicData(topic='group-of-what-kafka-lets-pass.t', partitions=[0])]"
REFUSED = "a: EndTxnResponse(error_code=90)"
DIFFERS = {
    "what-kafka-lets-pass": [
        ("a: EndTxnResponse(producer_id=<producer 0>, producer_epoch=1)", REFUSED),
        ("a: EndTxnResponse(error_code=48)", REFUSED),
        (
            "a: InitProducerIdResponse(error_code=51, producer_epoch=-1)",
            "a: InitProducerIdResponse(error_code=90, producer_epoch=-1)",
        ),
        ("transaction_state='CompleteAbort'", "transaction_state='Ongoing'"),
        (
            "producer_id=<producer 0>, producer_epoch=3)",
            f"producer_id=<producer 0>, producer_epoch=2, {STILL_OPEN})",
        ),
    ]
}


def expected(name: str) -> list[str]:
    """Kafka's answers, but for what is ours; each difference has to be there."""
    lines = RECORDED[name]
    for kafkas, ours in DIFFERS.get(name, []):
        assert any(kafkas in line for line in lines)
        lines = [line.replace(kafkas, ours) for line in lines]
    return lines


@pytest.mark.parametrize("name", STORIES)
def test_our_broker_answers_as_kafka_did(name: str) -> None:
    assert play(HarnessSide(CONFIG), name) == expected(name)


@pytest.mark.usefixtures("apache_kafka")  # which skips where there is no Apache Kafka
def test_kafka_still_answers_so() -> None:
    with KafkaTarget(properties=PROPERTIES) as target:
        host, _, port = target.endpoint.text.rpartition(":")
        for name in STORIES:
            side = SocketSide(host, int(port))
            try:
                assert play(side, name) == RECORDED[name]
            finally:
                side.close()
