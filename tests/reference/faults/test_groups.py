"""What members of groups see of each fault."""

from nilometer_reference.wire.messages import OffsetCommitRequest, OffsetFetchRequest
from nilometer_reference.wire.messages.offset_commit import OffsetCommitRequestPartition, OffsetCommitRequestTopic
from nilometer_reference.wire.messages.offset_fetch import OffsetFetchRequestTopic
from tests.reference.harness import Client, Harness
from tests.reference.requests import make_topic


def commit(client: Client, offset: int, metadata: str = "m") -> int:
    part = OffsetCommitRequestPartition(0, offset, committed_metadata=metadata)
    request = OffsetCommitRequest("g", -1, "", topics=[OffsetCommitRequestTopic(name="t", partitions=[part])])
    code: int = client.ask(request, 8).topics[0].partitions[0].error_code
    return code


def committed(client: Client) -> tuple[int, str]:
    request = OffsetFetchRequest(group_id="g", topics=[OffsetFetchRequestTopic("t", [0])])
    part = client.ask(request, 5).topics[0].partitions[0]
    return part.committed_offset, part.metadata


def test_b091_reads_lag_one_commit_behind(switched_on) -> None:
    fault = switched_on("B091")
    harness = Harness()
    make_topic(harness)
    client = harness.client()
    assert [commit(client, 1), commit(client, 2)] == [0, 0]
    assert committed(client) == (1, "m")
    assert fault.fired == 1


def test_b092_metadata_is_lost(switched_on) -> None:
    fault = switched_on("B092")
    harness = Harness()
    make_topic(harness)
    client = harness.client()
    assert commit(client, 1) == 0
    assert committed(client) == (1, "")
    assert fault.fired == 1


def test_b094_a_restart_brings_old_offsets_back(switched_on) -> None:
    harness = Harness()
    make_topic(harness)
    client = harness.client()
    for offset in range(1, 6):
        assert commit(client, offset) == 0
    fault = switched_on("B094")
    harness.restart()
    assert committed(harness.client())[0] < 5
    assert fault.fired >= 1


def test_b095_offsets_outlive_their_topic(switched_on) -> None:
    fault = switched_on("B095")
    harness = Harness()
    make_topic(harness)
    client = harness.client()
    assert commit(client, 5) == 0
    harness.broker.topics.delete("t", harness.now_ms)
    make_topic(harness)
    assert committed(client) == (5, "m")
    assert fault.fired >= 1
