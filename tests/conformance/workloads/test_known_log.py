import pytest
from hypothesis import given
from hypothesis import strategies as st

from nilometer.clients.batches import Record, wall_clock_ms
from nilometer.clients.session import READ_COMMITTED, READ_UNCOMMITTED
from nilometer.verdict import NotObservable, Reason
from nilometer.workloads.batches import BatchPlan, named_plan
from nilometer.workloads.known_log import (
    SEGMENT_MS,
    SMALL_SEGMENTS,
    KnownLog,
    TransactionPlan,
    has_transactions,
    steps,
    transaction_protocol,
)
from nilometer_reference.wire.messages import ApiVersionsResponse
from tests.conformance.requirements.faulty import FaultyBroker

plan = st.just(BatchPlan((Record(-1, 5),)))


@given(steps(plan, transactions=False))
def test_without_transactions_there_are_none(chosen):
    assert all(isinstance(step, BatchPlan) for step in chosen)


def test_what_is_known_is_what_a_scan_shows(run):
    now = wall_clock_ms()
    log = KnownLog(run, run.topic())
    log.write(
        [
            named_plan("a", 2, now),
            TransactionPlan((named_plan("b", 1, now), named_plan("c", 1, now)), commit=False),
            named_plan("d", 1, now),
            TransactionPlan((named_plan("e", 1, now),), commit=True),
        ]
    )
    scan = run.session.scan(log.topic)
    assert {record.offset: record for record in scan.records} == log.records
    assert sum(one.is_control for one in scan.stored) == log.ended == 2
    assert log.visible(READ_UNCOMMITTED) == [0, 1, 2, 3, 5, 6]
    assert log.visible(READ_COMMITTED) == [0, 1, 5, 6]
    assert log.next_offset == 7
    assert log.written_at(3).plan.records[0].value == b"c.0"
    assert log.written_at(4) is None


def test_a_batch_that_is_refused_is_skipped_and_not_known(run):
    log = KnownLog(run, run.topic(configs={"max.message.bytes": "100"}))
    assert log.append(named_plan("a", 1, 5, size=500)) is None
    assert log.records == {}
    assert run.result.skipped[Reason.REFUSED] == 1


def test_segments_end_where_time_goes_on(run):
    log = KnownLog(run, run.topic(configs=SMALL_SEGMENTS))
    now = wall_clock_ms()
    for number in range(3):
        log.append(named_plan(f"b{number}", 1, now + number * 2 * SEGMENT_MS))
    assert len(run.session.scan(log.topic).records) == 3


def test_a_target_without_transactions_says_so(honest, run_on):
    def hide(passing):
        if isinstance(passing.response, ApiVersionsResponse):
            passing.response.api_keys = [one for one in passing.response.api_keys if one.api_key not in (24, 26)]

    with FaultyBroker(honest, on_response=hide) as broker:
        run = run_on(broker.bootstrap)
        assert not has_transactions(run)
        with pytest.raises(NotObservable, match="transactions are not served"):
            transaction_protocol(run)
