"""Every answer that Apache Kafka 4.3.1 gave to the stories of `scenarios.py`, our broker gives too.

The words of error messages are our own, and where Kafka promises no order, order does not count.
"""

import json

import pytest

from nilometer.targets.kafka import KafkaTarget
from nilometer_reference.broker.config import BrokerConfig

from .scenarios import KAFKA_ANSWERS, SMALL, play
from .sides import HarnessSide, SocketSide
from .story import SMALL_GROUP_STORIES, STORIES

RECORDED: dict[str, list[str]] = json.loads(KAFKA_ANSWERS.read_text("utf-8"))
DIFFERS = {
    # A share coordinator is never found here; Kafka refuses these keys without words.
    "coordinator-is-found-in-every-version": ("error_code=42, error_message=<words>", "error_code=42"),
}


def comparable(name: str, lines: list[str]) -> list[str]:
    ours, kafkas = DIFFERS.get(name, ("", ""))
    return [line.replace(ours, kafkas) if ours else line for line in lines]


@pytest.mark.parametrize("name", STORIES)
def test_our_broker_answers_as_kafka_did(name: str) -> None:
    config = BrokerConfig(group_max_size=2) if name in SMALL_GROUP_STORIES else None
    assert comparable(name, play(HarnessSide(config), name)) == comparable(name, RECORDED[name])


@pytest.mark.parametrize("name", [name for name in STORIES if name not in SMALL_GROUP_STORIES])
def test_kafka_still_answers_so(name: str, apache_kafka: str) -> None:
    assert play_at(apache_kafka, name) == RECORDED[name]


@pytest.mark.usefixtures("apache_kafka")  # which skips where there is no Apache Kafka
def test_kafka_with_small_groups_still_answers_so() -> None:
    with KafkaTarget(properties=SMALL) as target:
        for name in sorted(SMALL_GROUP_STORIES):
            assert play_at(target.endpoint.text, name) == RECORDED[name]


def play_at(address: str, name: str) -> list[str]:
    host, _, port = address.rpartition(":")
    side = SocketSide(host, int(port))
    try:
        return play(side, name)
    finally:
        side.close()
