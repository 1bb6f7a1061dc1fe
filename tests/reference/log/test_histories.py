"""Histories at random: whatever is done to a log, it is the plain list of batches that `model` says.

Appends of every kind, retries, transactions, leader changes, rolls, flushes, truncation, deletion, retention; the end
of the process in an orderly way, by a kill, and by a loss of power that keeps any part of what was not flushed.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from nilometer_reference.log.append_check import AppendOrigin
from nilometer_reference.log.errors import OffsetOutOfRange, OutOfOrderSequence
from nilometer_reference.log.file_store import FileStore
from nilometer_reference.log.log import Log
from nilometer_reference.log.memory_store import MemoryStore
from nilometer_reference.log.storage import Store
from nilometer_reference.wire.chunks import join
from nilometer_reference.wire.record_encoding import (
    Record,
    decode_records,
    encode_batch,
    encode_end_transaction_marker,
)
from nilometer_reference.wire.records import advance_sequence, split_batches
from tests.reference.log.crashes import crashed
from tests.reference.log.logs import NOW, committed, open_log, reconfigure, records
from tests.reference.log.model import ModelBatch, ModelLog

PRODUCERS = st.integers(1, 2)
TIMES = st.integers(-1, 6)
CONTENTS = st.lists(st.tuples(TIMES, st.integers(0, 300)), min_size=1, max_size=5)
SETTINGS = {
    "segment_bytes": 1500,
    "index_interval_bytes": 200,
    "retention_ms": -1,
    "producer_id_expiration_ms": 2**62,
}


class LogMachine(RuleBasedStateMachine):
    """A log and its model. The store is in memory; `FileMachine` puts the same log on files."""

    def __init__(self) -> None:
        super().__init__()
        self.store: Store = self.new_store()
        self.log: Log = open_log(self.store, **SETTINGS)
        self.model = ModelLog()
        self.leader_epoch = 0
        self.flushed_offset = 0
        """What a loss of power must leave."""
        self.now_ms = NOW

    def new_store(self) -> Store:
        return MemoryStore()

    # Appends

    def _put(self, contents: list[tuple[int, int]], **producer: object) -> None:
        batch = [Record(-1, time, b"k", b"x" * size) for time, size in contents]
        result = self.log.append_as_leader(
            encode_batch(batch, **producer), leader_epoch=self.leader_epoch, now_ms=self.now_ms
        )  # fmt: skip
        assert not result.is_duplicate
        assert result.base_offset == self.model.log_end_offset
        self.model.append(ModelBatch(result.base_offset, tuple(batch), self.leader_epoch, **producer))

    @rule(contents=CONTENTS, codec=st.integers(0, 4))
    def append(self, contents: list[tuple[int, int]], codec: int) -> None:
        batch = [Record(-1, time, b"k", b"x" * size) for time, size in contents]
        data = encode_batch(batch, compression=codec)
        result = self.log.append_as_leader(data, leader_epoch=self.leader_epoch, now_ms=self.now_ms)
        self.model.append(ModelBatch(result.base_offset, tuple(batch), self.leader_epoch))

    @rule(
        producer_id=PRODUCERS,
        batches=st.lists(CONTENTS, min_size=1, max_size=6),
        transactional=st.booleans(),
        bump=st.booleans(),
    )
    def append_idempotent(
        self, producer_id: int, batches: list[list[tuple[int, int]]], transactional: bool, bump: bool
    ) -> None:
        known = self.model.producers().get(producer_id)
        epoch, sequence = (0, 0) if known is None else (known.epoch, 0)
        if known is not None and known.batches:
            sequence = advance_sequence(known.batches[-1][1], 1)
        is_open = known is not None and known.transaction >= 0
        if bump and not is_open:
            epoch, sequence = epoch + 1, 0
        for contents in batches:
            self._put(
                contents, producer_id=producer_id, producer_epoch=epoch, base_sequence=sequence,
                transactional=transactional or is_open,
            )  # fmt: skip
            sequence = advance_sequence(sequence, len(contents))

    @rule(producer_id=PRODUCERS, batches=st.lists(CONTENTS, min_size=1, max_size=3), commit=st.booleans())
    def transaction(self, producer_id: int, batches: list[list[tuple[int, int]]], commit: bool) -> None:
        self.append_idempotent(producer_id, batches, True, False)
        self.end_transaction(producer_id, commit, False, 0)

    @precondition(lambda self: any(batch.base_sequence >= 0 for batch in self.model.batches))
    @rule(data=st.data())
    def retry(self, data: st.DataObject) -> None:
        """Every batch that was ever sent, sent again: the last five of each epoch are known, no other is taken."""
        sent = [batch for batch in self.model.batches if batch.base_sequence >= 0]
        batch = data.draw(st.sampled_from(sent), "batch")
        known = self.model.producers()[batch.producer_id]
        if batch.producer_epoch != known.epoch:
            return
        again = encode_batch(
            [one._replace(offset=-1) for one in batch.records], producer_id=batch.producer_id,
            producer_epoch=batch.producer_epoch, base_sequence=batch.base_sequence, transactional=batch.transactional,
        )  # fmt: skip
        memory = (batch.base_sequence, batch.last_sequence, batch.base_offset)
        if memory in known.batches:
            result = self.log.append_as_leader(again, leader_epoch=self.leader_epoch, now_ms=self.now_ms)
            assert (result.is_duplicate, result.base_offset) == (True, batch.base_offset)
        else:
            with pytest.raises(OutOfOrderSequence):
                self.log.append_as_leader(again, leader_epoch=self.leader_epoch, now_ms=self.now_ms)

    @rule(producer_id=PRODUCERS, commit=st.booleans(), bump=st.booleans(), later=st.integers(0, 1))
    def end_transaction(self, producer_id: int, commit: bool, bump: bool, later: int) -> None:
        known = self.model.producers().get(producer_id)
        if known is None:
            return
        epoch, coordinator_epoch = known.epoch + bump, max(known.coordinator_epoch, 0) + later
        data = encode_end_transaction_marker(producer_id, epoch, coordinator_epoch, commit, 3)
        result = self.log.append_as_leader(
            data, leader_epoch=self.leader_epoch, now_ms=self.now_ms, origin=AppendOrigin.COORDINATOR
        )  # fmt: skip
        contents = decode_records(next(iter(split_batches(data))))[0]
        self.model.append(
            ModelBatch(
                result.base_offset, (contents,), self.leader_epoch, producer_id, epoch,
                transactional=True, marker=commit, coordinator_epoch=coordinator_epoch,
            )
        )  # fmt: skip

    @rule()
    def new_leader(self) -> None:
        self.leader_epoch += 1

    # Housekeeping

    @rule()
    def roll(self) -> None:
        self.log.roll(self.now_ms)

    @rule()
    def persist(self) -> None:
        self.log.persist()

    @rule()
    def flush(self) -> None:
        self.log.flush()
        self.flushed_offset = self.model.log_end_offset

    @precondition(lambda self: self.model.log_start_offset < self.model.log_end_offset)
    @rule(data=st.data())
    def truncate(self, data: st.DataObject) -> None:
        offset = data.draw(st.integers(self.model.log_start_offset, self.model.log_end_offset - 1), "offset")
        self.log.truncate_to(offset)
        self.model.truncate(offset)
        self.flushed_offset = min(self.flushed_offset, self.model.log_end_offset)

    @rule(data=st.data())
    def delete_records(self, data: st.DataObject) -> None:
        offset = data.draw(st.integers(-1, self.model.log_end_offset), "offset")
        wanted = self.model.log_end_offset if offset == -1 else offset
        self.model.log_start_offset = max(self.model.log_start_offset, wanted)
        assert self.log.delete_records(offset) == self.model.log_start_offset

    @rule(retention_bytes=st.sampled_from([0, 1500, 4000]), data=st.data())
    def retention_by_size(self, retention_bytes: int, data: st.DataObject) -> None:
        high_watermark = data.draw(st.integers(self.model.log_start_offset, self.model.log_end_offset), "watermark")
        before = self.model.log_start_offset
        reconfigure(self.log, retention_bytes=retention_bytes)
        gone = self.log.size
        self.log.retention(self.now_ms, high_watermark)
        gone -= self.log.size
        reconfigure(self.log, retention_bytes=-1)
        if gone:
            assert self.log.size >= retention_bytes or self.log.segments[0].base_offset <= before
            assert self.log.segments[0].base_offset <= high_watermark
        self._starts_at_its_first_segment()

    @rule(data=st.data())
    def retention_by_time(self, data: st.DataObject) -> None:
        high_watermark = data.draw(st.integers(self.model.log_start_offset, self.model.log_end_offset), "watermark")
        now_ms, retention_ms = data.draw(st.tuples(st.integers(0, 10), st.integers(0, 6)), "now, retention")
        reconfigure(self.log, retention_ms=retention_ms)
        start = self.log.segments[0].base_offset
        self.log.retention(now_ms, high_watermark)
        reconfigure(self.log, retention_ms=-1)
        gone = [one for batch in self.model.batches for one in batch.records
                if start <= one.offset < self.log.segments[0].base_offset]  # fmt: skip
        assert all(
            one.offset < high_watermark and (now_ms - one.timestamp > retention_ms or one.timestamp < 0)
            for one in gone
            if one.offset >= self.model.log_start_offset
        )  # fmt: skip
        self._starts_at_its_first_segment()

    def _starts_at_its_first_segment(self) -> None:
        self.model.log_start_offset = max(self.model.log_start_offset, self.log.segments[0].base_offset)

    # Ends of the process

    @rule()
    def close_and_open(self) -> None:
        self.log.close()
        self._open()
        self.flushed_offset = self.model.log_end_offset

    @rule()
    def kill_and_open(self) -> None:
        """What was written stays, what was pending is gone."""
        self.log.write_pending()
        self._open()

    def _open(self) -> None:
        self.log = open_log(self.store, now_ms=self.now_ms, **SETTINGS)

    # What must be so

    @rule(data=st.data(), max_bytes=st.integers(1, 3000), min_one_batch=st.booleans())
    def read(self, data: st.DataObject, max_bytes: int, min_one_batch: bool) -> None:
        model = self.model
        offset = data.draw(st.integers(model.log_start_offset, model.log_end_offset), "offset")
        limit = data.draw(st.sampled_from(sorted({batch.base_offset for batch in model.batches} | {offset})), "limit")
        found = self.log.read(offset, max_bytes, up_to_offset=limit, min_one_batch=min_one_batch)
        wanted = [one for one in model.batches if one.last_offset >= offset and one.last_offset < limit]
        got = list(split_batches(join(found.chunks)))
        assert [batch.header.base_offset for batch in got] == [one.base_offset for one in wanted[: len(got)]]
        assert found.size == sum(batch.header.size for batch in got)
        assert found.size <= max_bytes or (len(got) == 1 and min_one_batch)
        if min_one_batch:
            assert bool(got) == bool(wanted)
        if got:
            assert (found.base_offset, found.next_offset) == (got[0].header.base_offset, got[-1].header.next_offset)

    @rule(outside=st.sampled_from([-1, 1]))
    def read_outside(self, outside: int) -> None:
        offset = self.model.log_start_offset - 1 if outside < 0 else self.model.log_end_offset + 1
        with pytest.raises(OffsetOutOfRange):
            self.log.read(offset, 100)

    @rule(timestamp=st.integers(0, 7), data=st.data())
    def find_by_time(self, timestamp: int, data: st.DataObject) -> None:
        limit = data.draw(st.integers(0, self.model.log_end_offset), "limit")
        found = self.log.offset_for_timestamp(timestamp, limit)
        assert (None if found is None else found[:2]) == self.model.first_at_or_after(timestamp, limit)

    @rule()
    def find_latest(self) -> None:
        found = self.log.offset_of_max_timestamp()
        assert (None if found is None else found[:2]) == self.model.latest()

    @rule(data=st.data())
    def find_aborted(self, data: st.DataObject) -> None:
        end = self.model.log_end_offset
        first, last = sorted(data.draw(st.tuples(st.integers(0, end), st.integers(0, end)), "range"))
        first = max(first, self.model.log_start_offset)
        found = {entry[:3] for entry in self.log.aborted_transactions(first, last)}
        assert found == {one for one in self.model.aborted() if one[2] >= first and one[1] < last}

    @invariant()
    def it_is_the_list(self) -> None:
        log, model = self.log, self.model
        assert (log.log_start_offset, log.log_end_offset) == (model.log_start_offset, model.log_end_offset)
        assert records(log) == model.records()
        assert log.last_stable_offset(log.log_end_offset) == model.last_stable_offset(log.log_end_offset)
        assert committed(log) == model.committed(log.log_end_offset)

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

    @invariant()
    def epochs_are_known(self) -> None:
        epochs = list(zip(self.log.epochs.epochs, self.log.epochs.starts, strict=True))
        is_empty = self.log.log_start_offset == self.log.log_end_offset
        assert is_empty or epochs == self.model.epochs()


class CrashMachine(LogMachine):
    """Also loses its power, and with it any part of what was not flushed."""

    @rule(data=st.data())
    def crash(self, data: st.DataObject) -> None:
        assert isinstance(self.store, MemoryStore)
        flushed_offset = max(self.flushed_offset, self.log.flushed_offset)
        self.store = crashed(self.store, data)
        self._open()
        model, end = self.model, self.log.log_end_offset
        assert flushed_offset <= end <= max(model.log_end_offset, model.log_start_offset)
        model.batches = [batch for batch in model.batches if batch.last_offset < end]
        model.log_end_offset = end


class FileMachine(LogMachine):
    """The same on files."""

    def new_store(self) -> Store:
        self.directory = Path(tempfile.mkdtemp(prefix="nilometer-log-"))
        return FileStore(self.directory)

    def teardown(self) -> None:
        shutil.rmtree(self.directory)


@pytest.mark.parametrize("machine", [LogMachine, CrashMachine, FileMachine])
def test_a_log_is_the_list_of_what_was_appended_whatever_happens_to_it(machine: type[LogMachine]) -> None:
    run_state_machine_as_test(machine, settings=settings(max_examples=60, stateful_step_count=40, deadline=None))
