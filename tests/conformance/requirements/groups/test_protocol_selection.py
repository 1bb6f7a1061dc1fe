import pytest

from nilometer.requirements.groups.protocol_selection import winners
from nilometer_reference.wire import messages as m
from nilometer_reference.wire.errors import ErrorCode
from tests.conformance.requirements.judging import assert_holds, judge, violated_by


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ([["a", "common"], ["common", "a"]], {"a", "common"}),
        ([["a", "common"], ["b", "common"]], {"common"}),
        ([["a", "b", "common"], ["b", "a", "common"], ["b", "a", "common"]], {"b"}),
    ],
)
def test_the_winner_has_the_most_votes_among_what_all_support(asked, expected):
    assert winners(asked) == expected


def test_an_honest_broker_holds(honest):
    assert_holds(judge("G7", honest))


def test_a_protocol_that_nobody_supports_is_found(honest):
    chosen = {}

    def another(passing):
        if isinstance(passing.response, m.JoinGroupResponse) and passing.response.error_code == 0:
            chosen[passing.request.group_id] = passing.response.protocol_name
            passing.response.protocol_name = "z"

    def keep_the_broker_content(passing):
        if isinstance(passing.request, m.SyncGroupRequest):
            passing.request.protocol_name = chosen[passing.request.group_id]

    violated_by(honest, "G7", "not-the-winner", on_response=another, on_request=keep_the_broker_content)


def test_another_error_for_a_stranger_is_found(honest):
    def rename(passing):
        if getattr(passing.response, "error_code", 0) == ErrorCode.INCONSISTENT_GROUP_PROTOCOL:
            passing.response.error_code = ErrorCode.UNKNOWN_MEMBER_ID

    violated_by(honest, "G7", "wrong-error", on_response=rename)
