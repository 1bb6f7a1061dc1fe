"""Fetch with isolation levels: what readers of committed data are given, told and spared."""

import pytest

from nilometer_reference.wire.messages.fetch import (
    FetchResponse,
    PartitionData,
)
from nilometer_reference.wire.record_encoding import decode_control_record, decode_records
from tests.reference.harness import Client, Harness
from tests.reference.requests import batch, batches_of, fetch, fetch_request, make_topic, offsets_of, produce


@pytest.fixture
def harness() -> Harness:
    return Harness()


@pytest.fixture
def topic_id(harness: Harness) -> bytes:
    return make_topic(harness, "t")


@pytest.fixture
def client(harness: Harness, topic_id: bytes) -> Client:  # noqa: ARG001  # the topic is there
    return harness.client()


def _only(response: FetchResponse) -> PartitionData:
    assert response.error_code == 0
    ((data,),) = (topic.partitions for topic in response.responses)
    return data


class Writer:
    """A transactional producer on topic `t`."""

    def __init__(self, harness: Harness, transactional_id: str) -> None:
        self._harness = harness
        self._id = transactional_id
        self._client = harness.client()
        self.producer_id, self.epoch = harness.broker.transactions.init_producer_id(
            transactional_id, 60_000, producer_id=-1, producer_epoch=-1, now_ms=harness.now_ms
        )
        self._sequence = 0

    def write(self, count: int = 1) -> None:
        records = batch(
            count,
            producer_id=self.producer_id,
            producer_epoch=self.epoch,
            base_sequence=self._sequence,
            transactional=True,
        )
        assert produce(self._client, records, version=12, transactional_id=self._id).error_code == 0
        self._sequence += count

    def end(self, *, commit: bool) -> None:
        self.producer_id, self.epoch = self._harness.broker.transactions.end_transaction(
            self._id,
            self.producer_id,
            self.epoch,
            commit=commit,
            client_transaction_version=2,
            now_ms=self._harness.now_ms,
        )
        self._sequence = 0
        self._harness.carry_out(self._harness.node.take_effects(self._harness.now_ms))


@pytest.mark.parametrize("version", [4, 12])
def test_read_committed_ends_at_the_first_open_transaction(harness: Harness, client: Client, version: int) -> None:
    produce(client, batch())
    Writer(harness, "x").write(2)
    produce(client, batch())
    committed = fetch(client, 0, version=version, isolation_level=1)
    assert offsets_of(committed) == [0]
    assert (committed.high_watermark, committed.last_stable_offset) == (4, 1)
    assert committed.aborted_transactions == []
    assert offsets_of(fetch(client, 0, version=version)) == [0, 1, 2, 3]


def test_read_committed_is_told_what_was_aborted_and_gets_the_control_batches(harness: Harness, client: Client) -> None:
    good, bad = Writer(harness, "good"), Writer(harness, "bad")
    good.write()
    bad.write()
    bad.write()
    bad.end(commit=False)
    good.end(commit=True)
    data = fetch(client, 0, isolation_level=1)
    assert offsets_of(data) == [0, 1, 2, 3, 4]
    assert data.aborted_transactions is not None
    aborted = [(one.producer_id, one.first_offset) for one in data.aborted_transactions]
    assert aborted == [(bad.producer_id, 1)]
    markers = [decode_control_record(decode_records(one)[0]) for one in batches_of(data) if one.header.is_control]
    assert [marker.commit for marker in markers if marker is not None] == [False, True]
    assert fetch(client, 0, isolation_level=0).aborted_transactions is None
    assert fetch(client, 4, isolation_level=1).aborted_transactions == []


def test_only_aborts_that_touch_what_is_sent_are_told(harness: Harness, client: Client) -> None:
    writer = Writer(harness, "x")
    for _ in range(2):
        writer.write()
        writer.end(commit=False)
    data = fetch(client, 0, isolation_level=1, partition_max_bytes=1)
    assert offsets_of(data) == [0]
    assert data.aborted_transactions is not None
    assert [one.first_offset for one in data.aborted_transactions] == [0]


def test_three_transactions_of_one_record_leave_data_at_even_offsets(harness: Harness, client: Client) -> None:
    writer = Writer(harness, "x")
    for _ in range(3):
        writer.write()
        writer.end(commit=True)
    batches = batches_of(fetch(client, 0, isolation_level=1))
    assert [one.header.base_offset for one in batches if not one.header.is_control] == [0, 2, 4]


def test_a_commit_ends_the_wait_of_read_committed(harness: Harness, client: Client) -> None:
    writer = Writer(harness, "x")
    client.send(fetch_request(("t", 0, 0), max_wait_ms=500, isolation_level=1), 12)
    writer.write()
    assert not client.has_answer
    writer.end(commit=True)
    assert offsets_of(_only(client.answer())) == [0, 1]


@pytest.mark.parametrize("version", [12, 13])
def test_an_isolation_level_that_is_none_is_refused(client: Client, version: int) -> None:
    response = client.ask(
        fetch_request(("t", 0, 0) if version < 13 else (b"\1" * 16, 0, 0), isolation_level=2), version
    )
    assert response.error_code == -1
    assert [topic.partitions[0].error_code for topic in response.responses] == ([-1] if version < 13 else [])
