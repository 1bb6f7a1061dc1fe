import struct

from nilometer.clients.batches import patched
from tests.conformance.requirements.faulty import FaultyBroker
from tests.conformance.requirements.judging import assert_holds, judge, violated_by
from tests.conformance.requirements.tampering import fetched


def test_an_honest_broker_holds(honest):
    assert_holds(judge("L5", honest))


def test_batches_in_the_wrong_order_are_found(honest):
    def turned(passing):
        for one in fetched(passing):
            if len(one.batches) >= 2:
                one.put(one.batches[::-1])

    with FaultyBroker(honest, on_response=turned) as broker:
        result = judge("L5", broker.bootstrap)
        assert broker.fired
    assert "offset-goes-back" in {one.signature for one in result.counterexamples}


def test_a_batch_that_comes_twice_in_a_response_is_found(honest):
    def twice(passing):
        for one in fetched(passing):
            if one.batches:
                one.put([*one.batches, one.batches[-1]])

    violated_by(honest, "L5", "offset-goes-back", on_response=twice)


def test_a_record_that_is_delivered_again_by_the_next_fetch_is_found(honest):
    def ends_too_early(passing):
        """The header of the last batch leaves its last record out, so that readers ask for it again."""
        for one in fetched(passing):
            if one.batches and one.batches[-1].header.last_offset_delta > 0:
                last = bytes(one.batches[-1].data)
                delta = struct.unpack_from(">i", last, 23)[0]
                one.put([*one.batches[:-1], patched(last, 23, "i", delta - 1)])

    violated_by(honest, "L5", "offset-delivered-again", on_response=ends_too_early)
