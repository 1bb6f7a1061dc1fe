from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nilometer_reference.broker.groups.offsets import OffsetStore
from nilometer_reference.wire.messages.coordinator_records import OffsetCommitKey, OffsetCommitValue

LOG = 0
T0 = ("t", 0)


class Fold:
    """A store and the offset of the next record."""

    def __init__(self) -> None:
        self.store = OffsetStore()
        self.next_offset = 0

    def commit(self, offset: int, *, producer_id: int = -1, group: str = "g", log: int = LOG) -> None:
        key = OffsetCommitKey(group, *T0)
        self.store.apply(log, self.next_offset, producer_id, key, OffsetCommitValue(offset, metadata=f"at {offset}"))
        self.next_offset += 1

    def tombstone(self, group: str = "g") -> None:
        self.store.apply(LOG, self.next_offset, -1, OffsetCommitKey(group, *T0), None)
        self.next_offset += 1

    def end(self, producer_id: int, *, commit: bool, log: int = LOG) -> None:
        self.store.end_transaction(log, producer_id, commit=commit)
        self.next_offset += 1

    @property
    def value(self) -> int | None:
        found = self.store.get("g", T0)
        return None if found is None else found.offset


def test_a_commit_is_there_at_once_and_the_last_one_counts() -> None:
    fold = Fold()
    assert fold.value is None
    fold.commit(5)
    fold.commit(3)
    assert fold.value == 3
    found = fold.store.get("g", T0)
    assert found is not None
    assert (found.metadata, found.record_offset, found.leader_epoch) == ("at 3", 1, -1)


def test_a_tombstone_takes_committed_and_pending_offsets() -> None:
    fold = Fold()
    fold.commit(5)
    fold.commit(6, producer_id=1)
    fold.commit(7, producer_id=2)
    fold.tombstone()
    assert fold.value is None
    assert not fold.store.has_pending("g")
    fold.end(1, commit=True)
    fold.end(2, commit=True)
    assert fold.value is None
    assert fold.store.partitions("g") == []


@pytest.mark.parametrize(("commit", "expected"), [(True, 6), (False, 5)])
def test_an_offset_of_a_transaction_waits_for_its_marker(commit: bool, expected: int) -> None:
    fold = Fold()
    fold.commit(5)
    fold.commit(6, producer_id=1)
    assert fold.value == 5
    assert fold.store.is_pending("g", T0)
    fold.end(1, commit=commit)
    assert fold.value == expected
    assert not fold.store.is_pending("g", T0)


def test_the_last_offset_of_a_transaction_counts() -> None:
    fold = Fold()
    fold.commit(6, producer_id=1)
    fold.commit(4, producer_id=1)
    fold.end(1, commit=True)
    assert fold.value == 4


def test_a_marker_decides_the_offsets_of_its_own_producer_only() -> None:
    """B087."""
    fold = Fold()
    fold.commit(6, producer_id=1)
    fold.commit(7, producer_id=2)
    fold.end(1, commit=False)
    assert fold.store.is_pending("g", T0)
    assert fold.value is None
    fold.end(2, commit=True)
    assert fold.value == 7


def test_a_marker_decides_in_its_own_partition_of_the_log_only() -> None:
    fold = Fold()
    fold.commit(6, producer_id=1, log=0)
    fold.commit(7, producer_id=1, group="h", log=1)
    fold.end(1, commit=True, log=1)
    assert fold.value is None
    assert fold.store.is_pending("g", T0)
    fold.end(1, commit=True, log=0)
    assert fold.value == 6


def test_of_a_plain_commit_and_a_transaction_the_later_record_wins_whenever_the_marker_comes() -> None:
    """B089."""
    fold = Fold()
    fold.commit(6, producer_id=1)
    fold.commit(5)
    fold.end(1, commit=True)
    assert fold.value == 5
    fold.commit(8)
    fold.commit(7, producer_id=1)
    fold.end(1, commit=True)
    assert fold.value == 7


def test_of_two_transactions_the_later_record_wins_whichever_is_decided_first() -> None:
    for order in ([1, 2], [2, 1]):
        fold = Fold()
        fold.commit(6, producer_id=1)
        fold.commit(7, producer_id=2)
        for producer_id in order:
            fold.end(producer_id, commit=True)
        assert fold.value == 7


def test_a_marker_of_a_producer_that_staged_nothing_has_no_effect() -> None:
    fold = Fold()
    fold.commit(5)
    fold.end(9, commit=True)
    fold.end(9, commit=False)
    assert fold.value == 5


def test_the_next_transaction_of_a_producer_is_another_one() -> None:
    fold = Fold()
    fold.commit(6, producer_id=1)
    fold.end(1, commit=False)
    fold.commit(7, producer_id=1)
    fold.end(1, commit=True)
    assert fold.value == 7


def test_all_offsets_of_a_group_are_listed_committed_and_pending() -> None:
    store = OffsetStore()
    store.apply(LOG, 0, -1, OffsetCommitKey("g", "t", 0), OffsetCommitValue(1))
    store.apply(LOG, 1, 7, OffsetCommitKey("g", "t", 0), OffsetCommitValue(2))
    store.apply(LOG, 2, 7, OffsetCommitKey("g", "u", 3), OffsetCommitValue(3))
    store.apply(LOG, 3, -1, OffsetCommitKey("h", "t", 0), OffsetCommitValue(4))
    assert store.partitions("g") == [("t", 0), ("u", 3)]
    assert [(group, partition, found.offset) for group, partition, found in store.all()] == [
        ("g", ("t", 0), 1), ("h", ("t", 0), 4), ("g", ("t", 0), 2), ("g", ("u", 3), 3),
    ]  # fmt: skip


# All histories


@dataclass(frozen=True)
class Step:
    kind: str
    producer_id: int = -1
    key: int = 0


STEPS = st.one_of(
    st.builds(Step, st.just("commit"), st.sampled_from([-1, 1, 2, 3]), st.integers(0, 1)),
    st.builds(Step, st.sampled_from(["end", "abort"]), st.sampled_from([1, 2, 3])),
    st.builds(Step, st.just("tombstone"), key=st.integers(0, 1)),
)


@given(st.lists(STEPS, max_size=40))
def test_what_is_committed_is_the_latest_decided_record_since_the_last_tombstone(steps: list[Step]) -> None:
    """Against the definition, read off the whole history."""
    store = OffsetStore()
    for at, step in enumerate(steps):
        key = OffsetCommitKey("g", "t", step.key)
        if step.kind == "commit":
            store.apply(LOG, at, step.producer_id, key, OffsetCommitValue(at))
        elif step.kind == "tombstone":
            store.apply(LOG, at, -1, key, None)
        else:
            store.end_transaction(LOG, step.producer_id, commit=step.kind == "end")
    for partition in (0, 1):
        cleared = max((at for at, step in enumerate(steps) if step == Step("tombstone", key=partition)), default=-1)
        decided, pending = [], False
        for at, step in enumerate(steps):
            if step.kind != "commit" or step.key != partition or at < cleared:
                continue
            markers = [later for later in steps[at:] if later.kind in ("end", "abort")]
            outcome = next((marker.kind for marker in markers if marker.producer_id == step.producer_id), "open")
            if step.producer_id < 0 or outcome == "end":
                decided.append(at)
            pending = pending or (step.producer_id >= 0 and outcome == "open")
        found = store.get("g", ("t", partition))
        assert (None if found is None else found.offset) == max(decided, default=None)
        assert store.is_pending("g", ("t", partition)) == pending
