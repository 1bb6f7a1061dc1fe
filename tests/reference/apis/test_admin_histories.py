"""Any sequence of requests that change topics: an error means that nothing has happened, success survives a crash.

of each request      subjects with an error, or not named, are as before; all are with `validate_only`
at the end           a loss of power changes nothing that was answered
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from nilometer_reference.wire.codec import Message
from nilometer_reference.wire.messages import (
    alter_configs,
    create_partitions,
    create_topics,
    delete_records,
    delete_topics,
    incremental_alter_configs,
)
from nilometer_reference.wire.uuids import ZERO_UUID
from tests.reference.harness import Client, Harness
from tests.reference.requests import batch, make_topic, produce

GOOD_NAMES = ["a", "b", "c", "x.y"]
NAMES = st.sampled_from([*GOOD_NAMES * 4, "x_y", "", "a b", "__cluster_metadata", "__consumer_offsets"])
COUNTS = st.sampled_from([*[1, 2, 3, 4, 5] * 3, -2, -1, 0, 20_000])
REPLICAS = st.sampled_from([*[-1, 1] * 4, 0, 2])
BROKERS = st.sampled_from([*[[1]] * 6, [], [2], [1, 1]])
GOOD_CONFIGS = [("retention.ms", "1000"), ("retention.ms", "2000"), ("cleanup.policy", "compact"),
                ("cleanup.policy", "compact,delete"), ("cleanup.policy", "")]  # fmt: skip
BAD_CONFIGS = [("retention.ms", "soon"), ("cleanup.policy", "forget"), ("no.such", "1"), ("retention.ms", None)]
CONFIGS = st.lists(st.sampled_from([*GOOD_CONFIGS * 3, *BAD_CONFIGS]), max_size=2)
TIMEOUTS = st.sampled_from([*[1000] * 7, 0])
VALIDATES = st.sampled_from([*[False] * 5, True])


@dataclass(frozen=True, slots=True)
class Request:
    message: Message
    version: int
    changes: bool
    """False with `validate_only`, and when the time is over before it begins."""


def several(what: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(what, min_size=1, max_size=2)


@st.composite
def creations(draw: st.DrawFn) -> Request:
    topics = [
        create_topics.CreatableTopic(
            draw(NAMES), draw(COUNTS), draw(REPLICAS),
            [create_topics.CreatableReplicaAssignment(index, draw(BROKERS))
             for index in draw(st.sampled_from([*[[]] * 8, [0], [0, 1], [1]]))],
            [create_topics.CreatableTopicConfig(*config) for config in draw(CONFIGS)],
        )
        for _ in range(draw(st.integers(1, 3)))
    ]  # fmt: skip
    timeout_ms, validate_only = draw(TIMEOUTS), draw(VALIDATES)
    message = create_topics.CreateTopicsRequest(topics, timeout_ms, validate_only)
    return Request(message, draw(st.integers(2, 7)), timeout_ms > 0 and not validate_only)


@st.composite
def growths(draw: st.DrawFn) -> Request:
    lists = st.sampled_from([*[None] * 5, [], [[1]], [[1], [1]], [[2]]])
    topics = []
    for name, count, assigned in draw(several(st.tuples(NAMES, COUNTS, lists))):
        made = None if assigned is None else [create_partitions.CreatePartitionsAssignment(one) for one in assigned]
        topics.append(create_partitions.CreatePartitionsTopic(name, count, made))
    timeout_ms, validate_only = draw(TIMEOUTS), draw(VALIDATES)
    message = create_partitions.CreatePartitionsRequest(topics, timeout_ms, validate_only)
    return Request(message, draw(st.integers(0, 3)), timeout_ms > 0 and not validate_only)


@st.composite
def deletions(draw: st.DrawFn) -> Request:
    names, timeout_ms, version = draw(several(NAMES)), draw(TIMEOUTS), draw(st.integers(1, 6))
    states = [delete_topics.DeleteTopicState(name) for name in names]
    message = delete_topics.DeleteTopicsRequest(states, [], timeout_ms)
    if version < 6:
        message = delete_topics.DeleteTopicsRequest([], names, timeout_ms)
    return Request(message, version, timeout_ms > 0)


@st.composite
def changes(draw: st.DrawFn) -> Request:
    resources = [
        incremental_alter_configs.AlterConfigsResource(
            draw(st.sampled_from([*[2] * 6, 0, 3])), name,
            [incremental_alter_configs.AlterableConfig(key, draw(st.sampled_from([*[0] * 5, 1, 2, 3, 9])), value)
             for key, value in draw(CONFIGS)],
        )
        for name in draw(several(NAMES))
    ]  # fmt: skip
    validate_only = draw(VALIDATES)
    message = incremental_alter_configs.IncrementalAlterConfigsRequest(resources, validate_only)
    return Request(message, draw(st.integers(0, 1)), not validate_only)


@st.composite
def replacements(draw: st.DrawFn) -> Request:
    resources = [
        alter_configs.AlterConfigsResource(
            draw(st.sampled_from([*[2] * 6, 8])), name, [alter_configs.AlterableConfig(*one) for one in draw(CONFIGS)]
        )
        for name in draw(several(NAMES))
    ]
    validate_only = draw(VALIDATES)
    message = alter_configs.AlterConfigsRequest(resources, validate_only)
    return Request(message, draw(st.integers(0, 2)), not validate_only)


@st.composite
def removals(draw: st.DrawFn) -> Request:
    pairs = st.tuples(st.sampled_from([0, 0, 0, 1, 2, -1]), st.sampled_from([-1, 0, 1, 2, 2, 3, -2]))
    topics = [
        delete_records.DeleteRecordsTopic(name, [delete_records.DeleteRecordsPartition(*pair) for pair in asked])
        for name, asked in draw(several(st.tuples(NAMES, several(pairs))))
    ]
    return Request(delete_records.DeleteRecordsRequest(topics, 1000), draw(st.integers(0, 2)), True)


REQUESTS = st.one_of(creations(), creations(), growths(), deletions(), changes(), replacements(), removals())
Picture = dict[str, tuple[bytes, dict[str, str], list[tuple[int, int]]]]


def picture(harness: Harness) -> Picture:
    """Id, settings, and (log start offset, log end offset) of each partition, by topic."""
    return {
        topic.name: (
            topic.topic_id,
            dict(topic.configs),
            [(partition.log_start_offset, partition.log_end_offset) for partition in topic.partitions],
        )
        for topic in harness.broker.topics.all()
    }


def succeeded(response: Any) -> set[str]:
    """The topics of which the response says, at least in part, that it is done."""
    kind = type(response).__name__
    if kind == "DeleteRecordsResponse":
        return {topic.name for topic in response.topics if any(p.error_code == 0 for p in topic.partitions)}
    results = {
        "CreateTopicsResponse": "topics", "CreatePartitionsResponse": "results", "DeleteTopicsResponse": "responses",
        "IncrementalAlterConfigsResponse": "responses", "AlterConfigsResponse": "responses",
    }[kind]  # fmt: skip
    return {
        getattr(result, "name", None) or getattr(result, "resource_name", "")
        for result in getattr(response, results)
        if result.error_code == 0
    }


def without_offsets(of_topic: Any) -> Any:
    return None if of_topic is None else (*of_topic[:2], len(of_topic[2]))


def check(before: Picture, request: Request, response: Any, after: Picture) -> None:
    done = succeeded(response) if request.changes else set()
    for name in {*before, *after} - done:
        assert after.get(name) == before.get(name), f"{name} has changed although it was refused or not named"
    for name in done:
        ours, theirs = before.get(name), after.get(name)
        match type(response).__name__:
            case "CreateTopicsResponse":
                assert ours is None
                assert theirs is not None
                assert theirs[0] != ZERO_UUID
                assert set(theirs[2]) == {(0, 0)}
            case "DeleteTopicsResponse":
                assert ours is not None
                assert theirs is None
            case "CreatePartitionsResponse":
                assert ours is not None
                assert theirs is not None
                assert len(theirs[2]) > len(ours[2])
                assert theirs[2][: len(ours[2])] == ours[2]
                assert theirs[:2] == ours[:2]
            case "DeleteRecordsResponse":
                assert without_offsets(ours) == without_offsets(theirs)
            case _:
                assert ours is not None
                assert theirs is not None
                assert (theirs[0], theirs[2]) == (ours[0], ours[2])


def fill(harness: Harness, client: Client) -> None:
    """A few records in every partition, so that losing them would show."""
    for topic in harness.broker.topics.all():
        for partition in topic.partitions:
            if partition.log_end_offset < 3 and partition.index < 3:
                produce(client, batch(2, key=b"k"), topic=topic.name, index=partition.index)


@settings(max_examples=150, deadline=None)
@given(st.lists(REQUESTS, max_size=12))
def test_an_error_means_that_nothing_has_happened_and_success_survives_a_loss_of_power(requests: list[Request]) -> None:
    harness = Harness()
    client = harness.client()
    make_topic(harness, "a", 2, cleanup_policy="compact,delete")
    make_topic(harness, "b")
    for request in requests:
        fill(harness, client)
        before = picture(harness)
        response = client.ask(request.message, request.version)
        check(before, request, response, picture(harness))
    expected = picture(harness)
    for topic in harness.broker.topics.all():
        for partition in topic.partitions:
            partition.log.flush()
    harness.crash()
    harness.restart()
    assert picture(harness) == expected
