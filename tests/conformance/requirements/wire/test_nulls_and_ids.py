"""W10: brokers that mix up null, empty, names and ids."""

from nilometer_reference.wire import messages as m
from nilometer_reference.wire.errors import ErrorCode
from tests.conformance.requirements.faulty import partitions
from tests.conformance.requirements.judging import assert_holds, judge, violated_by


def test_it_holds_on_an_honest_broker(honest):
    result = judge("W10", honest)
    assert_holds(result)
    assert result.judged >= 10


def test_null_that_leaves_something_out_is_found(honest):
    def forget(passing):
        if isinstance(passing.response, m.MetadataResponse) and passing.request.topics is None:
            passing.response.topics = []

    violated_by(honest, "W10", "null-not-all", "neither-accepted", on_response=forget)


def test_null_offsets_that_are_left_out_are_found(honest):
    def forget(passing):
        if isinstance(passing.response, m.OffsetFetchResponse):
            for group in passing.response.groups:
                group.topics = []

    violated_by(honest, "W10", "null-not-all", on_response=forget)


def test_empty_that_means_all_is_found(honest):
    def everything(passing):
        if isinstance(passing.request, m.MetadataRequest) and passing.request.topics == []:
            passing.request.topics = None

    violated_by(honest, "W10", "empty-not-none", on_request=everything)


def test_an_id_that_is_not_found_is_found(honest):
    def forget(passing):
        if isinstance(passing.response, m.MetadataResponse) and passing.request.topics:
            for asked, answered in zip(passing.request.topics, passing.response.topics, strict=False):
                if asked.name is None and answered.error_code == 0:
                    answered.name = "another"

    violated_by(honest, "W10", "id-not-found", on_response=forget)


def test_an_unknown_id_with_another_code_is_found(honest):
    def confuse(passing):
        for part in partitions(passing.response, m.FetchResponse):
            if part.error_code == ErrorCode.UNKNOWN_TOPIC_ID:
                part.error_code = int(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)

    violated_by(honest, "W10", "unknown-id-code", on_response=confuse)


def test_an_entry_that_names_nothing_and_is_accepted_is_found(honest):
    def accept(passing):
        if isinstance(passing.response, m.DeleteTopicsResponse):
            for one in passing.response.responses:
                if one.error_code == ErrorCode.INVALID_REQUEST:
                    one.error_code = 0

    violated_by(honest, "W10", "neither-accepted", on_response=accept)
