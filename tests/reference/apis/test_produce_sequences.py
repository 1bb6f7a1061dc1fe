"""Produce of idempotent and transactional producers: sequences, epochs, and who takes part in a transaction."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nilometer_reference.wire.messages.produce import (
    PartitionProduceData,
    ProduceRequest,
    TopicProduceData,
)
from nilometer_reference.wire.uuids import ZERO_UUID
from tests.reference.apis.produce_bench import Bench
from tests.reference.requests import (
    batch,
    batches_of,
    error_codes,
    make_topic,
    produce_request,
)

VERSIONS = range(3, 14)


@pytest.fixture
def bench() -> Bench:
    return Bench()


# Idempotence


def test_a_retry_of_one_of_the_last_five_batches_gets_the_original_offset(bench: Bench) -> None:
    for sequence in range(5):
        assert bench.sequenced(sequence * 2, 2).base_offset == sequence * 2
    for sequence in range(5):
        answer = bench.sequenced(sequence * 2, 2)
        assert (answer.error_code, answer.base_offset) == (0, sequence * 2)
    assert bench.offsets() == list(range(10))


def test_a_retry_of_the_sixth_last_batch_is_out_of_order(bench: Bench) -> None:
    for sequence in range(6):
        bench.sequenced(sequence)
    answer = bench.sequenced(0)
    assert (answer.error_code, answer.base_offset, answer.log_start_offset) == (45, -1, 0)
    assert bench.sequenced(1).base_offset == 1


@pytest.mark.parametrize(("sequence", "count"), [(0, 1), (1, 1), (1, 2), (0, 3)])
def test_a_batch_that_overlaps_only_in_part_is_out_of_order(bench: Bench, sequence: int, count: int) -> None:
    bench.sequenced(0, 2)
    assert bench.sequenced(sequence, count).error_code == 45


def test_a_gap_is_out_of_order_and_the_right_batch_is_taken_after_it(bench: Bench) -> None:
    bench.sequenced(0)
    assert bench.sequenced(2).error_code == 45
    assert bench.sequenced(1).error_code == 0
    assert bench.sequenced(2).error_code == 0
    assert bench.offsets() == [0, 1, 2]


@pytest.mark.parametrize(("epoch", "sequence", "code"), [(1, 1, 45), (1, 0, 0), (0, 0, 47), (0, 1, 47)])
def test_epochs_take_over_from_sequence_0_and_fence_older_ones(epoch: int, sequence: int, code: int) -> None:
    bench = Bench()
    bench.sequenced(0, epoch=0)
    if code == 47:
        assert bench.sequenced(0, epoch=1).error_code == 0
    assert bench.sequenced(sequence, epoch=epoch).error_code == code


def test_an_unknown_producer_may_begin_anywhere_and_go_on_from_there(bench: Bench) -> None:
    assert bench.sequenced(1000).error_code == 0
    assert bench.sequenced(1002).error_code == 45
    assert bench.sequenced(1001).error_code == 0


def test_sequences_wrap_to_0(bench: Bench) -> None:
    assert bench.sequenced(2**31 - 2, 2).error_code == 0
    assert bench.sequenced(0).error_code == 0
    assert bench.sequenced(2**31 - 2, 2).base_offset == 0


def test_producers_do_not_see_each_other(bench: Bench) -> None:
    bench.sequenced(0, producer_id=1)
    bench.sequenced(0, producer_id=2)
    assert bench.sequenced(1, producer_id=1).error_code == 0
    assert bench.sequenced(1, producer_id=2).error_code == 0


@pytest.mark.parametrize("how", ["stop", "kill", "crash"])
def test_a_retry_is_known_after_a_restart(how: str) -> None:
    bench = Bench()
    bench.sequenced(0)
    bench.sequenced(1)
    if how == "crash":
        bench.harness.broker.partition("t", 0).log.flush()
    getattr(bench.harness, how)()
    bench.harness.restart()
    bench.client = bench.harness.client()
    assert bench.sequenced(1).base_offset == 1
    assert bench.sequenced(3).error_code == 45
    assert bench.sequenced(2).base_offset == 2


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(1, 3), st.booleans()), max_size=12))
def test_whatever_is_sent_again_nothing_is_stored_twice(sends: list[tuple[int, int, bool]]) -> None:
    bench = Bench()
    next_sequence = 0
    stored: list[tuple[int, int]] = []
    for sequence, count, is_right in sends:
        first = next_sequence if is_right else sequence
        answer = bench.sequenced(first, count)
        if answer.error_code == 0 and first == next_sequence:
            stored.append((first, answer.base_offset))
            next_sequence += count
        elif answer.error_code == 0 and next_sequence:
            assert (first, answer.base_offset) in stored
        elif answer.error_code == 0:  # the very first batch may begin anywhere
            stored.append((first, answer.base_offset))
            next_sequence = first + count
    sequences = [
        header.base_sequence + i
        for header in (one.header for one in batches_of(bench.fetched()))
        for i in range(header.record_count)
    ]
    assert sequences == list(range(sequences[0], next_sequence)) if sequences else not stored


# Transactions


def test_a_transactional_batch_needs_its_partition_in_the_transaction(bench: Bench) -> None:
    producer_id, epoch = bench.begin()
    fields: dict[str, Any] = {
        "producer_id": producer_id,
        "epoch": epoch,
        "transactional": True,
        "transactional_id": "x",
    }
    answer = bench.sequenced(0, version=9, **fields)
    assert (answer.error_code, answer.base_offset, answer.log_start_offset) == (48, -1, -1)
    assert bench.sequenced(0, version=11, **fields).error_code == 120
    bench.add(producer_id, epoch)
    assert bench.sequenced(0, version=9, **fields).error_code == 0


@pytest.mark.parametrize("version", [12, 13])
def test_from_version_12_a_batch_adds_its_partition(bench: Bench, version: int) -> None:
    producer_id, epoch = bench.begin()
    answer = bench.sequenced(
        0, version=version, producer_id=producer_id, epoch=epoch, transactional=True, transactional_id="x"
    )
    assert answer.error_code == 0
    assert bench.harness.broker.transactions.describe("x").partitions == {("t", 0)}


def test_from_version_12_an_unknown_producer_begins_at_0(bench: Bench) -> None:
    producer_id, epoch = bench.begin()
    fields: dict[str, Any] = {
        "producer_id": producer_id,
        "epoch": epoch,
        "transactional": True,
        "transactional_id": "x",
    }
    assert bench.sequenced(3, version=12, **fields).error_code == 45
    assert bench.sequenced(0, version=12, **fields).error_code == 0


def test_a_plain_batch_of_a_producer_in_a_transaction_is_refused(bench: Bench) -> None:
    producer_id, epoch = bench.begin()
    bench.add(producer_id, epoch)
    bench.sequenced(0, producer_id=producer_id, epoch=epoch, transactional=True, transactional_id="x")
    assert bench.sequenced(1, producer_id=producer_id, epoch=epoch).error_code == 48


@pytest.mark.parametrize("version", VERSIONS)
def test_a_transactional_batch_without_transactional_id_fails_the_whole_request(bench: Bench, version: int) -> None:
    transactional = batch(producer_id=7, producer_epoch=0, base_sequence=0, transactional=True)
    topic_id = bench.topic_id if version >= 13 else ZERO_UUID
    request = ProduceRequest(
        acks=-1,
        topic_data=[
            TopicProduceData("t", topic_id, [PartitionProduceData(0, batch()), PartitionProduceData(9, transactional)])
        ],
    )
    answers = bench.client.ask(request, version).responses[0].partition_responses
    assert error_codes(answers) == [53, 53]
    assert bench.offsets() == []


def test_a_request_speaks_for_one_transactional_producer(bench: Bench) -> None:
    make_topic(bench.harness, "u")
    sets = [
        (topic, 0, batch(producer_id=producer_id, producer_epoch=0, base_sequence=0, transactional=True))
        for topic, producer_id in (("t", 7), ("u", 8))
    ]
    response = bench.client.ask(produce_request(*sets, transactional_id="x"), 12)
    assert error_codes([topic.partition_responses[0] for topic in response.responses]) == [49, 49]


def test_a_producer_that_was_fenced_learns_it(bench: Bench) -> None:
    producer_id, epoch = bench.begin()
    bench.begin()
    answer = bench.sequenced(
        0, producer_id=producer_id, epoch=epoch, transactional=True, transactional_id="x", version=12
    )
    assert answer.error_code == 47


def test_somebody_elses_producer_id_is_refused(bench: Bench) -> None:
    bench.begin()
    fields: dict[str, Any] = {"producer_id": 99, "transactional": True, "transactional_id": "x"}
    assert bench.sequenced(0, version=12, **fields).error_code == 49
