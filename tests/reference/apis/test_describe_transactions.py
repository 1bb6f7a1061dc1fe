import pytest

from nilometer_reference.wire.messages.describe_transactions import (
    DescribeTransactionsRequest,
    DescribeTransactionsResponse,
    TopicData,
    TransactionState,
)
from tests.reference.harness import Harness
from tests.reference.producers import TV1, TV2, Producer


@pytest.fixture
def cluster() -> Harness:
    harness = Harness()
    for name in ("a", "b"):
        harness.broker.topics.create(name, 3, now_ms=harness.now_ms)
    return harness


def describe(cluster: Harness, *transactional_ids: str) -> list[TransactionState]:
    request = DescribeTransactionsRequest(list(transactional_ids))
    response: DescribeTransactionsResponse = cluster.client().ask(request, 0)
    assert response.throttle_time_ms == 0
    return response.transaction_states


def test_the_state_is_told_at_every_step(cluster: Harness) -> None:
    producer = Producer(cluster, "t", TV2, timeout_ms=7_000)
    producer.init()
    assert describe(cluster, "t") == [TransactionState(0, "t", "Empty", 7_000, -1, 0, 0, [])]
    cluster.advance(10)
    start_ms = cluster.now_ms
    for topic, index in (("b", 2), ("a", 1), ("b", 0)):
        producer.send(topic, index, b"1")
        cluster.advance(10)
    topics = [TopicData("a", [1]), TopicData("b", [0, 2])]
    assert describe(cluster, "t") == [TransactionState(0, "t", "Ongoing", 7_000, start_ms, 0, 0, topics)]
    cluster.stores.stores["a", 1].failing = True
    producer.commit()
    assert describe(cluster, "t") == [TransactionState(0, "t", "PrepareCommit", 7_000, start_ms, 0, 1, topics)]
    cluster.kill()
    cluster.stores.stores["a", 1].failing = False
    cluster.restart()
    assert describe(cluster, "t") == [TransactionState(0, "t", "CompleteCommit", 7_000, start_ms, 0, 1, [])]


def test_an_abort_and_a_decision_to_abort_are_told_apart_from_a_commit(cluster: Harness) -> None:
    producer = Producer(cluster, "t", TV1)
    producer.init()
    producer.send("a", 0, b"1")
    cluster.stores.stores["a", 0].failing = True
    producer.abort()
    assert describe(cluster, "t")[0].transaction_state == "PrepareAbort"
    other = Producer(cluster, "u", TV1)
    other.init()
    other.send("b", 0, b"1")
    other.abort()
    assert describe(cluster, "u")[0].transaction_state == "CompleteAbort"


def test_each_id_has_its_own_result_in_the_order_of_the_request(cluster: Harness) -> None:
    Producer(cluster, "t", TV1).init()
    found = describe(cluster, "none", "t", "", "t")
    assert [(state.transactional_id, state.error_code) for state in found] == [
        ("none", 105),
        ("t", 0),
        ("", 42),
        ("t", 0),
    ]
    assert describe(cluster) == []


def test_ids_of_a_log_that_has_failed_are_not_ours_any_more(cluster: Harness) -> None:
    producer = Producer(cluster, "t", TV1)
    producer.init()
    for name, store in cluster.stores.stores.items():
        store.failing = name[0] == "__transaction_state"
    assert producer.init() == 16
    assert describe(cluster, "t")[0].error_code == 16
