"""Identities, ends, fencing and reload, by the coordinator."""

from __future__ import annotations

import pytest

from nilometer_models.protocols.transactions import model
from nilometer_models.protocols.transactions.coordinator import is_repeated
from nilometer_models.protocols.transactions.state import COMPLETED, Config, End, Metadata, Rules
from tests.models.protocols.transactions.paths import prepared, started, written


def test_version_2_bumps_the_epoch_at_each_end_and_answers_it() -> None:
    s = prepared(model())
    assert (s.coordinator.state, s.coordinator.epoch, s.coordinator.last_epoch) == ("prepare_commit", 1, 0)
    assert (s.clients[0].phase, s.clients[0].epoch) == ("ready", 1)
    assert s.acknowledged == {1}


def test_at_the_last_epoch_a_transaction_ends_with_a_new_producer_id() -> None:
    one = model(epochs_used=32_766)
    s = prepared(one)
    assert (s.coordinator.producer, s.coordinator.epoch, s.coordinator.next_producer) == (1, 32_767, 2)
    assert (s.clients[0].producer, s.clients[0].epoch) == (2, 0)
    s = one.take(s, "WriteMarker", partition=1, answered=True)
    s = one.take(s, "Complete", again=False)
    assert (s.coordinator.producer, s.coordinator.previous_producer, s.coordinator.epoch) == (2, 1, 0)


@pytest.mark.parametrize(
    ("version", "state", "identity", "outcome", "repeated"),
    [
        (2, "commit", (1, 3), "commit", True),  # one epoch ago: the same EndTxn again
        (2, "commit", (1, 3), "abort", False),
        (2, "commit", (1, 4), "commit", False),  # this epoch: another transaction
        (1, "commit", (1, 4), "commit", True),  # version 1 cannot tell
        (1, "abort", (1, 4), "commit", False),
        (2, "commit", (9, 3), "commit", False),
    ],
)
def test_what_is_taken_for_a_retry(
    version: int, state: str, identity: tuple[int, int], outcome: str, repeated: bool
) -> None:
    m = Metadata(COMPLETED[state], 1, 1, 0, 4, 3, frozenset(), 1)
    assert is_repeated(Config(rules=Rules(version=version)), m, End(1, 1, *identity, outcome)) is repeated


def test_an_open_transaction_is_aborted_before_another_instance_gets_an_identity() -> None:
    one = model(instances=2)
    s = one.take(written(one), "SendInit", instance=2)
    assert one.why_not(s, "AnswerInit", instance=2, attempt=1) == "the open transaction has to be aborted first"
    s = one.take(s, "FenceByInit", instance=2, attempt=1)
    assert s.coordinator.state == "prepare_abort"
    assert s.fenced == {1}
    assert one.why_not(s, "AnswerInit", instance=2, attempt=1) is not None


def test_an_identity_of_long_ago_is_fenced() -> None:
    one = model(instances=2, recoveries=1)
    s = one.take(started(one), "Recover", instance=1)
    s = one.take(s, "SendInit", instance=2)
    s = one.take(s, "AnswerInit", instance=2, attempt=1)
    assert one.why_not(s, "AnswerInit", instance=1, attempt=2) == "it is fenced: the epoch is an old one"


def test_a_new_coordinator_writes_every_marker_again_and_the_old_one_may_be_late() -> None:
    one = model(partitions=2, reloads=1, lost_answers=1)
    s = prepared(one)
    s = one.take(s, "WriteMarker", partition=1, answered=False)
    s = one.take(s, "Reload")
    assert s.markers_left == {1}
    assert [late.partition for late in s.late_markers] == [1]
    assert one.why_not(s, "Reload") == "bound: reloads"


def test_a_transaction_that_was_only_in_memory_is_forgotten() -> None:
    one = model(reloads=1, begin_is_written=False)
    assert one.take(written(one), "Reload").coordinator.state == "empty"
    right = model(reloads=1)
    assert right.take(written(right), "Reload").coordinator.state == "ongoing"


def test_a_fence_that_cannot_be_written_changes_nothing() -> None:
    one = model(failed_writes=1)
    s = written(one)
    assert one.take(s, "FailToFence").coordinator == s.coordinator
