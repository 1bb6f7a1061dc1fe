"""The client: order of retries, what it makes of answers, a new epoch."""

from __future__ import annotations

from typing import Any

from nilometer_models.machine import Instance
from nilometer_models.protocols.idempotence import model
from nilometer_models.protocols.idempotence.client import batch_in_flight, bumps, reconnect
from nilometer_models.protocols.idempotence.state import NOTHING, Answer, Client, InFlight, Rules, State


def run(instance: Instance[Any, Any, Any], *steps: str) -> State:
    """The state after these steps; `Deliver 1` delivers on connection 1."""
    state: State = next(instance.initial())
    for step in steps:
        name, _, on = step.partition(" ")
        state = instance.take(state, name, **({"on": int(on)} if on else {}))
    return state


def test_retries_go_one_at_a_time_in_order() -> None:
    small = model(batches=3)
    broken = run(small, "Send", "Send", "Break", "Resend")
    assert [batch.awaiting for batch in broken.in_flight] == [True, False]
    assert broken.wires[1] == broken.wires[0][:1]
    assert small.why_not(broken, "Resend") == "its answer is awaited"


def test_a_flight_reaches_no_further_than_the_window() -> None:
    small = model(batches=3, breaks=0, failures=1)
    gap = run(small, "Send", "FailAppend 1", "Send", "TakeAnswer", "Resend", "Deliver 1")
    assert small.why_not(gap, "Send") == "the first batch in flight is too far behind"


def refused(batch: int, epoch: int = 0) -> Answer:
    return Answer(batch, epoch, "out_of_order", NOTHING)


def flight(**client: int) -> State:
    made = next(model(batches=3).initial())
    in_flight = (InFlight(2, 0, 1, awaiting=True), InFlight(3, 0, 2, awaiting=True))
    return made._replace(client=Client(**{"sent": 3, "next_sequence": 3, **client}), in_flight=in_flight)


def test_only_the_refusal_of_the_next_batch_means_a_lost_state() -> None:
    c = model(batches=3).config
    after_first = flight(last_acked=0)
    assert bumps(c, after_first, refused(2))
    assert not bumps(c, after_first, refused(3))
    assert not bumps(c, after_first, refused(1))
    assert not bumps(c, after_first, refused(2, epoch=1))
    assert bumps(c._replace(rules=Rules(bumps_only_if_next=False)), after_first, refused(3))


def test_a_new_epoch_numbers_what_is_in_flight_in_order() -> None:
    small = model(batches=3)
    state = flight(last_acked=0)._replace(answers=(refused(2),))
    after = small.take(state, "TakeAnswer")
    assert after.client == Client(epoch=1, next_sequence=2, last_acked=NOTHING, sent=3)
    assert after.in_flight == (InFlight(2, 1, 0, awaiting=False), InFlight(3, 1, 1, awaiting=True))
    swapped = model(Rules(renumbered_in_order=False), batches=3).take(state, "TakeAnswer")
    assert [batch.batch for batch in swapped.in_flight] == [3, 2]


def test_a_success_ends_a_batch_and_a_second_one_is_ignored() -> None:
    small = model(batches=3)
    success = Answer(2, 0, "appended", 1)
    state = flight(last_acked=0)._replace(answers=(success, success), replicated=2)
    once = small.take(state, "TakeAnswer")
    assert once.acked == (NOTHING, 1, NOTHING)
    assert once.client.last_acked == 1
    assert batch_in_flight(once, 2) is None
    twice = small.take(once, "TakeAnswer")
    assert twice == once._replace(answers=())


def test_the_last_acknowledged_sequence_is_that_of_the_latest_batch() -> None:
    """Also when answers come out of order, and after a wrap; Kafka takes the largest number."""
    latest = Answer(3, 0, "appended", 2), Answer(2, 0, "duplicate", 1)
    state = flight(last_acked=0)._replace(answers=latest, replicated=3)
    small = model(batches=3)
    assert small.take(small.take(state, "TakeAnswer"), "TakeAnswer").client.last_acked == 2
    wrapped = flight(last_acked=3)._replace(answers=latest[1:], replicated=3)
    assert small.take(wrapped, "TakeAnswer").client.last_acked == 1
    by_number = model(Rules(last_acked_wraps=False), batches=3)
    assert by_number.take(wrapped, "TakeAnswer").client.last_acked == 3


def test_a_new_connection_forgets_answers_and_keeps_what_is_in_flight() -> None:
    state = flight()._replace(answers=(refused(2),))
    after = reconnect(state)
    assert (after.connection, after.answers) == (2, ())
    assert [batch.awaiting for batch in after.in_flight] == [False, False]


def test_a_new_epoch_elsewhere_waits_until_nothing_is_in_flight() -> None:
    small = model(batches=2, bumps=1)
    start = next(small.initial())
    assert small.why_not(small.take(start, "Send"), "BumpForAnotherPartition") is not None
    after = small.take(start, "BumpForAnotherPartition")
    assert after.client == Client(epoch=1)
    assert small.why_not(after, "BumpForAnotherPartition") == "bound: epochs"
