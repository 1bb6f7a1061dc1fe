"""A6: brokers from which topics do not go, or come back."""

from nilometer.targets import Control
from nilometer.targets.reference import ReferenceTarget
from nilometer.targets.target import Endpoint, Target
from nilometer.verdict import Reason
from nilometer_reference.wire import messages as m
from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.messages.delete_topics import DeletableTopicResult
from tests.conformance.requirements.faulty import FaultyBroker, partitions
from tests.conformance.requirements.judging import assert_holds, assert_violated, judge, violated_by


class Restarts(Target):
    """A target behind a proxy: its restart only says that it was one."""

    control = Control.ALL

    def __init__(self, bootstrap: str) -> None:
        super().__init__("restarts")
        self._endpoint = Endpoint((bootstrap,))
        self.restarted = False

    def start(self) -> Endpoint:
        return self.endpoint

    def restart(self, node: int | None = None) -> Endpoint:  # noqa: ARG002 - there is one
        self.restarted = True
        return self.endpoint

    def describe(self) -> str:
        return "restarts"


def test_it_holds_on_an_honest_broker(honest):
    result = judge("A6", honest)
    assert_holds(result)
    assert result.skipped[Reason.NO_FAULT_CONTROL] == 1


def test_it_holds_over_a_restart_of_one_of_ours():
    with ReferenceTarget() as target:
        result = judge("A6", target.endpoint.text, target=target)
    assert_holds(result)
    assert not result.skipped


def test_a_deletion_that_is_only_acknowledged_is_found(honest):
    def pretend(passing):
        if isinstance(passing.request, m.DeleteTopicsRequest) and "missing" not in str(passing.request.topics[0].name):
            one = passing.request.topics[0]
            if one.topic_id == b"nilometer-nobody":
                return None
            return m.DeleteTopicsResponse(responses=[DeletableTopicResult(one.name, one.topic_id)])
        return None

    with FaultyBroker(honest, on_request=pretend) as broker:
        assert_violated(judge("A6", broker.bootstrap, liveness_s=0.3), "still-in-metadata")


def test_data_that_is_still_served_is_found(honest):
    def serve(passing):
        for part in partitions(passing.response, m.FetchResponse):
            if part.error_code in (ErrorCode.UNKNOWN_TOPIC_ID, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION):
                part.error_code = 0

    violated_by(honest, "A6", "still-serves-data", on_response=serve)


def test_another_code_for_an_unknown_topic_is_found(honest):
    def confuse(passing):
        if isinstance(passing.response, m.DeleteTopicsResponse):
            for one in passing.response.responses:
                if one.error_code == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION:
                    one.error_code = 0

    violated_by(honest, "A6", "unknown-code", on_response=confuse)


def test_a_topic_that_is_back_after_a_restart_is_found(honest):
    targets: list[Restarts] = []

    def come_back(passing):
        if targets and targets[0].restarted and isinstance(passing.response, m.MetadataResponse):
            for one in passing.response.topics:
                one.error_code = 0

    with FaultyBroker(honest, on_response=come_back) as broker:
        targets.append(Restarts(broker.bootstrap))
        assert_violated(judge("A6", broker.bootstrap, target=targets[0]), "came-back")
