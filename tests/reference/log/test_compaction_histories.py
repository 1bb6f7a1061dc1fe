"""Histories at random of a compacted log: what a cleaning may take away, and what it must leave.

Producers, transactions and tombstones, cleanings up to any high watermark and at any time, cleanings that a full disk
or a loss of power interrupts; after each step the log is held against the list of all that was appended (`model`).
"""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from nilometer_reference.log.append_check import AppendOrigin
from nilometer_reference.log.errors import KafkaStorageError
from nilometer_reference.log.memory_store import MemoryStore
from nilometer_reference.wire.record_encoding import (
    Record,
    decode_records,
    encode_batch,
    encode_end_transaction_marker,
)
from nilometer_reference.wire.records import advance_sequence, split_batches
from tests.reference.log.crashes import crashed
from tests.reference.log.logs import committed, open_log, records, stored
from tests.reference.log.model import ModelBatch, ModelLog

KEYS = st.sampled_from([b"a", b"b"])
CONTENTS = st.lists(st.tuples(KEYS, st.booleans()), min_size=1, max_size=3)
PRODUCERS = st.integers(1, 2)
DELETE_RETENTION_MS = 10
SETTINGS = {
    "cleanup_compact": True,
    "cleanup_delete": False,
    "delete_retention_ms": DELETE_RETENTION_MS,
    "segment_bytes": 700,
    "index_interval_bytes": 100,
    "producer_id_expiration_ms": 2**62,
}


