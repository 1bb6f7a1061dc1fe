import pytest

from tests.conformance.requirements.judging import assert_holds, judge, violated_by
from tests.conformance.requirements.tampering import fetched


def test_an_honest_broker_holds(honest):
    assert_holds(judge("L10", honest))


def without_second_batch(isolation_level, from_scan):
    """Drops the second batch for one isolation level, from the n-th scan of a topic on."""
    scans = {}

    def hook(passing):
        for one in fetched(passing):
            if one.isolation_level != isolation_level:
                continue
            topic = passing.request.topics[0].topic_id
            scans[topic] = scans.get(topic, 0) + (one.offset == 0)
            if scans[topic] >= from_scan and len(one.batches) > 2 and not one.batches[1].header.is_control:
                one.put([one.batches[0], *one.batches[2:]])

    return hook


@pytest.mark.parametrize(
    ("isolation_level", "from_scan", "signature"),
    [(0, 1, "gap-in-raw-scan"), (0, 2, "gap-for-read-uncommitted"), (1, 1, "gap-for-read-committed")],
)
def test_a_batch_that_is_left_out_is_found(honest, isolation_level, from_scan, signature):
    violated_by(honest, "L10", signature, profile="core", on_response=without_second_batch(isolation_level, from_scan))
