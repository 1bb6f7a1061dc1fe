import pytest

from nilometer_reference.broker.journal import partition_for
from nilometer_reference.wire.messages.join_group import JoinGroupRequest, JoinGroupRequestProtocol, JoinGroupResponse
from nilometer_reference.wire.messages.sync_group import SyncGroupRequest, SyncGroupRequestAssignment
from nilometer_reference.wire.messages.txn_offset_commit import (
    TxnOffsetCommitRequest,
    TxnOffsetCommitRequestPartition,
    TxnOffsetCommitRequestTopic,
    TxnOffsetCommitResponse,
)
from tests.reference.harness import Harness
from tests.reference.producers import TV1, TV2, Producer, Versions, committed_offset

VERSIONS = range(6)
GROUP = "g"


@pytest.fixture
def cluster() -> Harness:
    harness = Harness()
    harness.broker.topics.create("a", 2, now_ms=harness.now_ms)
    return harness


@pytest.fixture
def producer(cluster: Harness) -> Producer:
    producer = Producer(cluster, "t", TV1)
    assert producer.init() == 0
    return producer


def stage(
    cluster: Harness,
    version: int,
    identity: tuple[int, int],
    offsets: dict[tuple[str, int], int],
    *,
    id_: str = "t",
    group_id: str = GROUP,
    metadata: str | None = "",
    **member: object,
) -> list[int]:
    request = TxnOffsetCommitRequest(
        id_,
        group_id,
        *identity,
        topics=[
            TxnOffsetCommitRequestTopic(topic, [TxnOffsetCommitRequestPartition(index, offset, -1, metadata)])
            for (topic, index), offset in offsets.items()
        ],
        **member,  # type: ignore[arg-type]
    )
    response: TxnOffsetCommitResponse = cluster.client().ask(request, version)
    assert response.throttle_time_ms == 0
    assert [(topic.name, topic.partitions[0].partition_index) for topic in response.topics] == list(offsets)
    return [topic.partitions[0].error_code for topic in response.topics]


def join(cluster: Harness, instance_id: str | None = None) -> JoinGroupResponse:
    """A member alone in its group, which is stable afterwards."""
    client = cluster.client()
    protocols = [JoinGroupRequestProtocol("range", b"")]
    request = JoinGroupRequest(GROUP, 10_000, 10_000, "", instance_id, "consumer", protocols)
    client.send(request, 5 if instance_id else 3)
    cluster.advance(0)
    joined: JoinGroupResponse = client.answer()
    assert joined.error_code == 0
    assignments = [SyncGroupRequestAssignment(joined.member_id, b"")]
    synced = client.ask(SyncGroupRequest(GROUP, joined.generation_id, joined.member_id, assignments=assignments), 2)
    assert synced.error_code == 0
    return joined


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("commit", [True, False])
def test_offsets_wait_for_the_marker(cluster: Harness, producer: Producer, version: int, commit: bool) -> None:
    producer.add_offsets(GROUP)
    assert stage(cluster, version, producer.identity, {("a", 0): 5, ("a", 1): 6}) == [0, 0]
    assert committed_offset(cluster, GROUP, "a", 0) == (-1, 0)
    assert committed_offset(cluster, GROUP, "a", 0, stable=True) == (-1, 88)
    assert producer.end(commit=commit) == 0
    assert committed_offset(cluster, GROUP, "a", 0, stable=True) == (5 if commit else -1, 0)
    assert committed_offset(cluster, GROUP, "a", 1, stable=True) == (6 if commit else -1, 0)


@pytest.mark.parametrize("versions", [TV1, TV2], ids=lambda versions: versions.name)
def test_what_was_committed_before_stays_until_the_marker_and_after_an_abort(
    cluster: Harness, versions: Versions
) -> None:
    producer = Producer(cluster, "t", versions)
    producer.init()
    producer.send_offset(GROUP, "a", 0, 5)
    producer.commit()
    producer.send_offset(GROUP, "a", 0, 9)
    assert committed_offset(cluster, GROUP, "a", 0) == (5, 0)
    producer.abort()
    assert committed_offset(cluster, GROUP, "a", 0, stable=True) == (5, 0)


@pytest.mark.parametrize(("version", "code"), [(0, 48), (1, 48), (2, 48), (3, 48), (4, 120)])
def test_before_version_5_the_offsets_have_to_be_added(
    cluster: Harness, producer: Producer, version: int, code: int
) -> None:
    assert stage(cluster, version, producer.identity, {("a", 0): 5}) == [code]
    producer.add("a", 0)
    assert stage(cluster, version, producer.identity, {("a", 0): 5}) == [code]
    assert committed_offset(cluster, GROUP, "a", 0, stable=True) == (-1, 0)


def test_from_version_5_on_they_are_added_with_it(cluster: Harness, producer: Producer) -> None:
    assert stage(cluster, 5, producer.identity, {("a", 0): 5}) == [0]
    count = cluster.config.offsets_topic_num_partitions
    known = cluster.broker.transactions.describe("t")
    assert known.partitions == {("__consumer_offsets", partition_for(GROUP, count))}


