from nilometer_reference.wire import messages as m
from nilometer_reference.wire.errors import ErrorCode
from tests.conformance.requirements.judging import assert_holds, judge, violated_by


def test_an_honest_broker_holds(honest):
    assert_holds(judge("G16", honest))


def test_a_group_with_members_that_is_called_deleted_is_found(honest):
    def deleted(passing):
        if isinstance(passing.response, m.DeleteGroupsResponse):
            for result in passing.response.results:
                if result.error_code == ErrorCode.NON_EMPTY_GROUP:
                    result.error_code = 0

    violated_by(honest, "G16", "wrong-answer", on_response=deleted)


def test_offsets_that_stay_are_found(honest):
    def swallow(passing):
        if isinstance(passing.request, m.DeleteGroupsRequest) and swallow.seen >= 2:
            result = m.delete_groups.DeletableGroupResult(passing.request.groups_names[0], 0)
            return m.DeleteGroupsResponse(results=[result])
        swallow.seen += isinstance(passing.request, m.DeleteGroupsRequest)
        return None

    swallow.seen = 0
    violated_by(honest, "G16", "offsets-remain", "wrong-answer", on_request=swallow)
