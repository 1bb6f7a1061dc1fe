"""Fetch sessions (KIP-227): what is told once, again, and never."""

from typing import Any

import pytest

from nilometer_reference.broker.config import BrokerConfig
from nilometer_reference.wire.chunks import RecordChunks
from nilometer_reference.wire.messages.fetch import (
    FetchPartition,
    FetchRequest,
    FetchResponse,
    FetchTopic,
    ForgottenTopic,
    PartitionData,
)
from tests.reference.harness import Client, Harness
from tests.reference.requests import batch, fetch_request, make_topic, produce


@pytest.fixture
def harness() -> Harness:
    return Harness()


@pytest.fixture
def topic_id(harness: Harness) -> bytes:
    return make_topic(harness, "t")


@pytest.fixture
def client(harness: Harness, topic_id: bytes) -> Client:  # noqa: ARG001  # the topic is there
    return harness.client()


def _size(data: PartitionData) -> int:
    assert data.records is not None
    return data.records.size if isinstance(data.records, RecordChunks) else len(data.records)


class Session:
    """A consumer that fetches incrementally, of topics by id."""

    def __init__(self, harness: Harness, version: int = 13) -> None:
        self.harness = harness
        self.client = harness.client()
        self.version = version
        self.session_id = 0
        self.epoch = 0

    def fetch(
        self, *positions: tuple[str | bytes, int, int], forget: tuple[str | bytes, int] | None = None, **fields: Any
    ) -> FetchResponse:
        forgotten = []
        if forget is not None:
            topic, index = forget
            name = {"topic": topic} if isinstance(topic, str) else {"topic_id": topic}
            forgotten = [ForgottenTopic(**name, partitions=[index])]
        request = fetch_request(
            *positions,
            session_id=fields.pop("session_id", self.session_id),
            session_epoch=fields.pop("session_epoch", self.epoch),
            forgotten_topics_data=forgotten,
            **fields,
        )
        response: FetchResponse = self.client.ask(request, self.version)
        if response.error_code == 0:
            self.session_id = response.session_id
            self.epoch += 1
        return response


def _told(response: FetchResponse) -> list[tuple[int, int]]:
    """(partition, error) of all that an answer names."""
    return [(data.partition_index, data.error_code) for topic in response.responses for data in topic.partitions]


@pytest.mark.parametrize("version", range(7, 19))
def test_a_session_is_opened_and_then_only_what_changed_is_told(harness: Harness, version: int) -> None:
    topic_id = make_topic(harness, "m", 2)
    name = topic_id if version >= 13 else "m"
    session = Session(harness, version)
    first = session.fetch((name, 0, 0), (name, 1, 0))
    assert session.session_id > 0
    assert _told(first) == [(0, 0), (1, 0)]
    assert _told(session.fetch()) == []
    produce(harness.client(), batch(), topic="m", index=1)
    assert _told(session.fetch()) == [(1, 0)]
    assert _told(session.fetch((name, 1, 1))) == []
    harness.broker.partition("m", 1).delete_records(1)
    assert _told(session.fetch()) == [(1, 0)]
    assert _told(session.fetch()) == []


@pytest.mark.parametrize("version", [4, 6])
def test_before_version_7_there_are_no_sessions(client: Client, harness: Harness, version: int) -> None:
    assert client.ask(fetch_request(("t", 0, 0)), version).session_id == 0
    assert len(harness.broker.fetch_sessions) == 0


def test_a_full_fetch_without_session_opens_none(client: Client, harness: Harness) -> None:
    assert client.ask(fetch_request(("t", 0, 0), session_epoch=-1), 12).session_id == 0
    assert len(harness.broker.fetch_sessions) == 0


@pytest.mark.parametrize(("field", "code"), [({"session_epoch": 3}, 71), ({"session_id": 1}, 70)])
def test_a_wrong_epoch_and_an_unknown_session_are_refused_as_a_whole(
    harness: Harness, topic_id: bytes, field: dict[str, Any], code: int
) -> None:
    session = Session(harness)
    session.fetch((topic_id, 0, 0))
    response = session.fetch(max_wait_ms=60_000, **field)
    assert (response.error_code, response.session_id, response.responses) == (code, 0, [])
    assert session.fetch().error_code == 0  # the session goes on


def test_a_request_that_is_sent_twice_is_refused(harness: Harness, topic_id: bytes) -> None:
    session = Session(harness)
    session.fetch((topic_id, 0, 0))
    session.fetch()
    assert session.fetch(session_epoch=session.epoch - 1).error_code == 71


def test_a_session_has_either_names_or_ids(harness: Harness, topic_id: bytes) -> None:
    session = Session(harness, 12)
    session.fetch(("t", 0, 0))
    session.version = 13
    assert session.fetch().error_code == 106
    session = Session(harness, 13)
    session.fetch((topic_id, 0, 0))
    session.version = 12
    assert session.fetch().error_code == 106


