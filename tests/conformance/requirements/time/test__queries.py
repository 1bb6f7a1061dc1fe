import pytest

from nilometer.checkers.time_queries import NONE
from nilometer.clients.batches import Record
from nilometer.requirement import requirement
from nilometer.requirements._deleting import HIGH_WATERMARK, deleted_records
from nilometer.requirements.time._queries import answer, ask, base_ms, large_log, scanned, timed_log
from nilometer.run import Run
from nilometer.settings import Settings
from nilometer.verdict import Reason
from nilometer.workloads.batches import BatchPlan
from nilometer.workloads.known_log import KnownLog, TransactionPlan
from nilometer_reference.wire.errors import ErrorCode
from tests.conformance.requirements.faulty import FaultyBroker
from tests.conformance.requirements.judging import subject
from tests.conformance.requirements.tampering import listed


@pytest.fixture
def run(honest):
    @requirement(
        id="TI99",
        name="time.test",
        level="INFO",
        sentence="x",
        profiles=("core",),
        sources=("x",),
        signatures={"x": "x"},
    )
    def check(run):
        """Never called."""

    made = Run(check, subject(honest), Settings(), float("inf"))
    yield made
    made.close()


def test_a_scan_knows_every_timestamp_markers_included(run):
    base = base_ms()
    first = BatchPlan((Record(-1, base + 5), Record(-1, base + 2)))
    second = TransactionPlan((BatchPlan((Record(-1, base + 9),)),), commit=False)
    log = timed_log(run, [first, second])
    known = scanned(run.session, log.topic)
    assert (known.start, known.end) == (0, 4)
    assert known.oracle.records[:3] == [(0, base + 5), (1, base + 2), (2, base + 9)]
    assert known.oracle.records[3][1] > base + 9
    assert known.oracle.first_at_or_after(base + 6) == (2, base + 9)
    assert set(known.leader_epochs) == {0, 1, 2, 3}
    assert known.text.startswith(f"timestamps by offset: 0: {base + 5}, 1: {base + 2}")


def test_an_emptied_log_has_no_records(run):
    log = timed_log(run, [BatchPlan((Record(-1, base_ms()),))])
    deleted_records(run.session, log.topic, HIGH_WATERMARK)
    known = scanned(run.session, log.topic)
    assert (known.start, known.end) == (1, 1)
    assert known.oracle.records == []


def test_a_large_log_has_several_segments_worth_of_times(run):
    log = large_log(run, 10)
    times = [record.timestamp for record in log.records.values()]
    assert len(times) >= 10
    assert times != sorted(times)


def test_an_error_is_noted_and_no_answer(honest, run):
    def refuse(passing):
        for _, one in listed(passing):
            one.error_code = ErrorCode.LEADER_NOT_AVAILABLE

    log = KnownLog(run, run.topic())
    with FaultyBroker(honest, on_response=refuse) as broker:
        run.session.close()
        run.session.bootstrap[:] = [broker.address]
        run.session.brokers.clear()
        run.session.forget_leaders()
        assert ask(run, log.topic, 0) is None
    assert run.result.skipped[Reason.REFUSED] == 1


def test_answers_in_words():
    assert answer(NONE, NONE) == "no record (offset -1)"
    assert answer(3, 77) == "offset 3, with timestamp 77"
