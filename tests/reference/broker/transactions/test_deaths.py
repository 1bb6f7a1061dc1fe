"""The process dies at every single change that a step makes to a file; the next one carries on as if it had not."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from nilometer_reference.broker.config import BrokerConfig
from nilometer_reference.wire.codec import Message
from nilometer_reference.wire.frames import encode_request
from nilometer_reference.wire.messages.end_txn import EndTxnRequest
from nilometer_reference.wire.messages.produce import PartitionProduceData, ProduceRequest, TopicProduceData
from nilometer_reference.wire.record_encoding import Record, encode_batch
from tests.reference.harness import Client, Harness
from tests.reference.mortal_stores import Killed, MortalStores
from tests.reference.producers import TV1, TV2, Producer, Versions, committed_offset, markers, visible

BOTH = pytest.mark.parametrize("versions", [TV1, TV2], ids=lambda versions: versions.name)
CONFIG = BrokerConfig(transaction_abort_timed_out_transaction_cleanup_interval_ms=500)
PARTITIONS = (("a", 0), ("a", 1), ("b", 0))


class Scene:
    """A producer that has records in three partitions and an offset of a group in its open transaction."""

    def __init__(self, versions: Versions) -> None:
        self.stores = MortalStores()
        self.cluster = Harness(CONFIG, self.stores)
        for topic, size in (("a", 2), ("b", 1)):
            self.cluster.broker.topics.create(topic, size, now_ms=self.cluster.now_ms)
        self.producer = Producer(self.cluster, "t", versions, timeout_ms=5_000)
        assert self.producer.init() == 0
        for partition in PARTITIONS:
            assert self.producer.send(*partition, b"1") == 0
        assert self.producer.send_offset("g", "a", 0, 7) == 0

    def dies(self, step: Callable[[Scene], object], after: int) -> bool:
        """Whether the process died in the step, which then is half done."""
        self.stores.life.changes_left = after
        try:
            step(self)
        except Killed:
            return True
        finally:
            self.stores.life.changes_left = None
        return False

    def check(self, *, committed: bool, hangs: bool = False) -> None:
        """All or nothing, in every partition and in the group, and nothing left open."""
        for topic, index in PARTITIONS:
            assert visible(self.cluster, topic, index) == ([b"1"] if committed else [])
            assert {commit for _, _, commit in markers(self.cluster, topic, index)} == {committed}
            partition = self.cluster.broker.partition(topic, index)
            assert (partition.last_stable_offset < partition.high_watermark) == hangs
        assert committed_offset(self.cluster, "g", "a", 0, stable=True) == (7 if committed else -1, 0)


def deaths(versions: Versions, step: Callable[[Scene], object]) -> Iterator[Scene]:
    """One scene for each change after which the process may die in this step, started again; and one in which it
    lives."""
    for after in range(1_000):
        scene = Scene(versions)
        died = scene.dies(step, after)
        if died:
            scene.cluster.restart()
        yield scene
        if not died:
            assert after > 5, "hardly anything was written"
            return


@BOTH
@pytest.mark.parametrize("commit", [True, False])
def test_an_end_is_whole_wherever_the_process_dies(versions: Versions, commit: bool) -> None:
    for scene in deaths(versions, lambda scene: scene.producer.end(commit=commit)):
        assert scene.producer.end(commit=commit) in (0, 48 if versions is TV2 else 0)
        scene.check(committed=commit)


@BOTH
def test_a_time_out_is_whole_wherever_the_process_dies(versions: Versions) -> None:
    for scene in deaths(versions, lambda scene: scene.cluster.advance(6_000)):
        scene.cluster.advance(6_000)
        scene.check(committed=False)


@BOTH
def test_fencing_is_whole_wherever_the_process_dies(versions: Versions) -> None:
    def fence(scene: Scene) -> int:
        return Producer(scene.cluster, "t", versions).init()

    for scene in deaths(versions, fence):
        second = Producer(scene.cluster, "t", versions)
        assert second.init() in (0, 51)
        assert second.init() == 0
        scene.check(committed=False)
        assert scene.producer.end(commit=True) in (90, 47)


@BOTH
@pytest.mark.parametrize("commit", [True, False])
def test_the_next_start_may_die_as_well(versions: Versions, commit: bool) -> None:
    for after in range(0, 40, 3):
        scene = Scene(versions)
        scene.stores.stores["b", 0].failing = True
        assert scene.producer.end(commit=commit) == 0
        scene.stores.stores["b", 0].failing = False
        if scene.dies(lambda scene: scene.cluster.restart(), after):
            scene.cluster.restart()
        scene.check(committed=commit)


def _take_in(cluster: Harness, client: Client, request: Message, version: int) -> None:
    """The request arrives in a pass that goes on."""
    connection = cluster.node.connection(client.connection_id)
    connection.put(encode_request(request, version, 1, "test"))
    cluster.node.take_in(connection, cluster.now_ms)


@BOTH
@pytest.mark.parametrize("commit", [True, False])
def test_no_marker_outlives_a_decision_that_does_not(versions: Versions, commit: bool) -> None:
    """In the same pass somebody else has written to the partition, so that its log is the first to be written."""

    def end_in_a_full_pass(scene: Scene) -> None:
        cluster = scene.cluster
        data = [PartitionProduceData(0, encode_batch([Record(-1, cluster.now_ms, None, b"other")]))]
        _take_in(
            cluster, cluster.client(), ProduceRequest(None, -1, 1_000, [TopicProduceData("b", partition_data=data)]), 9
        )
        _take_in(cluster, cluster.client(), EndTxnRequest("t", *scene.producer.identity, commit), versions.end)
        cluster.carry_out(cluster.node.take_effects(cluster.now_ms))

    for scene in deaths(versions, end_in_a_full_pass):
        # Whoever has a marker has it because the decision was written: the other decision is refused then.
        found = [marker for partition in PARTITIONS for marker in markers(scene.cluster, *partition)]
        code = scene.producer.end(commit=not commit)
        assert code == (48 if found else 0)
        for topic, index in PARTITIONS:
            outcome = {each for _, _, each in markers(scene.cluster, topic, index)}
            assert outcome == {commit if found else not commit}


@pytest.mark.parametrize("order", ["data first", "data last"])
def test_no_record_outlives_the_transaction_that_it_is_in(order: str) -> None:
    """Produce 12 adds its partition: a record whose transaction nobody knows would hold readers back for ever."""

    def send_in_a_full_pass(scene: Scene) -> None:
        cluster = scene.cluster
        cluster.broker.topics.create("c", 1, now_ms=cluster.now_ms)
        other = [PartitionProduceData(0, encode_batch([Record(-1, cluster.now_ms, None, b"other")]))]
        batch = [PartitionProduceData(0, scene.producer.batch(b"2"))]
        requests = [
            ProduceRequest(None, -1, 1_000, [TopicProduceData("c", partition_data=other)]),
            ProduceRequest("t", -1, 1_000, [TopicProduceData("c", partition_data=batch)]),
        ]
        for request in requests if order == "data first" else reversed(requests):
            _take_in(cluster, cluster.client(), request, 12)
        cluster.carry_out(cluster.node.take_effects(cluster.now_ms))

    for scene in deaths(TV2, send_in_a_full_pass):
        assert scene.producer.abort() == 0
        scene.check(committed=False)
        if scene.cluster.broker.topics.get("c") is not None:
            partition = scene.cluster.broker.partition("c", 0)
            assert partition.last_stable_offset == partition.high_watermark
