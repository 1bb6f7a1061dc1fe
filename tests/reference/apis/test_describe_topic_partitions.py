from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nilometer_reference.broker.topic_names import CONSUMER_OFFSETS
from nilometer_reference.wire.messages.describe_topic_partitions import (
    DescribeTopicPartitionsRequest,
    DescribeTopicPartitionsResponse,
    RequestCursor,
    TopicRequest,
)
from nilometer_reference.wire.uuids import ZERO_UUID
from tests.reference.harness import Client, Harness
from tests.reference.requests import make_topic

Cursor = tuple[str, int]
Page = tuple[list[tuple[str | None, int, list[int]]], Cursor | None]


@pytest.fixture
def harness() -> Harness:
    harness = Harness()
    for name, partitions in (("b", 3), ("a", 2), ("d", 1)):
        make_topic(harness, name, partitions)
    return harness


@pytest.fixture
def client(harness: Harness) -> Client:
    return harness.client()


def ask(
    client: Client, *names: str, limit: int = 2000, cursor: Cursor | None = None
) -> DescribeTopicPartitionsResponse:
    request = DescribeTopicPartitionsRequest(
        [TopicRequest(name) for name in names], limit, None if cursor is None else RequestCursor(*cursor)
    )
    response: DescribeTopicPartitionsResponse = client.ask(request, 0)
    return response


def page(client: Client, *names: str, limit: int = 2000, cursor: Cursor | None = None) -> Page:
    response = ask(client, *names, limit=limit, cursor=cursor)
    topics = [(t.name, t.error_code, [p.partition_index for p in t.partitions]) for t in response.topics]
    following = response.next_cursor
    return topics, None if following is None else (following.topic_name, following.partition_index)


def test_a_topic_is_described_whole(harness: Harness, client: Client) -> None:
    topic_id = make_topic(harness, "t")
    (topic,) = ask(client, "t").topics
    assert (topic.error_code, topic.name, topic.topic_id, topic.is_internal) == (0, "t", topic_id, False)
    assert topic.topic_authorized_operations == 3576  # always, in Kafka too
    (partition,) = topic.partitions
    assert (partition.error_code, partition.leader_id, partition.leader_epoch) == (0, 1, 0)
    assert (partition.replica_nodes, partition.isr_nodes, partition.offline_replicas) == ([1], [1], [])
    assert (partition.eligible_leader_replicas, partition.last_known_elr) == ([], [])


def test_an_empty_list_asks_for_all_topics_by_name(client: Client) -> None:
    assert page(client) == ([("a", 0, [0, 1]), ("b", 0, [0, 1, 2]), ("d", 0, [0])], None)


def test_topics_come_by_name_and_once(client: Client) -> None:
    assert page(client, "d", "a", "d") == ([("a", 0, [0, 1]), ("d", 0, [0])], None)


def test_what_does_not_exist_is_told_in_its_place_and_takes_no_room(client: Client) -> None:
    topics = [("a b", 17, []), ("b", 0, [0, 1, 2]), ("c", 3, [])]
    assert page(client, "c", "b", "a b", limit=4) == (topics, None)


def test_internal_topics_are_marked_even_before_they_exist(harness: Harness, client: Client) -> None:
    (unknown,) = ask(client, CONSUMER_OFFSETS).topics
    assert (unknown.error_code, unknown.is_internal, unknown.topic_id) == (3, True, ZERO_UUID)
    harness.broker.topics.ensure_internal(CONSUMER_OFFSETS, harness.now_ms)
    (known,) = ask(client, CONSUMER_OFFSETS).topics
    assert (known.error_code, known.is_internal) == (0, True)


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        (1, ([("a", 0, [0])], ("a", 1))),
        (2, ([("a", 0, [0, 1])], ("b", 0))),
        (3, ([("a", 0, [0, 1]), ("b", 0, [0])], ("b", 1))),
        (5, ([("a", 0, [0, 1]), ("b", 0, [0, 1, 2])], ("d", 0))),
        (6, ([("a", 0, [0, 1]), ("b", 0, [0, 1, 2]), ("d", 0, [0])], None)),
        (0, ([("a", 0, [0])], ("a", 1))),
        (-5, ([("a", 0, [0])], ("a", 1))),
    ],
)
def test_the_limit_ends_a_page_and_the_cursor_says_where_to_go_on(client: Client, limit: int, expected: Page) -> None:
    assert page(client, limit=limit) == expected


def test_no_page_has_more_than_two_thousand_partitions(harness: Harness, client: Client) -> None:
    make_topic(harness, "z", 2005)
    assert page(client, "z", limit=9999)[1] == ("z", 2000)


def test_a_topic_that_does_not_exist_may_be_where_to_go_on(client: Client) -> None:
    assert page(client, "a", "c", limit=2) == ([("a", 0, [0, 1])], ("c", 0))


@pytest.mark.parametrize(
    ("cursor", "expected"),
    [
        (("b", 1), [("b", 0, [1, 2]), ("d", 0, [0])]),
        (("b", 3), [("b", 0, []), ("d", 0, [0])]),
        (("bb", 7), [("d", 0, [0])]),
        (("z", 0), []),
        (("", 0), [("a", 0, [0, 1]), ("b", 0, [0, 1, 2]), ("d", 0, [0])]),
    ],
)
def test_a_cursor_skips_what_stands_before_it(
    client: Client, cursor: Cursor, expected: list[tuple[str | None, int, list[int]]]
) -> None:
    assert page(client, cursor=cursor) == (expected, None)


@pytest.mark.parametrize("cursor", [("c", 0), ("a", -1), ("c", -1)])
def test_a_cursor_that_cannot_be_right_spoils_the_request(client: Client, cursor: Cursor) -> None:
    response = ask(client, "a", "b", cursor=cursor)
    assert [(topic.name, topic.error_code, topic.partitions) for topic in response.topics] == [
        ("a", 42, []),
        ("b", 42, []),
    ]
    assert response.next_cursor is None


def test_a_cursor_of_all_topics_need_not_be_one_of_them_but_its_index_must_be_possible(client: Client) -> None:
    assert page(client, cursor=("c", 0)) == ([("d", 0, [0])], None)
    assert page(client, cursor=("a", -1)) == ([], None)


@settings(max_examples=30, deadline=None)
@given(st.dictionaries(st.text("abc", min_size=1, max_size=2), st.integers(1, 5), max_size=5), st.integers(1, 6))
def test_page_by_page_every_partition_comes_once(topics: dict[str, int], limit: int) -> None:
    harness = Harness()
    for name, partitions in topics.items():
        make_topic(harness, name, partitions)
    client = harness.client()
    found: list[tuple[str | None, int]] = []
    cursor: Cursor | None = None
    for _ in range(100):
        described, cursor = page(client, limit=limit, cursor=cursor)
        found += [(name, index) for name, _, indexes in described for index in indexes]
        if cursor is None:
            break
    assert found == [(name, index) for name in sorted(topics) for index in range(topics[name])]
