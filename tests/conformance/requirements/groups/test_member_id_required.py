from nilometer_reference.wire import messages as m
from nilometer_reference.wire.errors import ErrorCode
from tests.conformance.requirements.judging import assert_holds, judge, violated_by


def test_an_honest_broker_holds(honest):
    assert_holds(judge("G6", honest))


def test_one_id_for_all_is_found(honest):
    def same(passing):
        if getattr(passing.response, "error_code", 0) == ErrorCode.MEMBER_ID_REQUIRED:
            passing.response.member_id = "one-for-all"

    violated_by(honest, "G6", "no-id", "id-refused", on_response=same)


def test_an_id_that_counts_as_a_member_is_found(honest):
    def list_another(passing):
        if isinstance(passing.response, m.DescribeGroupsResponse):
            group = passing.response.groups[0]
            group.members = [*group.members, type(group.members[0])(member_id="only-handed-out")]

    violated_by(honest, "G6", "counts-as-member", on_response=list_another)
