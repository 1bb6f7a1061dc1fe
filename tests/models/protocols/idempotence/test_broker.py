"""The leader and the faults: what each leaves of log, state and connections."""

from __future__ import annotations

from nilometer_models.protocols.idempotence import model
from nilometer_models.protocols.idempotence.state import Producer, Remembered, Request, Rules
from tests.models.protocols.idempotence.test_client import run

FIRST = Remembered(0, 0)


def test_a_retry_is_answered_with_the_offset_of_then_and_appended_once() -> None:
    small = model(batches=1)
    state = run(small, "Send", "Deliver 1", "Break", "Resend", "Deliver 2")
    assert state.log == (Request(1, 0, 0),)
    assert [(answer.verdict, answer.offset) for answer in state.answers] == [("duplicate", 0)]


def test_a_late_request_is_judged_and_nobody_hears_of_it() -> None:
    small = model(batches=1)
    state = run(small, "Send", "Break", "Resend", "Deliver 2", "Deliver 1")
    assert len(state.log) == 1
    assert len(state.answers) == 1


def test_an_append_that_fails_changes_nothing() -> None:
    failed = run(model(batches=1, failures=1), "Send", "FailAppend 1")
    assert (failed.log, failed.producer) == ((), None)
    assert failed.answers[0].verdict == "failed"
    wrong = run(model(Rules(state_follows_append=False), batches=1, failures=1), "Send", "FailAppend 1")
    assert wrong.producer == Producer(0, (FIRST,))


def test_what_is_not_replicated_is_lost_with_its_state() -> None:
    small = model(batches=2, failovers=1)
    state = run(small, "Send", "Deliver 1", "Replicate", "Send", "Deliver 1", "Failover")
    assert state.log == (Request(1, 0, 0),)
    assert state.producer == Producer(0, (FIRST,))
    assert state.connection == 2
    wrong = model(Rules(truncation_rewinds_state=False), batches=2, failovers=1)
    assert run(wrong, "Send", "Deliver 1", "Failover").producer == Producer(0, (FIRST,))


def test_a_restart_has_the_window_back_or_as_in_kafka_its_last_batch() -> None:
    steps = ("Send", "Send", "Deliver 1", "Deliver 1", "Restart")
    assert run(model(batches=2, restarts=1), *steps).producer == Producer(0, (FIRST, Remembered(1, 1)))
    kafka = model(Rules(snapshot_has_window=False), batches=2, restarts=1)
    assert run(kafka, *steps).producer == Producer(0, (Remembered(1, 1),))


def test_after_a_deletion_of_everything_kafkas_restart_forgets() -> None:
    steps = ("Send", "Deliver 1", "Replicate", "DeleteRecords", "Restart")
    assert run(model(batches=1, restarts=1, deletions=1), *steps).producer is not None
    kafka = model(Rules(snapshot_outlives_records=False), batches=1, restarts=1, deletions=1)
    assert run(kafka, *steps).producer is None


def test_only_an_idle_producer_is_forgotten_and_nothing_old_arrives_after_that() -> None:
    small = model(batches=1, evictions=1)
    busy = run(small, "Send", "Deliver 1", "Break", "Resend")
    assert small.why_not(busy, "Evict") == "it is not idle"
    idle = run(small, "Send", "Break", "Resend", "Deliver 2", "Replicate", "TakeAnswer")
    assert idle.wires[0]
    after = small.take(idle, "Evict")
    assert (after.producer, after.forgotten) == (None, 1)
    assert not any(after.wires)
    early = model(Rules(state_kept_while_busy=False), batches=1, evictions=1)
    assert early.why_not(busy, "Evict") is None


def test_a_producer_about_to_wrap_is_not_forgotten() -> None:
    """With state forgotten, the batch that has sequence 0 after the wrap would be taken for a first one."""
    tight = model(batches=3, modulus=4, breaks=0, evictions=1)
    round_trip = ("Send", "Deliver 1", "Replicate", "TakeAnswer")
    assert tight.why_not(run(tight, *round_trip, *round_trip), "Evict") is None
    reason = tight.why_not(run(tight, *round_trip, *round_trip, *round_trip), "Evict")
    assert reason == "premise: the sequence is not about to wrap"


def test_deletion_leaves_the_state() -> None:
    steps = ("Send", "Deliver 1", "Replicate", "DeleteRecords")
    assert run(model(batches=1, deletions=1), *steps).producer is not None
    assert run(model(Rules(state_outlives_records=False), batches=1, deletions=1), *steps).producer is None


def test_a_request_may_not_be_late_by_a_whole_cycle() -> None:
    small = model(batches=4, in_flight=1, modulus=4)
    round_trip = ("Deliver 2", "Replicate", "TakeAnswer", "Send")
    late = run(small, "Send", "Break", "Resend", *round_trip, *round_trip)
    assert small.why_not(late, "Deliver", on=1) is None
    later = run(small, "Send", "Break", "Resend", *round_trip, *round_trip, *round_trip)
    assert small.why_not(later, "Deliver", on=1) == "premise: nothing is under way for a whole cycle of sequences"