def test_a_forgotten_partition_is_told_no_more(harness: Harness) -> None:
    topic_id = make_topic(harness, "m", 2)
    session = Session(harness)
    session.fetch((topic_id, 0, 0), (topic_id, 1, 0))
    session.fetch(forget=(topic_id, 0))
    for index in (0, 1):
        produce(harness.client(), batch(), topic="m", index=index)
    assert _told(session.fetch()) == [(1, 0)]


def test_epoch_minus_1_closes_the_session(harness: Harness, topic_id: bytes) -> None:
    session = Session(harness)
    session.fetch((topic_id, 0, 0))
    session_id = session.session_id
    assert session.fetch(session_epoch=-1).session_id == 0
    assert session.fetch(session_id=session_id, session_epoch=2).error_code == 70


def test_a_partition_with_an_error_is_told_every_time_and_once_more_when_it_is_mended(harness: Harness) -> None:
    session = Session(harness, 12)
    assert _told(session.fetch(("late", 0, 0))) == [(0, 3)]
    assert _told(session.fetch()) == [(0, 3)]
    make_topic(harness, "late")
    assert _told(session.fetch()) == [(0, 0)]
    assert _told(session.fetch()) == []


def test_a_topic_id_that_becomes_known_is_found_in_the_session(harness: Harness) -> None:
    new = harness.broker.topics.plan("late", {})
    session = Session(harness)
    assert _told(session.fetch((new.topic_id, 0, 0))) == [(0, 100)]
    harness.broker.topics.add(new, 1, harness.now_ms)
    assert _told(session.fetch()) == [(0, 0)]


def test_a_topic_that_was_recreated_is_at_odds_with_the_session(harness: Harness, topic_id: bytes) -> None:
    session = Session(harness)
    session.fetch((topic_id, 0, 0))
    harness.broker.topics.delete("t", harness.now_ms)
    assert _told(session.fetch()) == [(0, 3)]
    make_topic(harness, "t")
    assert _told(session.fetch()) == [(0, 103)]


def test_the_cache_of_sessions_is_bounded_and_who_gets_no_place_fetches_in_full() -> None:
    harness = Harness(BrokerConfig(max_incremental_fetch_session_cache_slots=2))
    topic_id = make_topic(harness, "t")
    sessions = [Session(harness) for _ in range(3)]
    opened = [session.fetch((topic_id, 0, 0)).session_id for session in sessions]
    assert opened[0] > 0
    assert opened[1] > 0
    assert opened[2] == 0
    harness.advance(120_001)
    sessions[1].fetch()
    assert Session(harness).fetch((topic_id, 0, 0)).session_id > 0
    assert sessions[0].fetch().error_code == 70


def test_a_long_poll_within_a_session_tells_what_changed(harness: Harness) -> None:
    topic_id = make_topic(harness, "m", 2)
    session = Session(harness)
    session.fetch((topic_id, 0, 0), (topic_id, 1, 0))
    request = fetch_request(session_id=session.session_id, session_epoch=1, max_wait_ms=500)
    session.client.send(request, 13)
    assert not session.client.has_answer
    produce(harness.client(), batch(), topic="m", index=1)
    assert _told(session.client.answer()) == [(1, 0)]


def test_a_session_used_by_another_connection_meanwhile_is_told_so(harness: Harness, topic_id: bytes) -> None:
    session = Session(harness)
    session.fetch((topic_id, 0, 0))
    session.client.send(fetch_request(session_id=session.session_id, session_epoch=1, max_wait_ms=500), 13)
    thief = harness.client()
    assert thief.ask(fetch_request(session_id=session.session_id, session_epoch=2), 13).error_code == 0
    harness.advance(500)
    assert session.client.answer().error_code == 71


def test_a_partition_that_gave_records_goes_to_the_end(harness: Harness) -> None:
    topic_id = make_topic(harness, "m", 2)
    session = Session(harness)
    session.fetch((topic_id, 0, 0), (topic_id, 1, 0))
    for index in (0, 1):
        for _ in range(2):
            produce(harness.client(), batch(), topic="m", index=index)
    assert _told(session.fetch(max_bytes=1))[0] == (0, 0)
    records = {
        data.partition_index: _size(data) for topic in session.fetch(max_bytes=1).responses for data in topic.partitions
    }
    assert records.get(1)  # its turn, though partition 0 still has records
    assert not records.get(0)


def test_of_a_partition_that_is_named_twice_the_last_counts(client: Client) -> None:
    produce(client, batch(3))
    request = FetchRequest(
        min_bytes=1,
        topics=[
            FetchTopic("t", partitions=[FetchPartition(0, fetch_offset=o, partition_max_bytes=99) for o in (9, 1)])
        ],
    )
    assert _told(client.ask(request, 12)) == [(0, 0)]
