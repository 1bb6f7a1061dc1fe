import pytest

from nilometer_reference.broker.config import BrokerConfig
from nilometer_reference.wire.messages.end_txn import EndTxnRequest, EndTxnResponse
from tests.reference.harness import Harness
from tests.reference.producers import TV1, TV2, Producer, Versions, committed_offset, markers, visible

OLD, NEW = range(5), 5
BOTH = pytest.mark.parametrize("versions", [TV1, TV2], ids=lambda versions: versions.name)


@pytest.fixture
def cluster() -> Harness:
    harness = Harness(BrokerConfig(transaction_abort_timed_out_transaction_cleanup_interval_ms=500))
    for name in ("a", "b"):
        harness.broker.topics.create(name, 2, now_ms=harness.now_ms)
    return harness


def begun(cluster: Harness, versions: Versions = TV1, value: bytes = b"1") -> Producer:
    producer = Producer(cluster, "t", versions)
    assert producer.init() == 0
    assert producer.send("a", 0, value) == 0
    return producer


def end(cluster: Harness, version: int, identity: tuple[int, int], *, commit: bool, id_: str = "t") -> EndTxnResponse:
    response: EndTxnResponse = cluster.client().ask(EndTxnRequest(id_, *identity, commit), version)
    assert response.throttle_time_ms == 0
    return response


@pytest.mark.parametrize("version", OLD)
@pytest.mark.parametrize("commit", [True, False])
def test_before_version_5_the_epoch_stays_and_the_marker_has_it(cluster: Harness, version: int, commit: bool) -> None:
    producer = begun(cluster)
    assert end(cluster, version, producer.identity, commit=commit).error_code == 0
    assert markers(cluster, "a", 0) == [(*producer.identity, commit)]
    assert visible(cluster, "a", 0) == ([b"1"] if commit else [])
    assert producer.send("a", 0, b"2") == 0


@pytest.mark.parametrize("commit", [True, False])
def test_from_version_5_on_the_next_epoch_is_answered_and_is_that_of_the_marker(cluster: Harness, commit: bool) -> None:
    producer = begun(cluster, TV2)
    producer_id, epoch = producer.identity
    response = end(cluster, NEW, producer.identity, commit=commit)
    assert response == EndTxnResponse(0, 0, producer_id, epoch + 1)
    assert markers(cluster, "a", 0) == [(producer_id, epoch + 1, commit)]
    assert visible(cluster, "a", 0) == ([b"1"] if commit else [])


@pytest.mark.parametrize("commit", [True, False])
@BOTH
def test_a_transaction_is_all_or_nothing_over_partitions_topics_and_groups(
    cluster: Harness, versions: Versions, commit: bool
) -> None:
    producer = begun(cluster, versions)
    assert [producer.send(*where, b"x") for where in (("a", 1), ("b", 0), ("b", 1))] == [0, 0, 0]
    assert producer.send_offset("g", "a", 0, 7) == 0
    for topic in ("a", "b"):
        assert visible(cluster, topic, 1) == []
    assert committed_offset(cluster, "g", "a", 0) == (-1, 0)
    assert producer.end(commit=commit) == 0
    for where in (("a", 1), ("b", 0), ("b", 1)):
        assert visible(cluster, *where) == ([b"x"] if commit else [])
    assert committed_offset(cluster, "g", "a", 0, stable=True) == (7 if commit else -1, 0)


@BOTH
def test_the_last_stable_offset_is_that_of_the_oldest_open_transaction(cluster: Harness, versions: Versions) -> None:
    old, new = Producer(cluster, "old", versions), Producer(cluster, "new", versions)
    for producer in (old, new):
        producer.init()
        producer.send("a", 0, b"1")
    partition = cluster.broker.partition("a", 0)
    assert (partition.last_stable_offset, partition.high_watermark) == (0, 2)
    new.commit()
    assert (partition.last_stable_offset, partition.high_watermark) == (0, 3)
    old.abort()
    assert (partition.last_stable_offset, partition.high_watermark) == (4, 4)


@pytest.mark.parametrize(("version", "fenced"), [(0, 47), (1, 47), (2, 90), (3, 90), (4, 90), (5, 90)])
def test_who_may_not_end(cluster: Harness, version: int, fenced: int) -> None:
    producer_id, epoch = begun(cluster).identity
    for identity, id_, code in [
        ((producer_id, epoch + 1), "t", fenced),
        ((producer_id, epoch - 1), "t", fenced),
        ((producer_id + 1, epoch), "t", 49),
        ((producer_id, epoch), "other", 49),
        ((producer_id, epoch), "", 42),
    ]:
        assert end(cluster, version, identity, commit=True, id_=id_) == EndTxnResponse(0, code, -1, -1)
    assert markers(cluster, "a", 0) == []


@pytest.mark.parametrize("version", OLD)
def test_before_version_5_nothing_cannot_be_ended(cluster: Harness, version: int) -> None:
    producer = Producer(cluster, "t", TV1)
    producer.init()
    for commit in (True, False):
        assert end(cluster, version, producer.identity, commit=commit).error_code == 48


def test_from_version_5_on_nothing_can_be_aborted_but_not_committed(cluster: Harness) -> None:
    producer = Producer(cluster, "t", TV2)
    producer.init()
    producer_id, epoch = producer.identity
    assert end(cluster, NEW, producer.identity, commit=True).error_code == 48
    for _ in range(3):
        assert end(cluster, NEW, (producer_id, epoch), commit=False) == EndTxnResponse(0, 0, producer_id, epoch + 1)
    assert end(cluster, NEW, (producer_id, epoch + 1), commit=False).producer_epoch == epoch + 2


