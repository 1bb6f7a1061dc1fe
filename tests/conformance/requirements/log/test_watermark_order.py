import pytest

from nilometer.clients.session import EARLIEST, LATEST
from tests.conformance.requirements.faulty import FaultyBroker
from tests.conformance.requirements.judging import assert_holds, judge, violated_by
from tests.conformance.requirements.tampering import fetched, listed


def test_an_honest_broker_holds(honest):
    assert_holds(judge("L11", honest))


def fields(change):
    def hook(passing):
        for one in fetched(passing):
            if one.answer.error_code == 0:
                change(one.answer)

    return hook


def last_stable_too_high(part):
    part.last_stable_offset = part.high_watermark + 1_000


def high_watermark_too_low(part):
    if part.log_start_offset > 0:
        part.high_watermark = part.last_stable_offset = part.log_start_offset - 1


def last_stable_too_low(part):
    part.last_stable_offset = 0 if part.log_start_offset else part.last_stable_offset


def log_start_beyond_the_end(part):
    part.log_start_offset, part.last_stable_offset = part.high_watermark + 1, -1


def negative(part):
    part.last_stable_offset = -7


@pytest.mark.parametrize(
    ("change", "signature"),
    [
        (last_stable_too_high, "last-stable-above-high-watermark"),
        (high_watermark_too_low, "log-start-above-last-stable"),
        (last_stable_too_low, "log-start-above-last-stable"),
        (log_start_beyond_the_end, "log-start-above-high-watermark"),
        (negative, "negative-offset"),
    ],
)
def test_fields_out_of_order_are_found(honest, change, signature):
    result = judge_found(honest, fields(change))
    assert signature in result


def judge_found(honest, hook):
    with FaultyBroker(honest, on_response=hook) as broker:
        result = judge("L11", broker.bootstrap, profile="core")
        assert broker.fired
    return {one.signature for one in result.counterexamples}


@pytest.mark.parametrize(
    ("timestamp", "isolation_level", "signature"),
    [
        (EARLIEST, 0, "earliest-differs"),
        (LATEST, 0, "latest-differs"),
        (LATEST, 1, "latest-committed-differs"),
    ],
)
def test_an_end_that_list_offsets_tells_otherwise_is_found(honest, timestamp, isolation_level, signature):
    def one_more(passing):
        for asked, answer in listed(passing):
            if (asked.timestamp, passing.request.isolation_level) == (timestamp, isolation_level):
                answer.offset += 1

    violated_by(honest, "L11", signature, on_response=one_more)
