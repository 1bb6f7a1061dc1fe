import pytest

from nilometer_reference.wire.messages.add_partitions_to_txn import (
    AddPartitionsToTxnRequest,
    AddPartitionsToTxnResponse,
    AddPartitionsToTxnTopic,
    AddPartitionsToTxnTopicResult,
    AddPartitionsToTxnTransaction,
)
from tests.reference.harness import Harness
from tests.reference.producers import TV1, TV2, Producer, markers

OF_CLIENTS, OF_BROKERS = range(4), (4, 5)
Topics = dict[str, list[int]]
Codes = dict[str, dict[int, int]]


@pytest.fixture
def cluster() -> Harness:
    harness = Harness()
    for name in ("a", "b"):
        harness.broker.topics.create(name, 2, now_ms=harness.now_ms)
    return harness


@pytest.fixture
def producer(cluster: Harness) -> Producer:
    producer = Producer(cluster, "t", TV1)
    assert producer.init() == 0
    return producer


def _topics(topics: Topics) -> list[AddPartitionsToTxnTopic]:
    return [AddPartitionsToTxnTopic(name, indexes) for name, indexes in topics.items()]


def _codes(results: list[AddPartitionsToTxnTopicResult]) -> Codes:
    return {
        result.name: {each.partition_index: each.partition_error_code for each in result.results_by_partition}
        for result in results
    }


def add(cluster: Harness, version: int, identity: tuple[int, int], topics: Topics, *, id_: str = "t",
        verify_only: bool = False) -> Codes:  # fmt: skip
    """One transaction, in any version."""
    request = AddPartitionsToTxnRequest()
    if version in OF_CLIENTS:
        request.v3_and_below_transactional_id = id_
        request.v3_and_below_producer_id, request.v3_and_below_producer_epoch = identity
        request.v3_and_below_topics = _topics(topics)
    else:
        request.transactions = [AddPartitionsToTxnTransaction(id_, *identity, verify_only, _topics(topics))]
    response: AddPartitionsToTxnResponse = cluster.client().ask(request, version)
    assert (response.throttle_time_ms, response.error_code) == (0, 0)
    if version in OF_CLIENTS:
        return _codes(response.results_by_topic_v3_and_below)
    (result,) = response.results_by_transaction
    assert result.transactional_id == id_
    return _codes(result.topic_results)


def members(cluster: Harness) -> set[tuple[str, int]]:
    return set(cluster.broker.transactions.describe("t").partitions)


@pytest.mark.parametrize("version", [*OF_CLIENTS, *OF_BROKERS])
def test_all_partitions_are_added(cluster: Harness, producer: Producer, version: int) -> None:
    codes = add(cluster, version, producer.identity, {"b": [1, 0], "a": [1]})
    assert codes == {"b": {1: 0, 0: 0}, "a": {1: 0}}
    assert list(codes) == ["b", "a"]
    assert list(codes["b"]) == [1, 0]
    assert members(cluster) == {("b", 0), ("b", 1), ("a", 1)}
    assert add(cluster, version, producer.identity, {"a": [0, 1]}) == {"a": {0: 0, 1: 0}}
    assert cluster.broker.transactions.describe("t").client_transaction_version == (2 if version >= 4 else 0)


@pytest.mark.parametrize("version", [*OF_CLIENTS, *OF_BROKERS])
def test_if_one_does_not_exist_none_is_added(cluster: Harness, producer: Producer, version: int) -> None:
    codes = add(cluster, version, producer.identity, {"a": [0, 2, -1], "none": [0], "b": [1]})
    assert codes == {"a": {0: 55, 2: 3, -1: 3}, "none": {0: 3}, "b": {1: 55}}
    assert members(cluster) == set()


