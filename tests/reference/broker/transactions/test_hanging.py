import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nilometer_reference.broker.journal import partition_for
from nilometer_reference.broker.transactions.hanging import Hanging, find_hanging
from nilometer_reference.broker.transactions.transaction import PRODUCER_EPOCH_MAX, Transaction, TransactionState
from nilometer_reference.log.errors import KafkaStorageError
from nilometer_reference.log.memory_store import MemoryStore
from tests.reference.harness import Harness
from tests.reference.producers import TV1, TV2, Producer, Versions, committed_offset, markers, visible

BOTH = pytest.mark.parametrize("versions", [TV1, TV2], ids=lambda versions: versions.name)
FLUSHED = {"flush.messages": "1"}
LOG = "__transaction_state"


@pytest.fixture
def cluster() -> Harness:
    """Topics whose partitions outlive a loss of power."""
    harness = Harness()
    for name in ("a", "b"):
        harness.broker.topics.create(name, 1, configs=FLUSHED, now_ms=harness.now_ms)
    return harness


def begun(cluster: Harness, versions: Versions) -> Producer:
    producer = Producer(cluster, "t", versions)
    assert producer.init() == 0
    assert producer.send("a", 0, b"1") == 0
    return producer


def nothing_is_open(cluster: Harness) -> bool:
    partitions = cluster.broker.partitions()
    return all(partition.last_stable_offset == partition.high_watermark for partition in partitions)


def transaction_logs(cluster: Harness) -> dict[tuple[str, int], MemoryStore]:
    """What the files of the transaction log hold now."""
    stores = cluster.stores.stores
    return {name: copy.deepcopy(store) for name, store in stores.items() if name[0] == LOG}


@BOTH
def test_what_a_loss_of_power_leaves_open_is_aborted(cluster: Harness, versions: Versions) -> None:
    producer = begun(cluster, versions)
    cluster.crash()
    cluster.restart()
    assert nothing_is_open(cluster)
    assert markers(cluster, "a", 0) == [(producer.producer_id, producer.producer_epoch + 1, False)]
    assert visible(cluster, "a", 0) == []
    assert producer.produce("a", 0, producer.batch(b"late", base_sequence=1)) == 49
    assert producer.init() == 0
    assert producer.send("a", 0, b"2") == 0
    assert producer.commit() == 0
    assert visible(cluster, "a", 0) == [b"2"]


@BOTH
def test_a_transaction_that_has_lost_one_of_its_partitions_is_aborted_whole(
    cluster: Harness, versions: Versions
) -> None:
    producer = begun(cluster, versions)
    kept = transaction_logs(cluster)
    assert producer.send("b", 0, b"1") == 0
    cluster.kill()
    cluster.stores.stores.update(kept)
    cluster.restart()
    assert nothing_is_open(cluster)
    assert producer.commit() in (48, 90)
    assert visible(cluster, "a", 0) == visible(cluster, "b", 0) == []
    assert cluster.broker.transactions.describe("t").state is TransactionState.COMPLETE_ABORT


@BOTH
def test_staged_offsets_that_nobody_would_commit_are_dropped(cluster: Harness, versions: Versions) -> None:
    producer = begun(cluster, versions)
    kept = transaction_logs(cluster)
    assert producer.send_offset("g", "a", 0, 5) == 0
    cluster.kill()
    cluster.stores.stores.update(kept)
    cluster.restart()
    assert committed_offset(cluster, "g", "a", 0, stable=True) == (-1, 0)


@BOTH
def test_what_will_end_is_left_alone(cluster: Harness, versions: Versions) -> None:
    producer = begun(cluster, versions)
    cluster.kill()
    cluster.restart()
    assert markers(cluster, "a", 0) == []
    assert producer.commit() == 0
    assert [commit for _, _, commit in markers(cluster, "a", 0)] == [True]


@BOTH
def test_a_log_that_fails_at_the_start_makes_nobody_unknown(cluster: Harness, versions: Versions) -> None:
    """Its ids are not served until the next start, but their transactions go on then."""
    producer = begun(cluster, versions)
    neighbour = next(name for name in map(str, range(99)) if _partition(cluster, name) == _partition(cluster, "t"))
    other = Producer(cluster, neighbour, versions)  # decided and not finished
    other.init()
    other.send("b", 0, b"1")
    cluster.stores.stores["b", 0].failing = True
    assert other.commit() == 0
    cluster.stores.stores["b", 0].failing = False
    cluster.kill()
    log = cluster.stores.stores[LOG, _partition(cluster, "t")]
    for changes in range(20):
        log.fails_in = changes
        try:
            cluster.restart()
        except KafkaStorageError:
            log.fails_in, log.failing = None, False
        else:
            break  # it failed after the log was opened and before the decision was carried out
    assert producer.init() == 16
    log.fails_in, log.failing = None, False
    cluster.restart()
    assert markers(cluster, "a", 0) == []
    assert producer.commit() == 0
    assert visible(cluster, "a", 0) == [b"1"]


