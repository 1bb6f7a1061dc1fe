"""The reference and Apache Kafka are told the same story of an administrator, byte for byte, and answer alike."""

from __future__ import annotations

import time
from typing import Any

from nilometer.clients.exchange import Journal
from nilometer.clients.raw import Connection
from nilometer_reference.wire.codec import Message
from tests.reference.apis.admin_script import PREFIX, run
from tests.reference.harness import Harness

CONVERGES_WITHIN_S = 5.0


def test_the_story_is_told_to_the_end_and_cleans_up_after_itself() -> None:
    harness = Harness()
    client = harness.client()
    answers = run(client.ask)
    assert len(answers) > 200
    assert [topic.name for topic in harness.broker.topics.all() if topic.name.startswith(PREFIX)] == []
    assert harness.broker.topics.broker_configs.default_dynamic == {}
    assert harness.broker.topics.broker_configs.own_dynamic == {}


def test_apache_kafka_answers_as_the_reference_does(apache_kafka: str) -> None:
    host, port = apache_kafka.rsplit(":", 1)
    connection = Connection(host, int(port), Journal(), timeout_s=30.0)
    deadline_s = 0.0

    def ask(request: Message, version: int) -> Any:
        exchange = connection.call(request, version)
        assert not exchange.fault, exchange.fault
        return exchange.response

    def again(times: int) -> bool:
        nonlocal deadline_s
        now_s = time.monotonic()
        if times == 0:
            deadline_s = now_s + CONVERGES_WITHIN_S
        time.sleep(0.02)  # nothing tells us when a broker has caught up with its controller
        return now_s < deadline_s

    ours = run(Harness().client().ask)
    theirs = run(ask, ours, again)
    connection.close()
    differences = [(our, their[2]) for our, their in zip(ours, theirs, strict=True) if our[2] != their[2]]
    assert differences == [], "\n".join(
        f"v{version} {request}\n  ours   {our}\n  Kafka  {their}" for (version, request, our), their in differences
    )
