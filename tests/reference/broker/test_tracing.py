"""What a broker tells of its steps: each at the moment at which it is true, in order, and nothing without a tracer."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import pytest

from nilometer_reference.broker.broker import Broker
from nilometer_reference.broker.tracing import EventLog
from nilometer_reference.wire.messages.heartbeat import HeartbeatRequest
from nilometer_reference.wire.messages.join_group import JoinGroupRequest, JoinGroupRequestProtocol
from tests.reference.harness import Client, Harness
from tests.reference.requests import batch, make_topic, produce


class Told:
    """A tracer that keeps what it is told."""

    def __init__(self) -> None:
        self.events: list[tuple[str, dict[str, Any], dict[str, Any]]] = []

    def event(self, name: str, args: dict[str, Any], observed: dict[str, Any]) -> None:
        self.events.append((name, args, observed))

    def about(self, topic: str = "t") -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
        """Events of one topic, or of a transactional id."""
        return [event for event in self.events if topic in event[1].values()]


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def cluster(told: Told) -> Harness:
    return Harness(make_broker=partial(Broker, tracer=told))


@pytest.fixture
def client(cluster: Harness) -> Client:
    make_topic(cluster)
    return cluster.client()


PLACE = {"topic": "t", "partition": 0}


def test_an_append_is_told_with_its_producer_its_offset_and_the_ends_of_the_log(client: Client, told: Told) -> None:
    produce(client, batch(2, producer_id=7, producer_epoch=1, base_sequence=0))
    producer = {"producer_id": 7, "producer_epoch": 1, "first_sequence": 0, "last_sequence": 1}
    assert told.about()[-1] == (
        "Append",
        PLACE | {"records": 2, "transactional": False} | producer,
        {"base_offset": 0, "is_duplicate": False, "log_end_offset": 2, "last_stable_offset": 2},
    )


def test_a_retry_is_told_with_the_offset_of_its_original(client: Client, told: Told) -> None:
    for sequence in (0, 2, 0):
        produce(client, batch(2, producer_id=7, producer_epoch=1, base_sequence=sequence))
    _, _, observed = told.about()[-1]
    assert (observed["is_duplicate"], observed["base_offset"], observed["log_end_offset"]) == (True, 0, 4)


def test_a_refusal_is_told_with_its_error_and_says_what_it_can_of_the_batch(client: Client, told: Told) -> None:
    produce(client, batch(1, producer_id=7, producer_epoch=1, base_sequence=0))
    produce(client, batch(1, producer_id=7, producer_epoch=1, base_sequence=5))
    name, args, observed = told.about()[-1]
    assert (name, args["first_sequence"]) == ("Refuse", 5)
    assert observed == {"error": "OUT_OF_ORDER_SEQUENCE_NUMBER", "log_end_offset": 1, "last_stable_offset": 1}


def test_a_transaction_is_told_state_by_state_with_its_markers_in_between(cluster: Harness, told: Told) -> None:
    make_topic(cluster)
    client, transactions = cluster.client(), cluster.broker.transactions
    at: dict[str, int] = {"now_ms": cluster.now_ms}
    identity = transactions.init_producer_id("x", 60_000, producer_id=-1, producer_epoch=-1, **at)
    records = batch(1, producer_id=identity[0], producer_epoch=identity[1], base_sequence=0, transactional=True)
    produce(client, records, version=12, transactional_id="x")
    transactions.end_transaction("x", *identity, commit=True, client_transaction_version=2, **at)
    told_of = [
        (name, observed.get("state"), observed.get("last_stable_offset"))
        for name, args, observed in told.events
        if "x" in args.values() or "t" in args.values()
    ]
    assert told_of == [
        ("Opened", None, 0),
        ("Transaction", "Empty", None),
        ("Transaction", "Ongoing", None),
        ("Append", None, 0),
        ("Transaction", "PrepareCommit", None),
        ("Marker", None, 2),
        ("Transaction", "CompleteCommit", None),
    ]
    assert told.about("x")[1][2]["partitions"] == ["t-0"]


def test_a_marker_says_whose_transaction_it_ends_and_how(cluster: Harness, told: Told) -> None:
    make_topic(cluster)
    cluster.broker.partition("t", 0).write_marker(
        producer_id=9, producer_epoch=3, coordinator_epoch=2, commit=False, transaction_version=2, now_ms=cluster.now_ms
    )
    name, args, observed = told.about()[-1]
    assert name == "Marker"
    assert args == PLACE | {"producer_id": 9, "producer_epoch": 3, "coordinator_epoch": 2, "commit": False}
    assert observed == {"log_end_offset": 1, "last_stable_offset": 1}


def test_a_start_tells_of_every_partition_as_it_is_found(cluster: Harness, client: Client, told: Told) -> None:
    produce(client, batch(3))
    cluster.kill()
    told.events.clear()
    cluster.restart()
    assert told.about()[0] == ("Opened", PLACE, {"log_end_offset": 3, "last_stable_offset": 3})


def test_what_the_broker_itself_writes_is_not_told(client: Client, told: Told) -> None:
    assert {args["topic"] for name, args, _ in told.events if name == "Append"} == set()
    produce(client, batch(1))
    assert {args["topic"] for name, args, _ in told.events if name == "Append"} == {"t"}


def test_the_event_log_counts_and_writes_lines() -> None:
    lines: list[str] = []
    log = EventLog("broker-1", lines.append)
    log.event("Append", {"topic": "t"}, {"log_end_offset": 1})
    log.event("Marker", {}, {})
    assert [line[-1] for line in lines] == ["\n", "\n"]
    first, second = map(json.loads, lines)
    assert first == {
        "kind": "event", "source": "broker-1", "name": "Append",
        "data": {"clock": 1, "args": {"topic": "t"}, "observed": {"log_end_offset": 1}},
    }  # fmt: skip
    assert second["data"]["clock"] == 2


def test_a_group_is_told_when_it_has_changed_and_only_then(cluster: Harness, told: Told) -> None:
    client = cluster.client()
    request = JoinGroupRequest("g", 10_000, 20_000, "", "i", "consumer", [JoinGroupRequestProtocol("range", b"")])
    client.send(request, 9)
    cluster.advance(5_000)
    joined = client.answer()
    for _ in range(2):
        client.ask(HeartbeatRequest("g", joined.generation_id, joined.member_id, "i"), 4)
    assert [
        (args["is_loaded"], observed["state"], observed["generation"]) for _, args, observed in told.about("g")
    ] == [
        (False, "PreparingRebalance", 0),
        (False, "CompletingRebalance", 1),
    ]
    assert told.about("g")[-1][2] | {"state": ""} == {
        "state": "", "generation": 1, "leader": joined.member_id, "members": {joined.member_id: "i"},
    }  # fmt: skip
