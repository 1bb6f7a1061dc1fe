"""What clients may send, and when."""

from __future__ import annotations

from nilometer_models.protocols.transactions import model
from tests.models.protocols.transactions.paths import started, written


def test_a_client_starts_once() -> None:
    one = model()
    assert one.why_not(started(one), "SendInit", instance=1) == "it has started"


def test_only_what_was_acknowledged_is_committed_but_anything_is_aborted() -> None:
    one = model()
    sent = one.take(started(one), "Send", instance=1, partition=1)
    assert one.why_not(sent, "SendEnd", instance=1, outcome="commit") == "it waits for acknowledgements"
    assert one.why_not(sent, "SendEnd", instance=1, outcome="abort") is None
    assert one.why_not(written(one), "SendEnd", instance=1, outcome="commit") is None


def test_in_version_1_a_partition_is_added_before_it_is_written() -> None:
    one = model(version=1)
    s = started(one)
    assert one.why_not(s, "Send", instance=1, partition=1) == "the partition is not in the transaction"
    s = one.take(s, "SendAdd", instance=1, partition=1)
    assert one.why_not(s, "SendAdd", instance=1, partition=1) == "it has asked"
    s = one.take(s, "AnswerAdd", transaction=1, partition=1)
    assert one.why_not(s, "Send", instance=1, partition=1) is None
    assert model().why_not(started(model()), "SendAdd", instance=1, partition=1) == "producing adds the partition"


def test_a_retry_leaves_the_first_request_under_way() -> None:
    one = model(retries=1)
    s = one.take(started(one), "Send", instance=1, partition=1)
    s = one.take(s, "ResendRecord", instance=1, partition=1)
    assert [p.attempt for p in sorted(s.produces)] == [1, 2]
    assert one.why_not(s, "ResendRecord", instance=1, partition=1) == "bound: retries"


def test_a_client_hears_only_the_answer_that_it_waits_for() -> None:
    one = model(retries=1)
    s = one.take(written(one), "SendEnd", instance=1, outcome="abort")
    s = one.take(s, "ResendRequest", instance=1)
    s = one.take(s, "AnswerEnd", transaction=1, attempt=1)
    assert s.clients[0].phase == "ending"


def test_a_recovery_is_between_two_transactions() -> None:
    one = model(recoveries=1)
    assert one.why_not(written(one), "Recover", instance=1) == "it is not between two transactions"
    s = one.take(started(one), "Recover", instance=1)
    s = one.take(s, "AnswerInit", instance=1, attempt=2)
    assert s.clients[0].epoch == 1
    assert s.coordinator.last_epoch == 0
