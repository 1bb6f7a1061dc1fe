from nilometer.clients.batches import patched
from nilometer.clients.session import LATEST
from nilometer_reference.wire.record_encoding import decode_records
from tests.conformance.requirements.faulty import FaultyBroker
from tests.conformance.requirements.judging import assert_holds, judge, violated_by
from tests.conformance.requirements.tampering import answered, fetched, listed, produced, re_encoded


def test_an_honest_broker_holds(cleaning):
    assert_holds(judge("C2", cleaning, profile="core"))


def once_cleaned(change):
    """From the first response on in which offsets are missing."""

    def hook(passing):
        for one in answered(passing):
            if any(b.header.record_count <= b.header.last_offset_delta for b in one.batches):
                change(one)

    return hook


def test_survivors_that_are_changed_are_found(cleaning):
    def another_time(one):
        for number, batch in enumerate(batches := one.batches):
            if not batch.header.is_control:
                moved = [record._replace(timestamp=record.timestamp + 1) for record in decode_records(batch)]
                one.put([*batches[:number], re_encoded(batch, moved), *batches[number + 1 :]])
                return

    violated_by(cleaning, "C2", "record-changed-by-cleaning", profile="core", on_response=once_cleaned(another_time))


def test_survivors_that_come_twice_are_found(cleaning):
    def twice(one):
        one.put([*one.batches, one.batches[-1]])

    violated_by(cleaning, "C2", "offset-goes-back", profile="core", on_response=once_cleaned(twice))


def test_survivors_that_a_reader_is_given_again_are_found(cleaning):
    def ends_too_early(passing):
        """A response ends with a batch whose header leaves its last record out, so that readers ask for it again."""
        for one in fetched(passing):
            for number, batch in enumerate(batches := one.batches):
                records = decode_records(batch)
                last = records[-1].offset - batch.header.base_offset if records else 0
                if last > 0 and one.offset <= batch.header.base_offset:
                    one.put([*batches[:number], patched(bytes(batch.data), 23, "i", last - 1)])
                    break

    violated_by(cleaning, "C2", "offset-delivered-again", profile="core", on_response=ends_too_early)


def test_an_end_that_moves_is_found(cleaning):
    asked = []

    def moves(passing):
        for question, answer in listed(passing):
            if question.timestamp == LATEST and passing.request.isolation_level == 0:
                asked.append(answer)
                answer.offset -= len(asked) > 1

    with FaultyBroker(cleaning, on_response=moves) as broker:
        result = judge("C2", broker.bootstrap, profile="core")
    assert {one.signature for one in result.counterexamples} == {"end-moved-by-cleaning"}


def test_a_next_append_elsewhere_is_found(cleaning):
    def lower(passing):
        for part in produced(passing):
            if b"next" in bytes(passing.request.topic_data[0].partition_data[0].records):
                part.base_offset -= 2

    violated_by(cleaning, "C2", "end-moved-by-cleaning", profile="core", on_response=lower)