def _partition(cluster: Harness, transactional_id: str) -> int:
    return partition_for(transactional_id, cluster.config.transaction_state_log_num_partitions)


@BOTH
def test_with_the_transaction_log_all_transactions_are_gone(cluster: Harness, versions: Versions) -> None:
    producer = begun(cluster, versions)
    cluster.broker.topics.delete(LOG, cluster.now_ms)
    assert nothing_is_open(cluster)
    assert list(cluster.broker.transactions.all()) == []
    assert producer.commit() == 49
    assert producer.init() == 0
    assert producer.send("a", 0, b"2") == 0
    assert producer.commit() == 0
    assert visible(cluster, "a", 0) == [b"2"]


def test_the_last_epoch_is_not_exceeded(cluster: Harness) -> None:
    producer = begun(cluster, TV2)
    entry = cluster.broker.partition("a", 0).log.producers.entries[producer.producer_id]
    entry.producer_epoch = PRODUCER_EPOCH_MAX
    found = list(find_hanging(cluster.broker.partitions(), {}))
    assert found == [Hanging("a", 0, producer.producer_id, PRODUCER_EPOCH_MAX, -1)]


@pytest.mark.parametrize(
    ("state", "epoch", "partition", "hangs"),
    [
        (TransactionState.ONGOING, 0, ("a", 0), False),
        (TransactionState.ONGOING, 1, ("a", 0), True),
        (TransactionState.ONGOING, 0, ("b", 0), True),
        (TransactionState.PREPARE_COMMIT, 1, ("a", 0), False),
        (TransactionState.PREPARE_ABORT, 1, ("b", 0), True),
        (TransactionState.EMPTY, 0, ("a", 0), True),
        (TransactionState.COMPLETE_COMMIT, 0, ("a", 0), True),
    ],
)
def test_which_transactions_hang(
    cluster: Harness, state: TransactionState, epoch: int, partition: tuple[str, int], hangs: bool
) -> None:
    producer = begun(cluster, TV2)
    known = Transaction("t", producer.producer_id, epoch, 1, 1, state, frozenset({partition}))
    found = find_hanging(cluster.broker.partitions(), {producer.producer_id: known})
    assert bool(list(found)) == hangs


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_after_any_loss_of_power_every_open_transaction_is_known(data: st.DataObject) -> None:
    cluster = Harness()
    for name in ("a", "b"):
        cluster.broker.topics.create(name, 1, configs=data.draw(st.sampled_from([{}, FLUSHED])), now_ms=cluster.now_ms)
    producers = [Producer(cluster, name, data.draw(st.sampled_from([TV1, TV2]))) for name in "xyz"]
    for _ in range(data.draw(st.integers(1, 15))):
        producer = data.draw(st.sampled_from(producers))
        match data.draw(st.sampled_from(["init", "send", "send", "offset", "end"])):
            case "init":
                producer.init()
            case "send":
                producer.send(data.draw(st.sampled_from("ab")), 0, b"1")
            case "offset":
                producer.send_offset("g", "a", 0, 5)
            case "end":
                producer.end(commit=data.draw(st.booleans()))
    cluster.crash(lambda _name, flushed, size: data.draw(st.sampled_from([flushed, size, (flushed + size) // 2])))
    cluster.restart()
    known = {each.producer_id: each for each in cluster.broker.transactions.all()}
    assert list(find_hanging(cluster.broker.partitions(), known)) == []
    assert not any(each.is_prepared for each in known.values())
    for name, producer in zip("xyz", producers, strict=True):
        fresh = Producer(cluster, name, producer.versions)
        assert fresh.init() in (0, 51)
        assert fresh.init() == 0
        if cluster.broker.topics.get("a") is not None:
            assert fresh.send("a", 0, b"2") == 0
        assert fresh.abort() in (0, 48)
    assert nothing_is_open(cluster)
