"""The quick walk says what the careful one says, of good batches and of damaged ones."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nilometer_reference.log import record_walk
from nilometer_reference.log.record_walk import record_facts
from nilometer_reference.wire.record_encoding import Record, RecordFacts, TimestampType, encode_batch, walk_records
from nilometer_reference.wire.record_errors import InvalidRecord, RecordError
from nilometer_reference.wire.records import Batch, seal
from tests.reference.wire.batches import batches, headers, keys

HEADER_BYTES = 61


def outcome(walk: object, batch: Batch) -> object:
    assert callable(walk)
    try:
        return walk(batch)
    except RecordError as error:
        return type(error), getattr(error, "record_index", None)


@given(batches())
def test_any_batch_has_the_same_facts(data: bytes) -> None:
    batch = Batch.parse(data)
    assert record_facts(batch) == walk_records(batch)


@st.composite
def uniform_batches(draw: st.DrawFn) -> bytes:
    """Runs of records of one shape, with a record of another here and there; deltas of every width and sign."""
    records: list[Record] = []
    for _ in range(draw(st.integers(1, 4))):
        key, value = draw(keys), draw(st.none() | st.binary(max_size=200))
        step = draw(st.sampled_from([0, 1, -1, 3, 70, -70, 9000]))
        start = draw(st.integers(-100, 9000))
        extra = draw(headers) if draw(st.integers(0, 3)) == 0 else ()
        for index in range(draw(st.sampled_from([1, 7, 8, 9, 10, 64, 80]))):
            records.append(Record(-1, 10_000 + start + step * index, key, value, extra))
    return encode_batch(records, compression=draw(st.sampled_from([0, 0, 4])))


@given(uniform_batches())
@settings(max_examples=60, deadline=None)
def test_runs_have_the_same_facts(data: bytes) -> None:
    batch = Batch.parse(data)
    assert record_facts(batch) == walk_records(batch)


@given(uniform_batches(), st.data())
@settings(max_examples=120, deadline=None)
def test_damage_anywhere_is_told_as_the_careful_walk_tells_it(data: bytes, chosen: st.DataObject) -> None:
    damaged = bytearray(data)
    for _ in range(chosen.draw(st.integers(1, 2))):
        at = chosen.draw(st.integers(HEADER_BYTES, len(damaged) - 1))
        damaged[at] = chosen.draw(st.integers(0, 255) | st.sampled_from([(damaged[at] + 2) % 256, damaged[at] ^ 128]))
    seal(damaged)
    batch = Batch.parse(damaged)
    assert outcome(record_facts, batch) == outcome(walk_records, batch)


@given(uniform_batches(), st.integers(1, 400))
@settings(deadline=None)
def test_a_count_that_is_not_that_of_the_records_is_refused(data: bytes, count: int) -> None:
    batch = Batch.parse(data)
    wrong = batch.header.record_count + count
    for header_count in (wrong, max(batch.header.record_count - count, 0)):
        batch.header.record_count = header_count
        assert outcome(record_facts, batch) == outcome(walk_records, batch)
        assert isinstance(outcome(record_facts, batch), tuple)


@pytest.mark.parametrize("count", [1, 63, 64, 65, 128, 8191, 8192, 8193, 20_000])
def test_offset_deltas_of_every_width_count_on(count: int) -> None:
    data = encode_batch([Record(-1, 1000 + index // 50, None, b"v") for index in range(count)])
    batch = Batch.parse(data)
    assert record_facts(batch) == RecordFacts(1000 + (count - 1) // 50, (count - 1) // 50 * 50, 0)


@pytest.mark.parametrize("place", [0, 1, 9, 63, 64, 100, 8192, 9000])
def test_one_wrong_offset_delta_among_many_records_is_refused(place: int) -> None:
    """In the middle of a run, where records are only looked at together."""
    records = [Record(index, 1000, None, b"v") for index in range(9500)]
    records[place] = records[place]._replace(offset=place + 1 if place < 9000 else place - 1)
    batch = Batch.parse(encode_batch(records, last_offset_delta=9499))
    with pytest.raises(InvalidRecord) as refused:
        record_facts(batch)
    assert refused.value.record_index == place


def test_the_first_null_key_and_the_first_largest_timestamp_are_told() -> None:
    records = [Record(-1, 5, b"k", b"v")] * 20 + [Record(-1, 9, b"k", b"v")] * 20 + [Record(-1, 7, None, b"v")] * 20
    assert record_facts(Batch.parse(encode_batch(records, base_offset=100))) == RecordFacts(9, 120, 40)


def test_records_that_compaction_has_thinned_out_are_taken_only_where_that_may_be() -> None:
    batch = Batch.parse(encode_batch([Record(1, 5, b"k", b"v"), Record(4, 9, b"k", b"v")], last_offset_delta=6))
    assert record_facts(batch, compacted=True) == RecordFacts(9, 4, -1)
    with pytest.raises(InvalidRecord):
        record_facts(batch)


def test_with_log_append_time_the_time_is_that_of_the_batch() -> None:
    batch = Batch.parse(
        encode_batch(
            [Record(-1, 5, b"k", b"v")] * 30, timestamp_type=TimestampType.LOG_APPEND_TIME, max_timestamp=77
        )
    )  # fmt: skip
    assert record_facts(batch) == RecordFacts(77, 0, -1)


def test_records_of_one_shape_are_looked_at_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would be right without, and slow."""
    runs: list[int] = []
    run = record_walk._run

    def counted(*arguments: object) -> tuple[int, int, int]:
        answer = run(*arguments)  # type: ignore[arg-type]
        runs.append(answer[0])
        return answer

    monkeypatch.setattr(record_walk, "_run", counted)
    record_facts(Batch.parse(encode_batch([Record(-1, 1000 + i // 9, b"key", b"x" * 100) for i in range(1000)])))
    assert sum(runs) > 950
