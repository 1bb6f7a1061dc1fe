"""What partitions take: the two tables of `partitions.py`."""

from __future__ import annotations

import pytest

from nilometer_models.protocols.transactions import model
from nilometer_models.protocols.transactions.partitions import needs_verification, refuses_marker
from nilometer_models.protocols.transactions.state import COMMIT, DATA, Config, Entry, Produce, Rules
from tests.models.protocols.transactions.paths import prepared, started, written

OPEN = (Entry(DATA, 1, 1, 3, -1),)
ENDED = (*OPEN, Entry(COMMIT, 1, 1, 4, 1))


@pytest.mark.parametrize(
    ("version", "log", "epoch", "coordinator_epoch", "refused"),
    [
        (2, OPEN, 2, 1, True),
        (2, OPEN, 3, 1, True),
        (2, OPEN, 4, 1, False),
        (2, ENDED, 4, 1, False),  # the marker again (KAFKA-19999)
        (2, ENDED, 4, 0, True),  # … by a former coordinator
        (1, OPEN, 2, 1, True),
        (1, OPEN, 3, 1, False),
        (1, ENDED, 4, 1, False),
    ],
)
def test_which_markers_are_refused(
    version: int, log: tuple[Entry, ...], epoch: int, coordinator_epoch: int, refused: bool
) -> None:
    c = Config(rules=Rules(version=version))
    assert (refuses_marker(c, log, Entry(COMMIT, 1, 1, epoch, coordinator_epoch)) is not None) is refused


def test_only_the_first_record_of_a_transaction_on_a_partition_is_verified() -> None:
    record = Produce(1, 1, 1, 1, 3, verified=False)
    assert needs_verification(Config(), (), record)
    assert needs_verification(Config(), ENDED, record._replace(epoch=4))
    assert not needs_verification(Config(), OPEN, record)
    assert not needs_verification(Config(), (), record._replace(verified=True))
    assert not needs_verification(Config(rules=Rules(verification=False)), (), record)


def test_a_retry_is_acknowledged_and_not_appended_again() -> None:
    one = model(retries=1)
    s = one.take(started(one), "Send", instance=1, partition=1)
    s = one.take(s, "ResendRecord", instance=1, partition=1)
    s = one.take(s, "Verify", transaction=1, partition=1, attempt=1)
    s = one.take(s, "AppendRecord", transaction=1, partition=1, attempt=1)
    s = one.take(s, "AppendRecord", transaction=1, partition=1, attempt=2)
    assert len(s.logs[0]) == 1


def test_after_the_marker_a_late_record_is_fenced() -> None:
    one = model(retries=1)
    s = one.take(started(one), "Send", instance=1, partition=1)
    s = one.take(s, "ResendRecord", instance=1, partition=1)
    s = one.take(s, "Verify", transaction=1, partition=1, attempt=1)
    s = one.take(s, "SendEnd", instance=1, outcome="abort")
    s = one.take(s, "AnswerEnd", transaction=1, attempt=1)
    s = one.take(s, "WriteMarker", partition=1, answered=True)
    assert not any(p.verified for p in s.produces)
    for attempt in (1, 2):
        reason = one.why_not(s, "AppendRecord", transaction=1, partition=1, attempt=attempt)
        assert reason == "it is fenced: the partition knows a later epoch"


def test_a_lost_answer_makes_the_marker_come_again() -> None:
    one = model(lost_answers=1)
    s = one.take(prepared(one), "WriteMarker", partition=1, answered=False)
    assert one.why_not(s, "WriteMarker", partition=1, answered=True) is None
    strict = model(lost_answers=1, repeated_marker_taken=False)
    s = strict.take(prepared(strict), "WriteMarker", partition=1, answered=False)
    assert strict.why_not(s, "WriteMarker", partition=1, answered=True) == "the partition knows that epoch already"


def test_without_verification_a_record_needs_no_coordinator() -> None:
    one = model(version=1, verification=False)
    s = one.take(started(one), "SendAdd", instance=1, partition=1)
    s = one.take(s, "AnswerAdd", transaction=1, partition=1)
    s = one.take(s, "Send", instance=1, partition=1)
    assert one.why_not(s, "Verify", transaction=1, partition=1, attempt=1) == "it needs no verification"
    assert one.why_not(s, "AppendRecord", transaction=1, partition=1, attempt=1) is None
    assert model().why_not(written(model()), "AppendRecord", transaction=1, partition=1, attempt=1) is not None
