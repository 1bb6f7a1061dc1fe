from hypothesis import given
from hypothesis import strategies as st

from nilometer.clients.batches import Record
from nilometer.clients.cluster import Versions
from nilometer.workloads.batches import (
    BatchPlan,
    Written,
    awkward_records,
    codecs,
    named_plan,
    plans,
    random_bytes,
    record_text,
    write,
)
from nilometer_reference.wire.compression import Compression
from nilometer_reference.wire.record_encoding import decode_records
from nilometer_reference.wire.records import split_batches

records = awkward_records(st.integers(0, 5))


@given(records, records)
def test_texts_are_equal_if_and_only_if_the_records_are(one, other):
    assert (record_text(one) == record_text(other)) == (one == other)


def test_texts_of_long_contents_differ_where_only_the_end_does():
    one, other = (Record(-1, 0, None, b"x" * 100 + end) for end in (b"a", b"b"))
    assert record_text(one) != record_text(other)
    assert record_text(one._replace(offset=7)) == record_text(one)


@given(plans(list(Compression), st.integers(0, 9)))
def test_a_plan_is_one_batch_with_its_records(plan):
    (batch,) = split_batches(plan.encode(producer_id=4, producer_epoch=1, base_sequence=7))
    assert [one._replace(offset=-1) for one in decode_records(batch)] == list(plan.records)
    assert batch.header.compression == plan.codec
    assert (batch.header.producer_id, batch.header.producer_epoch, batch.header.base_sequence) == (4, 1, 7)


def test_a_plan_shows_its_codec_and_records():
    assert repr(BatchPlan((Record(-1, 5, b"k", None),), Compression.LZ4)) == "lz4[b'k'=null @5]"


def test_named_plans_are_unique_by_their_tag_and_padded():
    plan = named_plan("a", 2, 5, size=50)
    assert [one.value[:3] for one in plan.records] == [b"a.0", b"a.1"]
    assert len(plan.records[0].value) == 53
    assert random_bytes(9, 1) == random_bytes(9, 1) != random_bytes(9, 2)


def test_zstd_is_used_where_both_apis_can_carry_it():
    assert Compression.ZSTD in codecs(Versions({0: (0, 7), 1: (0, 10)}))
    assert Compression.ZSTD not in codecs(Versions({0: (0, 6), 1: (0, 10)}))
    assert Compression.ZSTD not in codecs(Versions({0: (0, 7), 1: (0, 9)}))


def test_what_was_written_has_the_offsets_of_the_acknowledgement(run):
    topic = run.topic()
    write(run.session, topic, named_plan("a", 3, 5))
    written = write(run.session, topic, named_plan("b", 2, 5))
    assert isinstance(written, Written)
    assert (written.base_offset, written.next_offset) == (3, 5)
    assert [one.offset for one in written.records] == [3, 4]
    assert written.records == run.session.scan(topic, 3).records


def test_a_refused_batch_is_its_answer(run):
    topic = run.topic(configs={"max.message.bytes": "100"})
    refused = write(run.session, topic, named_plan("a", 1, 5, size=500))
    assert not isinstance(refused, Written)
    assert refused.error == "MESSAGE_TOO_LARGE (10)"
