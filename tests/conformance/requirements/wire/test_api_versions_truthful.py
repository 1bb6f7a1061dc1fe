"""W2: each way of telling an untruth about versions."""

import struct

import pytest

from nilometer.requirements.wire.api_versions_truthful import read_fallback
from nilometer.verdict import Reason
from nilometer_reference.wire import messages as m
from nilometer_reference.wire.messages.metadata import MetadataResponseTopic
from tests.conformance.requirements.judging import assert_holds, assert_violated, judge
from tests.conformance.requirements.wire.raw_broker import RawBroker, kip_511
from tests.conformance.scripted import HANG_UP, SILENCE


def judged(broker: RawBroker, **settings):
    return judge("W2", broker.text, **{"timeout_s": 1, **settings})


def test_it_holds_on_an_honest_broker(honest):
    result = judge("W2", honest)
    assert_holds(result)
    assert result.judged > 100


def test_it_holds_on_a_small_broker_that_tells_the_truth():
    with RawBroker() as broker:
        assert_holds(judged(broker))


@pytest.mark.parametrize(
    ("answer", "signature"),
    [
        (HANG_UP, "advertised-closes"),
        (SILENCE, "advertised-unanswered"),
        (b"\x00\x00", "advertised-unparsable"),
        (m.DescribeClusterResponse(error_code=35), "advertised-unsupported"),
    ],
)
def test_what_is_advertised_and_not_served_is_found(answer, signature):
    def lie(_header, request):
        return answer if isinstance(request, m.DescribeClusterRequest) else None

    with RawBroker(answer=lie, apis={"DescribeCluster": (0, 1)}) as broker:
        assert_violated(judged(broker, timeout_s=0.3), signature)


def test_what_is_behind_a_feature_may_answer_unsupported():
    def off(_header, request):
        return (
            m.ShareGroupHeartbeatResponse(error_code=35) if isinstance(request, m.ShareGroupHeartbeatRequest) else None
        )

    with RawBroker(answer=off, apis={"ShareGroupHeartbeat": (1, 1)}) as broker:
        result = judged(broker)
    assert_holds(result)
    assert result.skipped[Reason.FEATURE_OFF] == 1


@pytest.mark.parametrize(
    ("fallback", "signature"),
    [
        (lambda _frame: HANG_UP, "fallback-missing"),
        (lambda frame: kip_511(frame) + b"\x00", "fallback-layout"),
        (lambda frame: struct.pack(">ihb", struct.unpack_from(">i", frame, 4)[0], 35, 1), "fallback-layout"),
        (lambda frame: struct.pack(">ihi", struct.unpack_from(">i", frame, 4)[0], 0, 0), "fallback-code"),
        (lambda frame: frame[4:8], "fallback-code"),
    ],
)
def test_api_versions_of_the_future_must_be_answered_for_clients_to_go_on(fallback, signature):
    def unknown(frame):
        return fallback(frame) if struct.unpack_from(">h", frame)[0] == 18 else HANG_UP

    with RawBroker(unknown) as broker:
        assert_violated(judged(broker), signature)


def test_an_unsupported_request_must_not_be_executed():
    made: list[str] = []

    def execute(frame):
        if struct.unpack_from(">h", frame)[0] != 19:
            return kip_511(frame)
        name = frame[frame.index(b"nilometer-", 20) :].split(b"\x00")[0]
        made.append(name.decode("ascii", "ignore"))
        return HANG_UP

    def metadata(_header, request):
        if isinstance(request, m.MetadataRequest) and request.topics is None:
            response = broker.usual(request)
            response.topics = [MetadataResponseTopic(name=name) for name in made]
            return response
        return m.CreateTopicsResponse() if isinstance(request, m.CreateTopicsRequest) else None

    with RawBroker(execute, answer=metadata, apis={"CreateTopics": (2, 5)}) as broker:
        assert_violated(judged(broker), "unsupported-executed")
        assert made


def test_an_unknown_key_must_not_disturb_others():
    poisoned: list[bool] = []

    def unknown(frame):
        if struct.unpack_from(">h", frame)[0] == 32_000:
            poisoned.append(True)
        return kip_511(frame)

    def answer(_header, _request):
        return HANG_UP if poisoned else None

    with RawBroker(unknown, answer=answer) as broker:
        result = judged(broker)
    assert "stops-serving" in {one.signature for one in result.counterexamples}


@pytest.mark.parametrize(
    ("frame", "read"),
    [
        (b"", (None, False)),
        (struct.pack(">ih", 1, 35), (35, False)),
        (struct.pack(">ihi", 1, 35, 0), (35, True)),
        (struct.pack(">ihihhh", 1, 35, 1, 18, 0, 4), (35, True)),
        (struct.pack(">ihihhh", 1, 35, 2, 18, 0, 4), (35, False)),
        (struct.pack(">ihi", 1, 0, -1), (0, False)),
    ],
)
def test_the_layout_of_v0_is_read_by_hand(frame, read):
    assert read_fallback(frame) == read
