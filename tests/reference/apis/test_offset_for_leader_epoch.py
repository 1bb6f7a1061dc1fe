import pytest

from nilometer_reference.wire.messages.offset_for_leader_epoch import (
    EpochEndOffset,
    OffsetForLeaderEpochRequest,
    OffsetForLeaderPartition,
    OffsetForLeaderTopic,
)
from tests.reference.harness import Client, Harness
from tests.reference.requests import batch, make_topic, produce

VERSIONS = [2, 3, 4]


@pytest.fixture
def harness() -> Harness:
    """Epoch 0 wrote offsets 0 and 1, epoch 1 nothing, epoch 2 offsets 2, 3 and 4, epoch 3 nothing so far."""
    harness = Harness()
    make_topic(harness)
    for count in (2, 0, 3):
        if count:
            produce(harness.client(), batch(count))
        harness.restart()
    return harness


def _ask(
    client: Client, leader_epoch: int, *, version: int = 4, current: int = -1, topic: str = "t", index: int = 0
) -> EpochEndOffset:
    asked = OffsetForLeaderPartition(index, current_leader_epoch=current, leader_epoch=leader_epoch)
    request = OffsetForLeaderEpochRequest(-1 if version >= 3 else -2, [OffsetForLeaderTopic(topic, [asked])])
    answer: EpochEndOffset = client.ask(request, version).topics[0].partitions[0]
    assert answer.partition == index
    return answer


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("leader_epoch", "answer"),
    [(0, (0, 2)), (1, (0, 2)), (2, (2, 5)), (3, (3, 5)), (4, (-1, -1)), (-1, (-1, -1))],
)
def test_an_epoch_ends_where_the_next_one_begins(
    harness: Harness, version: int, leader_epoch: int, answer: tuple[int, int]
) -> None:
    told = _ask(harness.client(), leader_epoch, version=version)
    assert told.error_code == 0
    assert (told.leader_epoch, told.end_offset) == answer


def test_the_present_epoch_ends_at_the_log_end_offset(harness: Harness) -> None:
    produce(harness.client(), batch(2))
    told = _ask(harness.client(), 3)
    assert (told.leader_epoch, told.end_offset) == (3, 7)
    told = _ask(harness.client(), 2)
    assert (told.leader_epoch, told.end_offset) == (2, 5)


def test_an_epoch_before_all_that_is_left_ends_where_that_begins(harness: Harness) -> None:
    harness.broker.partition("t", 0).delete_records(4)
    told = _ask(harness.client(), 1)
    assert (told.error_code, told.leader_epoch, told.end_offset) == (0, 1, 4)


def test_an_empty_partition_knows_the_epoch_of_its_leader() -> None:
    harness = Harness()
    make_topic(harness)
    told = _ask(harness.client(), 0)
    assert (told.error_code, told.leader_epoch, told.end_offset) == (0, 0, 0)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(("current", "code"), [(2, 74), (3, 0), (4, 75), (-1, 0)])
def test_the_clients_own_leader_epoch_is_checked(harness: Harness, version: int, current: int, code: int) -> None:
    told = _ask(harness.client(), 0, version=version, current=current)
    assert told.error_code == code
    if code:
        assert (told.leader_epoch, told.end_offset) == (-1, -1)


@pytest.mark.parametrize(("topic", "index"), [("nowhere", 0), ("t", 1), ("t", -1)])
def test_an_unknown_partition_is_refused(harness: Harness, topic: str, index: int) -> None:
    assert _ask(harness.client(), 0, topic=topic, index=index).error_code == 3


def test_a_broken_disk_is_told(harness: Harness) -> None:
    harness.stores.stores["t", 0].failing = True
    produce(harness.client(), batch())
    assert _ask(harness.client(), 0).error_code == 56


def test_after_a_loss_of_power_a_reader_finds_where_its_log_parts() -> None:
    harness = Harness()
    make_topic(harness)
    produce(harness.client(), batch(2))
    harness.broker.partition("t", 0).log.flush()
    produce(harness.client(), batch(3))  # read by somebody up to offset 5, and lost
    harness.crash()
    harness.restart()
    produce(harness.client(), batch(7))
    told = _ask(harness.client(), 0)
    assert (told.leader_epoch, told.end_offset) == (0, 2)