@pytest.mark.parametrize(("version", "fenced"), [(0, 47), (1, 47), (2, 90), (3, 90), (4, 90), (5, 90)])
def test_who_may_not_add(cluster: Harness, producer: Producer, version: int, fenced: int) -> None:
    producer_id, epoch = producer.identity
    wanted: Topics = {"a": [0, 1], "b": [0]}
    for identity, id_, code in [
        ((producer_id, epoch + 1), "t", fenced),
        ((producer_id, epoch - 1), "t", fenced),
        ((producer_id + 1, epoch), "t", 49),
        ((producer_id, epoch), "other", 49),
        ((producer_id, epoch), "", 42),
    ]:
        codes = add(cluster, version, identity, wanted, id_=id_)
        assert codes == {"a": {0: code, 1: code}, "b": {0: code}}
    assert members(cluster) == set()


def test_a_topic_that_does_not_exist_comes_before_an_identity_that_is_wrong(cluster: Harness) -> None:
    assert add(cluster, 3, (99, 0), {"none": [0]}) == {"none": {0: 3}}


@pytest.mark.parametrize("version", [*OF_CLIENTS, *OF_BROKERS])
def test_while_a_marker_cannot_be_written(cluster: Harness, producer: Producer, version: int) -> None:
    producer.send("a", 0, b"1")
    cluster.stores.stores["a", 0].failing = True
    assert producer.commit() == 0
    assert add(cluster, version, producer.identity, {"b": [0]}) == {"b": {0: 51}}
    assert markers(cluster, "b", 0) == []


@pytest.mark.parametrize("version", OF_BROKERS)
def test_a_broker_may_only_ask(cluster: Harness, producer: Producer, version: int) -> None:
    producer.add("a", 0)
    codes = add(cluster, version, producer.identity, {"a": [0, 1], "b": [0]}, verify_only=True)
    assert codes == {"a": {0: 0, 1: 120}, "b": {0: 120}}
    assert members(cluster) == {("a", 0)}
    producer_id, epoch = producer.identity
    for identity, code in [((producer_id, epoch + 1), 90), ((producer_id + 1, epoch), 49)]:
        assert add(cluster, version, identity, {"a": [0]}, verify_only=True) == {"a": {0: code}}
    assert add(cluster, version, producer.identity, {"a": [0]}, verify_only=True, id_="") == {"a": {0: 42}}


@pytest.mark.parametrize("version", OF_BROKERS)
def test_a_request_of_a_broker_holds_many_transactions_which_are_judged_one_by_one(
    cluster: Harness, version: int
) -> None:
    producers = {name: Producer(cluster, name, TV2) for name in ("x", "y", "z")}
    for producer in producers.values():
        producer.init()
    producers["y"].producer_epoch += 1
    transactions = [
        AddPartitionsToTxnTransaction(name, *producer.identity, name == "z", _topics({"a": [0]}))
        for name, producer in producers.items()
    ]
    transactions.append(AddPartitionsToTxnTransaction("x", *producers["x"].identity, False, _topics({"none": [0]})))
    response: AddPartitionsToTxnResponse = cluster.client().ask(
        AddPartitionsToTxnRequest(transactions=transactions), version
    )
    assert [(result.transactional_id, _codes(result.topic_results)) for result in response.results_by_transaction] == [
        ("x", {"a": {0: 0}}),
        ("y", {"a": {0: 90}}),
        ("z", {"a": {0: 120}}),
        ("x", {"none": {0: 3}}),
    ]


@pytest.mark.parametrize("version", [*OF_CLIENTS, *OF_BROKERS])
def test_nothing_may_be_asked_for(cluster: Harness, producer: Producer, version: int) -> None:
    assert add(cluster, version, producer.identity, {}) == {}
    assert add(cluster, version, producer.identity, {"a": []}) == {"a": {}}


@pytest.mark.parametrize("version", OF_BROKERS)
def test_and_so_may_no_transaction(cluster: Harness, version: int) -> None:
    response: AddPartitionsToTxnResponse = cluster.client().ask(AddPartitionsToTxnRequest(), version)
    assert response == AddPartitionsToTxnResponse()


def test_partitions_that_were_added_outlive_the_process(cluster: Harness, producer: Producer) -> None:
    producer.add("a", 0)
    cluster.kill()
    cluster.restart()
    assert members(cluster) == {("a", 0)}
    assert producer.commit() == 0
    assert markers(cluster, "a", 0) == [(*producer.identity, True)]
