from nilometer.verdict import Reason, Verdict
from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.messages import ApiVersionsResponse, ProduceRequest
from tests.conformance.requirements.faulty import FaultyBroker
from tests.conformance.requirements.judging import assert_holds, judge
from tests.conformance.requirements.producing import answered, replace, sent, without_producer
from tests.conformance.requirements.transactions.finding import Identities, found


class AppendsStale(Identities):
    """A Produce of an older identity is appended, and answered as if it were not."""

    def __init__(self):
        super().__init__()
        self.appended = set()

    def on_request(self, passing):
        if isinstance(passing.request, ProduceRequest) and self.stale(passing):
            replace(passing, without_producer(sent(passing)))
            passing.request.transactional_id = None
            self.appended.add(bytes(sent(passing).data))

    def on_response(self, passing):
        self.note(passing)
        batch = sent(passing)
        if batch is not None and bytes(batch.data) in self.appended:
            answered(passing, ErrorCode.INVALID_PRODUCER_EPOCH, -1)


def test_an_honest_broker_holds(honest):
    assert_holds(judge("T9", honest))


def test_a_late_record_that_is_appended_is_found(honest):
    fault = AppendsStale()
    found(honest, "T9", "late-record-appended", on_request=fault.on_request, on_response=fault.on_response)


def test_the_older_protocol_alone_is_not_judged(honest):
    def version_1(passing):
        if isinstance(passing.response, ApiVersionsResponse):
            for feature in passing.response.finalized_features:
                if feature.name == "transaction.version":
                    feature.max_version_level = 1

    with FaultyBroker(honest, on_response=version_1) as broker:
        result = judge("T9", broker.bootstrap)
    assert (result.verdict, result.reason) == (Verdict.NOT_OBSERVABLE, Reason.FEATURE_OFF)
