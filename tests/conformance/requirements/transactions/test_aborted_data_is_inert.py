from nilometer.settings import Profile
from nilometer.verdict import Reason, Verdict
from nilometer_reference.wire.record_encoding import decode_records
from tests.conformance.requirements.faulty import FaultyBroker
from tests.conformance.requirements.judging import assert_holds, judge
from tests.conformance.requirements.tampering import fetched, re_encoded
from tests.conformance.requirements.transactions.finding import found


class Compacted:
    """Changes committed reads once a look at everything has shown that the log was compacted."""

    def __init__(self, change):
        self.change, self.compacted = change, False

    def on_response(self, passing):
        for one in fetched(passing):
            if one.isolation_level == 0:
                values = [record.value for batch in one.batches for record in decode_records(batch)]
                self.compacted |= len(values) > 0 and b"first" not in values
            elif self.compacted:
                one.put([self._changed(batch) for batch in one.batches])

    def _changed(self, batch):
        if batch.header.is_control:
            return bytes(batch.data)
        changed = [new for new in map(self.change, decode_records(batch)) if new is not None]
        return re_encoded(batch, changed)


def test_an_honest_broker_holds(hasty):
    assert_holds(judge("T24", hasty, profile=Profile.CORE))


def test_a_committed_value_that_an_aborted_tombstone_removed_is_found(hasty):
    """KAFKA-5196."""
    fault = Compacted(lambda record: None if record.key == b"not-deleted" else record)
    found(hasty, "T24", "committed-removed", profile=Profile.CORE, on_response=fault.on_response)


def test_an_aborted_value_that_compaction_kept_is_found(hasty):
    fault = Compacted(lambda record: record._replace(value=b"new") if record.value == b"old" else record)
    found(hasty, "T24", "aborted-survives", profile=Profile.CORE, on_response=fault.on_response)


def test_a_view_that_was_wrong_before_is_not_charged_to_compaction(hasty):
    always = Compacted(lambda record: record._replace(value=b"other") if record.value == b"old" else record)
    always.compacted = True
    with FaultyBroker(hasty, on_response=always.on_response) as broker:
        result = judge("T24", broker.bootstrap, profile=Profile.CORE)
    assert (result.verdict, result.reason) == (Verdict.NOT_OBSERVABLE, Reason.REFUSED)


def test_smoke_does_not_wait_for_the_cleaner(honest):
    result = judge("T24", honest)
    assert (result.verdict, result.reason) == (Verdict.NOT_OBSERVABLE, Reason.TIME)