class CompactedLogMachine(RuleBasedStateMachine):
    """A compacted log and the list of what was appended to it."""

    def __init__(self) -> None:
        super().__init__()
        self.store = MemoryStore()
        self.now_ms = 1000
        self.log = open_log(self.store, now_ms=self.now_ms, **SETTINGS)
        self.model = ModelLog()
        self.high_watermark = 0
        self.cleaned_offset = 0
        """Below it a cleaning has gone over everything."""
        self.touched_offset = 0
        """Below it a cleaning may have."""
        self.cleaned_at_ms: dict[int, int] = {}
        """Offset -> the first cleaning that went over it, perhaps."""
        self.bare_at_ms: dict[int, int] = {}
        """Offset of a marker -> the first moment at which nothing of its transaction was left."""
        self.counter = 0

    # Appends

    def _records(self, contents: list[tuple[bytes, bool]]) -> list[Record]:
        self.counter += 1
        return [Record(-1, self.now_ms, key, b"%d" % self.counter if is_value else None) for key, is_value in contents]

    def _append(self, batch: list[Record], codec: int = 0, **producer: object) -> None:
        data = encode_batch(batch, compression=codec, **producer)
        result = self.log.append_as_leader(data, leader_epoch=0, now_ms=self.now_ms)
        self.model.append(ModelBatch(result.base_offset, tuple(batch), 0, **producer))

    @rule(contents=CONTENTS, codec=st.integers(0, 4))
    def append(self, contents: list[tuple[bytes, bool]], codec: int) -> None:
        self._append(self._records(contents), codec)

    @rule(
        producer_id=PRODUCERS,
        batches=st.lists(CONTENTS, min_size=1, max_size=6),
        transactional=st.booleans(),
        bump=st.booleans(),
    )
    def append_idempotent(
        self, producer_id: int, batches: list[list[tuple[bytes, bool]]], transactional: bool, bump: bool
    ) -> None:
        known = self.model.producers().get(producer_id)
        epoch, sequence = (0, 0) if known is None else (known.epoch, 0)
        if known is not None and known.batches:
            sequence = advance_sequence(known.batches[-1][1], 1)
        is_open = known is not None and known.transaction >= 0
        if bump and not is_open:
            epoch, sequence = epoch + 1, 0
        for contents in batches:
            self._append(
                self._records(contents), producer_id=producer_id, producer_epoch=epoch, base_sequence=sequence,
                transactional=transactional or is_open,
            )  # fmt: skip
            sequence = advance_sequence(sequence, len(contents))

    @rule(producer_id=PRODUCERS, batches=st.lists(CONTENTS, min_size=1, max_size=3), commit=st.booleans())
    def transaction(self, producer_id: int, batches: list[list[tuple[bytes, bool]]], commit: bool) -> None:
        self.append_idempotent(producer_id, batches, True, False)
        self.end_transaction(producer_id, commit, False)

    @rule(producer_id=PRODUCERS, commit=st.booleans(), bump=st.booleans())
    def end_transaction(self, producer_id: int, commit: bool, bump: bool) -> None:
        known = self.model.producers().get(producer_id)
        if known is None:
            return
        epoch = known.epoch + bump
        data = encode_end_transaction_marker(producer_id, epoch, 5, commit, self.now_ms)
        result = self.log.append_as_leader(data, leader_epoch=0, now_ms=self.now_ms, origin=AppendOrigin.COORDINATOR)
        contents = decode_records(next(iter(split_batches(data))))[0]
        self.model.append(
            ModelBatch(
                result.base_offset, (contents,), 0, producer_id, epoch,
                transactional=True, marker=commit, coordinator_epoch=5,
            )
        )  # fmt: skip

    # Time, watermark, ends of the process

    @rule(ms=st.integers(1, 15))
    def wait(self, ms: int) -> None:
        self.now_ms += ms

    @rule(data=st.data())
    def raise_high_watermark(self, data: st.DataObject) -> None:
        ends = [batch.last_offset + 1 for batch in self.model.batches if batch.last_offset >= self.high_watermark]
        self.high_watermark = data.draw(st.sampled_from([self.high_watermark, *ends]), "high watermark")

    @rule()
    def roll(self) -> None:
        self.log.roll(self.now_ms)

    @precondition(lambda self: self.touched_offset < self.model.log_end_offset)
    @rule(data=st.data())
    def truncate(self, data: st.DataObject) -> None:
        """As a follower, above what was committed."""
        low = max(self.touched_offset, self.high_watermark)
        if low < self.model.log_end_offset:
            offset = data.draw(st.integers(low, self.model.log_end_offset - 1), "offset")
            self.log.truncate_to(offset)
            self.model.truncate(offset)
            self.high_watermark = min(self.high_watermark, self.model.log_end_offset)

    @rule(orderly=st.booleans())
    def restart(self, orderly: bool) -> None:
        if orderly:
            self.log.close()
        else:
            self.log.write_pending()
        self.log = open_log(self.store, now_ms=self.now_ms, **SETTINGS)

    def _crash(self, data: st.DataObject) -> None:
        flushed_offset = self.log.flushed_offset
        self.store = crashed(self.store, data)
        self.log = open_log(self.store, now_ms=self.now_ms, **SETTINGS)
        end = self.log.log_end_offset
        assert flushed_offset <= end <= self.model.log_end_offset
        self.model.batches = [batch for batch in self.model.batches if batch.last_offset < end]
        self.model.log_end_offset = end
        self.high_watermark = min(self.high_watermark, end)

    @rule(data=st.data())
    def crash(self, data: st.DataObject) -> None:
        self._crash(data)

    # Cleaning

    @rule(whole=st.booleans())
    def clean(self, whole: bool) -> None:
        """Up to the high watermark, or of all that there is."""
        if whole:
            self.high_watermark = self.model.log_end_offset
        before = self.log.last_stable_offset(self.high_watermark)
        cleaning = self.log.compact(self.now_ms, self.high_watermark, force=True)
        if cleaning is None:
            return
        assert cleaning.end_offset <= before
        assert cleaning.bytes_after == self.log.size
        self.cleaned_offset = max(self.cleaned_offset, cleaning.end_offset)
        self._note_cleaning(cleaning.end_offset)
        self._old_tombstones_have_gone()
        self._bare_markers_wait_or_have_gone(cleaning.end_offset)
        self._aborted_records_have_gone(cleaning.end_offset)

    def _note_cleaning(self, end_offset: int) -> None:
        self.touched_offset = max(self.touched_offset, end_offset)
        for batch in self.model.batches:
            if batch.last_offset < end_offset:
                self.cleaned_at_ms.setdefault(batch.last_offset, self.now_ms)

    @rule(data=st.data(), steps=st.integers(0, 30))
    def clean_and_fail(self, data: st.DataObject, steps: int) -> None:
        """The disk fills up, or breaks; then the power goes."""
        limit = self.log.last_stable_offset(self.high_watermark)
        self.log.write_pending()
        self.store.fails_in = steps
        try:
            cleaning = self.log.compact(self.now_ms, self.high_watermark, force=True)
        except KafkaStorageError:
            self._note_cleaning(limit)
        else:
            if cleaning is not None:
                self.cleaned_offset = max(self.cleaned_offset, cleaning.end_offset)
                self._note_cleaning(cleaning.end_offset)
        self._crash(data)

    # What must be so

    def _latest(self, end_offset: int) -> dict[bytes, Record]:
        found = self.model.committed(self.high_watermark)
        return {one.key: one for one in found if one.offset < end_offset and one.key is not None}

    def _horizon_ms(self, offset: int) -> int:
        batch = next(batch for batch in self.model.batches if batch.base_offset <= offset <= batch.last_offset)
        return self.cleaned_at_ms.get(batch.last_offset, self.now_ms) + DELETE_RETENTION_MS

    def _old_tombstones_have_gone(self) -> None:
        there = {one.offset for one in records(self.log)}
        for one in self._latest(self.cleaned_offset).values():
            if one.value is None and self.now_ms >= self._latest_horizon_ms(one.offset):
                assert one.offset not in there

    def _aborted_records_have_gone(self, end_offset: int) -> None:
        aborted = self.model.aborted()
        for one in (batch.header for batch in stored(self.log) if batch.header.base_offset < end_offset):
            if one.is_transactional and not one.is_control and any(
                producer_id == one.producer_id and first <= one.base_offset < marker
                for producer_id, first, marker in aborted
            ):  # fmt: skip
                assert one.record_count == 0

    def _bare_markers_wait_or_have_gone(self, end_offset: int) -> None:
        """A marker is there for its data, for the retention time, for its producer, or for the end of the log."""
        needed = {entry.last_marker_offset for entry in self.log.active_producers()} | {end_offset - 1}
        below = [batch for batch in self.model.batches if batch.marker is not None and batch.last_offset < end_offset]
        for producer_id in {batch.producer_id for batch in below}:
            needed.add(max(batch.base_offset for batch in below if batch.producer_id == producer_id))
        data = {batch.header.base_offset for batch in stored(self.log) if not batch.header.is_control}
        with_data = {
            marker for producer_id, first, marker, _ in self.model.transactions() if marker is not None
            if any(one.base_offset in data and one.producer_id == producer_id and first <= one.base_offset < marker
                   for one in self.model.batches)
        }  # fmt: skip
        for batch in stored(self.log):
            offset = batch.header.base_offset
            if batch.header.is_control and offset < end_offset and offset not in needed | with_data:
                horizon_ms = batch.header.delete_horizon_ms
                assert horizon_ms is not None
                assert horizon_ms > self.now_ms

    def _latest_horizon_ms(self, offset: int) -> int:
        """What its batch says: an interrupted cleaning may have set it before, or not."""
        for batch in stored(self.log):
            if batch.header.base_offset <= offset <= batch.header.last_offset:
                return batch.header.delete_horizon_ms or 2**62
        return 2**62

    @invariant()
    def survivors_are_as_they_were_appended(self) -> None:
        appended = {one.offset: one for batch in self.model.batches for one in batch.records}
        for one in records(self.log):
            assert one == appended[one.offset]
        originals = {batch.base_offset: batch for batch in self.model.batches}
        for batch in stored(self.log):
            header, original = batch.header, originals[batch.header.base_offset]
            assert (header.last_offset, header.producer_id, header.producer_epoch, header.base_sequence) == (
                original.last_offset, original.producer_id, original.producer_epoch, original.base_sequence,
            )  # fmt: skip

    @invariant()
    def offsets_are_what_they_were(self) -> None:
        assert self.log.log_end_offset == self.model.log_end_offset
        assert self.log.last_stable_offset(self.high_watermark) == self.model.last_stable_offset(self.high_watermark)

    @invariant()
    def what_is_not_cleaned_is_whole(self) -> None:
        there = [one for one in records(self.log) if one.offset >= self.touched_offset]
        assert there == [one for one in self.model.records() if one.offset >= self.touched_offset]

    @invariant()
    def the_last_committed_value_of_each_key_is_there(self) -> None:
        visible = {one.offset: one for one in committed(self.log, self.high_watermark)}
        for one in self._latest(self.model.log_end_offset).values():
            assert one.offset in visible or (one.value is None and self.now_ms >= self._horizon_ms(one.offset))

    @invariant()
    def nothing_aborted_is_visible_and_nothing_old_below_the_cleaned_offset(self) -> None:
        visible = committed(self.log, self.high_watermark)
        allowed = {one.offset for one in self.model.committed(self.high_watermark)}
        assert {one.offset for one in visible} <= allowed
        clean = [one for one in visible if one.offset < self.cleaned_offset]
        latest = self._latest(self.cleaned_offset)
        for one in clean:
            assert one.key is not None
            assert one == latest[one.key]

    @invariant()
    def markers_outlive_their_data_by_the_retention_time(self) -> None:
        there = {one.offset for one in records(self.log)}
        batches = {batch.header.base_offset for batch in stored(self.log)}
        for producer_id, first, marker, _ in self.model.transactions():
            if marker is None:
                continue
            data = [
                batch.base_offset for batch in self.model.batches
                if batch.producer_id == producer_id and first <= batch.base_offset < marker
            ]  # fmt: skip
            if (
                not batches.isdisjoint(data)
                or self.now_ms < self.bare_at_ms.setdefault(marker, self.now_ms) + DELETE_RETENTION_MS
            ):
                assert marker in there

    @invariant()
    def producers_are_known(self) -> None:
        found = {
            entry.producer_id: (
                entry.producer_epoch, entry.coordinator_epoch, entry.transaction_first_offset,
                [memory[:3] for memory in entry.batches],
            )
            for entry in self.log.active_producers()
        }  # fmt: skip
        assert found == {
            producer_id: (known.epoch, known.coordinator_epoch, known.transaction, known.batches)
            for producer_id, known in self.model.producers().items()
        }


def test_a_compacted_log_keeps_what_it_promises_whatever_happens_to_it() -> None:
    run_state_machine_as_test(
        CompactedLogMachine, settings=settings(max_examples=60, stateful_step_count=40, deadline=None)
    )
