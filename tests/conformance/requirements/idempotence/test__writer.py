import pytest

from nilometer.catalogue import load
from nilometer.requirements.idempotence._writer import PartitionLog, Writer, shown
from nilometer.run import Run
from nilometer.settings import Settings
from nilometer.verdict import NotObservable
from nilometer_reference.wire.records import Batch
from tests.conformance.requirements.judging import subject


@pytest.fixture
def run(honest):
    made = Run(load()["I1"], subject(honest), Settings(), deadline=1e12)
    yield made
    made.close()


@pytest.fixture
def writer(run):
    topic = run.topic()
    return Writer(run.session, topic, PartitionLog(run.session, topic))


def test_the_next_batch_follows_the_last_one_that_was_taken(writer):
    assert writer.next(2).sequences.first == 0
    writer.write(2)
    following = writer.next()
    assert (following.sequences.first, following.sequences.last) == (2, 2)
    assert writer.next().sequences == following.sequences, "making a batch does not count it"


def test_a_batch_is_the_same_bytes_each_time_and_no_other_has_its_values(writer):
    first, second = writer.next(2), writer.next(2)
    assert first.data == first.data
    assert not set(first.values) & set(second.values)
    header = Batch.parse(first.data).header
    assert (header.producer_id, header.base_sequence) == (writer.producer_id, 0)


def test_the_log_expects_what_was_taken_and_nothing_else(run, writer):
    writer.write(2)
    writer.send(writer.batch(7))
    writer.write(1)
    assert sorted(writer.log.expected) == [0, 1, 2]
    assert writer.log.end == 3
    assert writer.log.judge(run, "appended-twice", [])
    writer.log.expected[3] = b"never written"
    assert not writer.log.judge(run, "appended-twice", [])


def test_records_of_others_do_not_count(run, writer):
    writer.log.has_held_a_record()
    writer.write(1)
    assert writer.log.judge(run, "appended-twice", [])


def test_a_batch_that_had_to_be_taken_and_was_not_ends_the_check(writer):
    writer.write()
    with pytest.raises(NotObservable, match="OUT_OF_ORDER"):
        writer.must_take(writer.batch(9))


def test_values_are_shown_by_offset():
    assert shown({3: b"b", 1: b"a"}) == "1=a 3=b"
    assert shown({}) == "none"
