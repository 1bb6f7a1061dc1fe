"""The oracle of transactions, and the steps that tell it what happened."""

import pytest

from nilometer.catalogue import load
from nilometer.clients.transactional import Protocol
from nilometer.requirements.transactions._world import Outcome, World, served_protocols, shown
from nilometer.run import Run
from nilometer.settings import Settings
from nilometer.verdict import NotObservable, Reason
from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.messages import ApiVersionsResponse, EndTxnRequest, EndTxnResponse
from nilometer_reference.wire.record_encoding import Record
from tests.conformance.requirements.faulty import FaultyBroker
from tests.conformance.requirements.judging import subject


def new_run(bootstrap, **settings):
    return Run(load()["T1"], subject(bootstrap), Settings(**settings), deadline=1e12)


@pytest.fixture
def run(honest):
    made = new_run(honest)
    yield made
    made.close()


def test_protocols_alternate_between_those_that_are_served(run):
    world = World(run, producers=3)
    assert [one.protocol for one in world.actors] == [Protocol.TV2, Protocol.TV1, Protocol.TV2]
    assert {one.protocol for one in World(run, protocol=Protocol.TV1).actors} == {Protocol.TV1}


def test_the_oracle_expects_what_was_committed_and_what_is_plain(run):
    world = World(run, producers=2, partitions=1)
    world.write(0, records=2)
    world.write(1)
    world.write_plain()
    world.end(0, commit=True)
    world.end(1, commit=False)
    world.settle()
    assert sorted(world.expected(0)) == [0, 1, 3]
    read = world.read(0)
    assert read.complete
    assert read.values == world.expected(0)
    first, second = world.history
    assert (first.outcome, second.outcome) == (Outcome.COMMITTED, Outcome.ABORTED)
    assert world.writer_of(read.values[0]) is first
    assert world.writer_of(b"nobody's") is None


def test_reading_in_small_portions_delivers_the_same(run):
    world = World(run, producers=2, partitions=1)
    for producer, commit in ((0, True), (1, False), (1, True), (0, False), (0, True)):
        world.write(producer, records=2)
        world.end(producer, commit)
    world.settle()
    assert world.read(0, max_bytes=1).values == world.read(0).values == world.expected(0)
    assert len(world.read(0, max_bytes=1).fetches) > 5


def test_fencing_aborts_what_was_open(run):
    world = World(run, producers=1, partitions=1)
    world.write(0)
    world.fence(0)
    world.write(0)
    world.end(0, commit=True)
    world.settle()
    assert [one.outcome for one in world.history] == [Outcome.ABORTED, Outcome.COMMITTED]
    assert world.read(0).values == world.expected(0)


def test_an_end_that_is_refused_leaves_the_transaction_to_the_next_instance(honest):
    refusals = iter([ErrorCode.INVALID_TXN_STATE])

    def refuse(passing):
        code = next(refusals, None) if isinstance(passing.request, EndTxnRequest) else None
        return EndTxnResponse(error_code=code) if code is not None else None

    with FaultyBroker(honest, on_request=refuse) as broker:
        world = World(new_run(broker.bootstrap), producers=1, partitions=1)
        world.write(0)
        world.end(0, commit=True)
        (transaction,) = world.history
        assert transaction.outcome is Outcome.ABORTED
        assert "INVALID_TXN_STATE" in transaction.why
        world.settle()
        assert world.read(0).values == {}


def test_everything_that_is_open_is_ended_half_by_commit_and_half_by_abort(run):
    world = World(run, producers=2, partitions=2)
    world.write(0)
    world.write(1, partition=1)
    assert world.unsettled(0.0) is not None
    world.settle()
    assert [one.outcome for one in world.history] == [Outcome.COMMITTED, Outcome.ABORTED]
    assert world.unsettled(0.0) is None


def test_a_partition_that_does_not_come_to_rest_ends_the_check(honest):
    with FaultyBroker(honest) as broker:
        run = new_run(broker.bootstrap, liveness_s=0.2)
        world = World(run, producers=1, partitions=1)
        world.write(0)
        world.open.clear()  # nobody knows about it any more
        with pytest.raises(NotObservable) as stuck:
            world.settle()
        assert stuck.value.reason is Reason.INCOMPLETE_READ


def test_evidence_of_a_transaction_is_what_its_producer_sent_for_it(run):
    world = World(run, producers=2, partitions=1)
    world.write(0)
    world.write(1)
    world.end(0, commit=True)
    apis = [one.api for one in world.history[0].exchanges]
    assert apis == ["Produce", "EndTxn"]
    assert world.history[1].exchanges[0].api == "AddPartitionsToTxn"


def test_where_no_transactions_are_served_nothing_can_be_asked(honest):
    def hide(passing):
        if isinstance(passing.response, ApiVersionsResponse):
            passing.response.api_keys = [one for one in passing.response.api_keys if one.api_key != 26]

    with FaultyBroker(honest, on_response=hide) as broker, pytest.raises(NotObservable) as missing:
        served_protocols(new_run(broker.bootstrap))
    assert missing.value.reason is Reason.API_NOT_SERVED


def test_values_are_shown_by_offset():
    assert shown({4: b"b", 2: b"a"}) == "2=a 4=b"
    assert shown([Record(3, 0, None, b"x")]) == "3=x"
    assert shown({}) == "no records"
