import pytest

from nilometer_reference.broker.journal import partition_for
from nilometer_reference.wire.messages.add_offsets_to_txn import AddOffsetsToTxnRequest, AddOffsetsToTxnResponse
from tests.reference.harness import Harness
from tests.reference.producers import TV1, Producer

VERSIONS = range(5)


@pytest.fixture
def cluster() -> Harness:
    return Harness()


@pytest.fixture
def producer(cluster: Harness) -> Producer:
    producer = Producer(cluster, "t", TV1)
    assert producer.init() == 0
    return producer


def add(cluster: Harness, version: int, identity: tuple[int, int], group_id: str = "g", id_: str = "t") -> int:
    response: AddOffsetsToTxnResponse = cluster.client().ask(AddOffsetsToTxnRequest(id_, *identity, group_id), version)
    assert response.throttle_time_ms == 0
    return response.error_code


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("group_id", ["g", "another group", ""])
def test_the_partition_of_the_group_takes_part(
    cluster: Harness, producer: Producer, version: int, group_id: str
) -> None:
    assert add(cluster, version, producer.identity, group_id) == 0
    known = cluster.broker.transactions.describe("t")
    count = cluster.config.offsets_topic_num_partitions
    assert known.partitions == {("__consumer_offsets", partition_for(group_id, count))}
    assert known.state.kafka_name == "Ongoing"


@pytest.mark.parametrize(("version", "fenced"), [(0, 47), (1, 47), (2, 90), (3, 90), (4, 90)])
def test_who_may_not_add(cluster: Harness, producer: Producer, version: int, fenced: int) -> None:
    producer_id, epoch = producer.identity
    assert add(cluster, version, (producer_id, epoch + 1)) == fenced
    assert add(cluster, version, (producer_id, epoch - 1)) == fenced
    assert add(cluster, version, (producer_id + 1, epoch)) == 49
    assert add(cluster, version, producer.identity, id_="other") == 49
    assert add(cluster, version, producer.identity, id_="") == 42
    assert cluster.broker.transactions.describe("t").partitions == frozenset()


@pytest.mark.parametrize("version", VERSIONS)
def test_while_a_marker_cannot_be_written(cluster: Harness, producer: Producer, version: int) -> None:
    cluster.broker.topics.create("a", 1, now_ms=cluster.now_ms)
    producer.send("a", 0, b"1")
    cluster.stores.stores["a", 0].failing = True
    assert producer.commit() == 0
    assert add(cluster, version, producer.identity) == 51


def test_a_transaction_of_offsets_that_were_never_sent_may_end(cluster: Harness, producer: Producer) -> None:
    assert add(cluster, 3, producer.identity) == 0
    assert producer.commit() == 0
    assert cluster.broker.transactions.describe("t").state.kafka_name == "CompleteCommit"