@pytest.mark.parametrize("version", [*OLD, NEW])
@pytest.mark.parametrize("commit", [True, False])
def test_a_repetition_answers_the_same_and_writes_no_marker(cluster: Harness, version: int, commit: bool) -> None:
    producer = begun(cluster)
    answer = end(cluster, version, producer.identity, commit=commit)
    for _ in range(2):
        assert end(cluster, version, producer.identity, commit=commit) == answer
        assert end(cluster, version, producer.identity, commit=not commit).error_code == 48
        cluster.kill()
        cluster.restart()
    assert len(markers(cluster, "a", 0)) == 1


def test_a_late_repetition_never_ends_the_next_transaction(cluster: Harness) -> None:
    producer = begun(cluster, TV2)
    first = producer.identity
    producer.commit()
    producer.send("a", 0, b"2")
    for commit in (True, False):
        assert end(cluster, NEW, first, commit=commit).error_code == 90
    assert visible(cluster, "a", 0) == [b"1"]


def test_a_fenced_producer_is_never_answered_the_identity_of_its_successor(cluster: Harness) -> None:
    zombie = begun(cluster, TV2)
    assert Producer(cluster, "t", TV1).init() == 51
    successor = Producer(cluster, "t", TV1)
    successor.init()
    before = successor.identity
    for commit in (True, False):
        successor.send("a", 0, b"2")
        successor.end(commit=commit)
        late = (before[0], before[1] - 1)
        assert end(cluster, NEW, late, commit=commit) == EndTxnResponse(0, 90, -1, -1)
        assert end(cluster, NEW, zombie.identity, commit=commit) == EndTxnResponse(0, 90, -1, -1)


def test_a_late_batch_never_joins_the_next_transaction_nor_opens_one(cluster: Harness) -> None:
    producer = begun(cluster, TV2)
    late = producer.batch(b"late", base_sequence=1)
    producer.abort()
    assert producer.produce("a", 0, late) == 47
    producer.send("a", 0, b"2")
    assert producer.produce("a", 0, late) == 47
    producer.commit()
    assert producer.produce("a", 0, late) == 47
    assert visible(cluster, "a", 0) == [b"2"]
    partition = cluster.broker.partition("a", 0)
    assert partition.last_stable_offset == partition.high_watermark


def test_a_late_batch_of_an_older_client_opens_no_transaction(cluster: Harness) -> None:
    producer = begun(cluster)
    late = producer.batch(b"late", base_sequence=1)
    producer.abort()
    assert producer.produce("a", 0, late) == 48
    partition = cluster.broker.partition("a", 0)
    assert partition.last_stable_offset == partition.high_watermark


@pytest.mark.parametrize("version", [*OLD, NEW])
@pytest.mark.parametrize("commit", [True, False])
def test_a_marker_that_cannot_be_written_is_written_by_the_next_process(
    cluster: Harness, version: int, commit: bool
) -> None:
    producer = begun(cluster)
    producer.send("b", 0, b"1")
    cluster.stores.stores["a", 0].failing = True
    assert end(cluster, version, producer.identity, commit=commit).error_code == 0
    assert end(cluster, version, producer.identity, commit=commit).error_code == 51
    assert end(cluster, version, producer.identity, commit=not commit).error_code == 48
    assert visible(cluster, "b", 0) == ([b"1"] if commit else [])
    cluster.kill()
    cluster.stores.stores["a", 0].failing = False
    cluster.restart()
    assert visible(cluster, "a", 0) == ([b"1"] if commit else [])
    assert end(cluster, version, producer.identity, commit=commit).error_code == 0
    assert len({*markers(cluster, "b", 0)}) == 1  # the next process does not know what was written, and repeats it


def test_a_decision_that_cannot_be_written_is_none(cluster: Harness) -> None:
    producer = begun(cluster, TV2)
    for name, store in cluster.stores.stores.items():
        store.failing = name[0] == "__transaction_state"
    assert producer.commit() == 16
    assert producer.commit() == 16
    assert markers(cluster, "a", 0) == []
    for store in cluster.stores.stores.values():
        store.failing = False
    cluster.restart()
    assert producer.abort() == 0
    assert visible(cluster, "a", 0) == []


@BOTH
def test_a_deleted_topic_holds_up_neither_the_id_nor_the_other_partitions(cluster: Harness, versions: Versions) -> None:
    producer = begun(cluster, versions)
    producer.send("b", 0, b"1")
    cluster.broker.topics.delete("a", cluster.now_ms)
    assert producer.commit() == 0
    assert visible(cluster, "b", 0) == [b"1"]
    assert producer.send("b", 0, b"2") == 0
    assert producer.commit() == 0


@BOTH
def test_a_transaction_that_takes_too_long_is_aborted_and_its_producer_fenced(
    cluster: Harness, versions: Versions
) -> None:
    producer = Producer(cluster, "t", versions, timeout_ms=2_000)
    producer.init()
    producer.send("a", 0, b"lost")
    cluster.advance(2_000)
    assert markers(cluster, "a", 0) == []
    cluster.advance(501)
    assert markers(cluster, "a", 0) == [(producer.producer_id, producer.producer_epoch + 1, False)]
    # KAFKA-19690: a code from which the producer may recover, and not that its partition is missing
    assert producer.produce("a", 0, producer.batch(b"late", base_sequence=1)) == 47
    assert producer.commit() == (90 if versions is TV1 else 48)
    assert producer.init(keep_identity=True) == 0
    assert producer.send("a", 0, b"2") == 0
    assert producer.commit() == 0
    assert visible(cluster, "a", 0) == [b"2"]