@pytest.mark.parametrize("version", VERSIONS)
def test_who_may_not_stage(cluster: Harness, producer: Producer, version: int) -> None:
    producer_id, epoch = producer.identity
    producer.add_offsets(GROUP)
    for identity, id_, code in [
        ((producer_id, epoch + 1), "t", 47),
        ((producer_id, epoch - 1), "t", 47),
        ((producer_id + 1, epoch), "t", 49),
        ((producer_id, epoch), "other", 49),
        ((producer_id, epoch), "", 42),
    ]:
        assert stage(cluster, version, identity, {("a", 0): 5, ("a", 1): 6}, id_=id_) == [code, code]
    assert committed_offset(cluster, GROUP, "a", 0, stable=True) == (-1, 0)


@pytest.mark.parametrize("version", VERSIONS)
def test_each_partition_has_its_own_result(cluster: Harness, producer: Producer, version: int) -> None:
    producer.add_offsets(GROUP)
    assert stage(cluster, version, producer.identity, {("none", 0): 1, ("a", 9): 1, ("a", 1): 6}) == [3, 3, 0]
    too_long = "x" * (cluster.config.offset_metadata_max_bytes + 1)
    assert stage(cluster, version, producer.identity, {("a", 0): 5}, metadata=too_long) == [12]
    producer.commit()
    assert committed_offset(cluster, GROUP, "a", 0) == (-1, 0)
    assert committed_offset(cluster, GROUP, "a", 1) == (6, 0)


@pytest.mark.parametrize("version", VERSIONS)
def test_an_empty_group_id(cluster: Harness, producer: Producer, version: int) -> None:
    producer.add_offsets("")
    assert stage(cluster, version, producer.identity, {("a", 0): 5}, group_id="") == [24]


@pytest.mark.parametrize("version", VERSIONS)
def test_while_a_marker_cannot_be_written(cluster: Harness, producer: Producer, version: int) -> None:
    producer.send("a", 0, b"1")
    cluster.stores.stores["a", 0].failing = True
    producer.commit()
    assert stage(cluster, version, producer.identity, {("a", 0): 5}) == [51]


@pytest.mark.parametrize("version", [3, 4, 5])
def test_a_consumer_that_was_left_behind_stages_nothing(cluster: Harness, producer: Producer, version: int) -> None:
    joined = join(cluster, "instance")
    producer.add_offsets(GROUP)
    member_id, generation_id = joined.member_id, joined.generation_id
    for fields, code in [
        ({"generation_id": generation_id - 1, "member_id": member_id}, 22),
        ({"generation_id": generation_id + 1, "member_id": member_id}, 22),
        ({"generation_id": generation_id, "member_id": "stranger"}, 25),
        ({"generation_id": generation_id, "member_id": "stranger", "group_instance_id": "instance"}, 82),
        ({"generation_id": generation_id, "member_id": member_id, "group_instance_id": "other"}, 25),
    ]:
        assert stage(cluster, version, producer.identity, {("a", 0): 5}, **fields) == [code]
    assert committed_offset(cluster, GROUP, "a", 0, stable=True) == (-1, 0)
    fields = {"generation_id": generation_id, "member_id": member_id, "group_instance_id": "instance"}
    assert stage(cluster, version, producer.identity, {("a", 0): 5}, **fields) == [0]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_request_without_a_member_is_not_fenced(cluster: Harness, producer: Producer, version: int) -> None:
    join(cluster)
    producer.add_offsets(GROUP)
    assert stage(cluster, version, producer.identity, {("a", 0): 5}) == [0]


@pytest.mark.parametrize("version", [3, 4, 5])
def test_a_generation_of_a_group_that_does_not_exist(cluster: Harness, producer: Producer, version: int) -> None:
    producer.add_offsets(GROUP)
    assert stage(cluster, version, producer.identity, {("a", 0): 5}, generation_id=1, member_id="m") == [22]


@pytest.mark.parametrize("versions", [TV1, TV2], ids=lambda versions: versions.name)
def test_staged_offsets_outlive_the_process(cluster: Harness, versions: Versions) -> None:
    # offsets without the records of the same transaction, or the other way round, would be a torn transaction
    producer = Producer(cluster, "t", versions)
    producer.init()
    producer.send("a", 0, b"1")
    producer.send_offset(GROUP, "a", 1, 5)
    cluster.kill()
    cluster.restart()
    assert committed_offset(cluster, GROUP, "a", 1, stable=True) == (-1, 88)
    assert producer.commit() == 0
    assert committed_offset(cluster, GROUP, "a", 1, stable=True) == (5, 0)


@pytest.mark.parametrize(("version", "code"), [(0, 15), (1, 15), (2, 14), (3, 14), (4, 14), (5, 14)])
def test_an_old_producer_is_never_told_that_a_coordinator_is_loading(version: int, code: int) -> None:
    # KAFKA-7296. No coordinator of this broker is ever loading when a request comes, so the words alone are tested
    from nilometer_reference.apis.txn_offset_commit import _told  # noqa: PLC0415

    assert _told(14, version) == code
