import pytest

from nilometer_reference.wire.messages.write_txn_markers import (
    WritableTxnMarker,
    WritableTxnMarkerTopic,
    WriteTxnMarkersRequest,
    WriteTxnMarkersResponse,
)
from tests.reference.harness import Harness
from tests.reference.producers import TV1, TV2, Producer, committed_offset, markers, visible

VERSIONS = (1, 2)


@pytest.fixture
def cluster() -> Harness:
    harness = Harness()
    harness.broker.topics.create("a", 2, now_ms=harness.now_ms)
    return harness


def marker(
    producer: tuple[int, int], commit: bool, topics: dict[str, list[int]], coordinator_epoch: int = 5, version: int = 0
) -> WritableTxnMarker:
    wanted = [WritableTxnMarkerTopic(name, indexes) for name, indexes in topics.items()]
    return WritableTxnMarker(*producer, commit, wanted, coordinator_epoch, version)


def write(cluster: Harness, version: int, *wanted: WritableTxnMarker) -> list[tuple[int, dict[str, dict[int, int]]]]:
    response: WriteTxnMarkersResponse = cluster.client().ask(WriteTxnMarkersRequest(list(wanted)), version)
    return [
        (
            result.producer_id,
            {
                topic.name: {each.partition_index: each.error_code for each in topic.partitions}
                for topic in result.topics
            },
        )
        for result in response.markers
    ]


def begun(cluster: Harness, name: str = "t", index: int = 0) -> Producer:
    producer = Producer(cluster, name, TV1)
    producer.init()
    assert producer.send("a", index, b"1") == 0
    return producer


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("commit", [True, False])
def test_a_marker_ends_the_transaction_of_its_producer(cluster: Harness, version: int, commit: bool) -> None:
    producer = begun(cluster)
    result = write(cluster, version, marker(producer.identity, commit, {"a": [0, 1]}))
    assert result == [(producer.producer_id, {"a": {0: 0, 1: 0}})]
    for index in (0, 1):
        assert markers(cluster, "a", index) == [(*producer.identity, commit)]
    assert visible(cluster, "a", 0) == ([b"1"] if commit else [])
    assert cluster.broker.partition("a", 0).last_stable_offset == 2


@pytest.mark.parametrize("version", VERSIONS)
def test_markers_are_judged_one_by_one_and_results_of_a_producer_stand_together(cluster: Harness, version: int) -> None:
    first, second = begun(cluster, "x", 0), begun(cluster, "y", 1)
    result = write(
        cluster,
        version,
        marker(first.identity, True, {"a": [0], "none": [0]}),
        marker(second.identity, False, {"a": [1, 2]}),
        marker((first.producer_id, first.producer_epoch), True, {"a": [1]}),
    )
    assert result == [
        (first.producer_id, {"a": {0: 0, 1: 0}, "none": {0: 3}}),
        (second.producer_id, {"a": {1: 0, 2: 3}}),
    ]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_marker_of_an_older_epoch_or_coordinator_is_refused(cluster: Harness, version: int) -> None:
    producer = Producer(cluster, "t", TV1)
    producer.init()
    producer.init()
    producer.send("a", 0, b"1")
    stale = (producer.producer_id, producer.producer_epoch - 1)
    assert write(cluster, version, marker(stale, True, {"a": [0]})) == [(0, {"a": {0: 47}})]
    assert write(cluster, version, marker(producer.identity, True, {"a": [0]}, 5)) == [(0, {"a": {0: 0}})]
    assert write(cluster, version, marker(producer.identity, True, {"a": [0]}, 4)) == [(0, {"a": {0: 52}})]
    assert markers(cluster, "a", 0) == [(*producer.identity, True)]


def test_in_version_2_a_marker_has_a_later_epoch_or_repeats_the_last_one(cluster: Harness) -> None:
    producer = Producer(cluster, "t", TV2)
    producer.init()
    producer.send("a", 0, b"1")
    later = (producer.producer_id, producer.producer_epoch + 1)
    assert write(cluster, 2, marker(producer.identity, False, {"a": [0]}, version=2)) == [(0, {"a": {0: 47}})]
    assert write(cluster, 2, marker(later, False, {"a": [0]}, version=2)) == [(0, {"a": {0: 0}})]
    # KAFKA-19999: the answer was lost
    assert write(cluster, 2, marker(later, False, {"a": [0]}, version=2)) == [(0, {"a": {0: 0}})]
    assert markers(cluster, "a", 0) == [(*later, False), (*later, False)]
    assert visible(cluster, "a", 0) == []


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("commit", [True, False])
def test_in_the_partition_of_a_group_it_lets_the_offsets_take_effect_or_drops_them(
    cluster: Harness, version: int, commit: bool
) -> None:
    producer = Producer(cluster, "t", TV1)
    producer.init()
    assert producer.send_offset("g", "a", 0, 5) == 0
    ((topic, index),) = cluster.broker.transactions.describe("t").partitions
    write(cluster, version, marker(producer.identity, commit, {topic: [index]}))
    assert committed_offset(cluster, "g", "a", 0, stable=True) == (5 if commit else -1, 0)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_partition_that_cannot_be_written(cluster: Harness, version: int) -> None:
    producer = begun(cluster)
    cluster.stores.stores["a", 0].failing = True
    assert write(cluster, version, marker(producer.identity, True, {"a": [0, 1]})) == [(0, {"a": {0: 56, 1: 0}})]


@pytest.mark.parametrize("version", VERSIONS)
def test_no_marker_may_be_asked_for(cluster: Harness, version: int) -> None:
    assert write(cluster, version) == []
    assert write(cluster, version, marker((7, 0), True, {})) == [(7, {})]
