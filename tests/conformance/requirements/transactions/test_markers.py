import struct

from nilometer.verdict import Reason, Verdict
from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.messages import ApiVersionsResponse, WriteTxnMarkersResponse
from nilometer_reference.wire.record_encoding import decode_records
from tests.conformance.requirements.faulty import FaultyBroker
from tests.conformance.requirements.judging import assert_holds, judge
from tests.conformance.requirements.tampering import fetched, re_encoded
from tests.conformance.requirements.transactions.finding import found


def changed_markers(change):
    """A hook: `change(batch, key type, coordinator epoch)` gives new ones."""

    def hook(passing):
        for one in fetched(passing):
            if one.isolation_level == 0:
                one.put([_changed(batch, change) if batch.header.is_control else batch for batch in one.batches])

    return hook


def _changed(batch, change):
    record = decode_records(batch)[0]
    kind, epoch = struct.unpack_from(">h", record.key, 2)[0], struct.unpack_from(">i", record.value, 2)[0]
    kind, epoch = change(batch, kind, epoch)
    return re_encoded(batch, [record._replace(key=struct.pack(">hh", 0, kind), value=struct.pack(">hi", 0, epoch))])


def test_an_honest_broker_holds(honest):
    assert_holds(judge("T8", honest))


def test_a_partition_without_a_marker_is_found(honest):
    found(honest, "T8", "marker-missing", on_response=changed_markers(lambda _batch, _kind, epoch: (5, epoch)))


def test_a_marker_of_the_wrong_kind_is_found(honest):
    found(
        honest, "T8", "marker-contradicts", on_response=changed_markers(lambda _batch, kind, epoch: (1 - kind, epoch))
    )


def test_a_coordinator_epoch_that_goes_back_is_found(honest):
    def going_back(batch, kind, _epoch):
        return kind, 1_000 - batch.header.base_offset

    found(honest, "T8", "coordinator-epoch-decreases", on_response=changed_markers(going_back))


def test_a_repeated_marker_that_is_refused_is_found(honest):
    """KAFKA-19999: the marker's epoch is the one that the partition knows already."""

    def refuse(passing):
        if isinstance(passing.response, WriteTxnMarkersResponse):
            for marker in passing.response.markers:
                for topic in marker.topics:
                    for part in topic.partitions:
                        part.error_code = ErrorCode.INVALID_PRODUCER_EPOCH

    found(honest, "T8", "repeated-marker-refused", on_response=refuse)


def test_where_markers_cannot_be_sent_the_rest_is_judged(honest):
    def hide(passing):
        if isinstance(passing.response, ApiVersionsResponse):
            passing.response.api_keys = [one for one in passing.response.api_keys if one.api_key != 27]

    with FaultyBroker(honest, on_response=hide) as broker:
        result = judge("T8", broker.bootstrap)
    assert result.verdict is Verdict.HOLDS
    assert result.skipped[Reason.API_NOT_SERVED] == 1
