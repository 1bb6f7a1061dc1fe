"""W1 counts what the raw client has noted."""

import pytest

from nilometer.catalogue import load
from nilometer.runner import Runner
from nilometer.settings import Settings
from nilometer.verdict import Verdict
from nilometer_reference.wire import frames
from nilometer_reference.wire import messages as m
from tests.conformance.requirements.judging import assert_holds, assert_violated, judge
from tests.conformance.requiring import make_subject
from tests.conformance.scripted import ScriptedBroker


def test_it_holds_on_an_honest_broker_and_makes_traffic_of_its_own(honest):
    result = judge("W1", honest)
    assert_holds(result)
    assert result.judged > 5


def after_traffic(change):
    """The verdict after 20 Metadata responses, of which those of version 9 are changed as bytes."""

    def answer(header, request):
        if isinstance(request, m.MetadataRequest):
            frame = b"".join(
                bytes(chunk)
                for chunk in frames.encode_response(broker.usual(request), header.api_version, header.correlation_id)
            )[4:]
            return change(frame) if header.api_version == 9 else frame
        return None

    with ScriptedBroker(answer) as broker:
        subject = make_subject(broker.address)
        for version in [1] * 20 + [9, 9]:
            with subject.session(Settings(timeout_s=1)) as session:
                try:
                    session.call(m.MetadataRequest(topics=[]), version=version)
                except Exception as error:
                    assert "NoAnswer" in type(error).__mro__[1].__name__
        return Runner(subject, Settings()).judge(load()["W1"])


@pytest.mark.parametrize(
    ("change", "signature"),
    [
        (lambda frame: frame + b"\x00", "leftover-bytes"),
        (lambda frame: frame[:-3], "unparsable"),
        (lambda frame: b"\x00\x00\x09\x09" + frame[4:], "correlation-id"),
    ],
)
def test_each_way_of_breaking_the_frame_is_found_and_one_of_a_kind_is_shown(change, signature):
    result = after_traffic(change)
    assert_violated(result, signature)
    assert (result.judged, result.violations, len(result.counterexamples)) == (22, 2, 1)


def test_it_holds_for_the_same_traffic_without_the_change():
    result = after_traffic(lambda frame: frame)
    assert (result.verdict, result.judged) == (Verdict.HOLDS, 22)
