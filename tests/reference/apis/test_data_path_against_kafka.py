"""The reference and Apache Kafka are told the same story of producers and consumers, and answer alike."""

from __future__ import annotations

import time
from typing import Any

from nilometer.clients.exchange import Journal
from nilometer.clients.raw import Connection, ConnectionClosed
from nilometer_reference.wire.codec import Message
from tests.reference.apis.data_story import CLOSED, PREFIX, Told, tell
from tests.reference.harness import START_MS, Harness


def our_answers() -> tuple[list[Told], Harness]:
    harness = Harness()
    client = harness.client()

    def ask(request: Message, version: int) -> Any:
        nonlocal client
        if client.is_closed:
            client = harness.client()
        client.send(request, version)
        if not client.has_answer:
            harness.advance(20_000)
        return CLOSED if client.is_closed else client.answer()

    return list(tell(ask, START_MS, lambda: harness.advance(100))), harness


def test_the_story_is_told_to_the_end_and_cleans_up_after_itself() -> None:
    answers, harness = our_answers()
    assert len(answers) > 900
    assert len({label for label, _ in answers}) > 700
    assert [topic.name for topic in harness.broker.topics.all() if topic.name.startswith(PREFIX)] == []


def test_apache_kafka_answers_as_the_reference_does(apache_kafka: str) -> None:
    host, port = apache_kafka.rsplit(":", 1)
    connection = Connection(host, int(port), Journal(), timeout_s=30.0)

    def ask(request: Message, version: int) -> Any:
        nonlocal connection
        try:
            return connection.call(request, version).response
        except ConnectionClosed:
            connection = Connection(host, int(port), Journal(), timeout_s=30.0)
            return CLOSED

    # Nothing tells us when a broker has caught up with its controller.
    theirs = list(tell(ask, time.time_ns() // 1_000_000, lambda: time.sleep(0.02)))
    connection.close()
    ours, _ = our_answers()
    assert [label for label, _ in ours] == [label for label, _ in theirs]
    different = [(label, our, their) for (label, our), (_, their) in zip(ours, theirs, strict=True) if our != their]
    assert different == [], "\n".join(f"{label}\n  ours   {our}\n  Kafka  {their}" for label, our, their in different)
