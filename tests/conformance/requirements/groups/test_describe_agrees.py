from nilometer_reference.wire import messages as m
from tests.conformance.requirements.judging import assert_holds, judge, violated_by


def test_an_honest_broker_holds(honest):
    assert_holds(judge("G17", honest))


def test_a_member_that_is_not_shown_is_found(honest):
    def hide(passing):
        if isinstance(passing.response, m.DescribeGroupsResponse) and passing.response.groups[0].members:
            passing.response.groups[0].members.pop()

    violated_by(honest, "G17", "other-members", on_response=hide)


def test_another_state_is_found(honest):
    def dead(passing):
        if isinstance(passing.response, m.DescribeGroupsResponse):
            passing.response.groups[0].group_state = "Dead"

    violated_by(honest, "G17", "other-facts", "empty-not-shown", on_response=dead)


def test_a_group_that_is_not_listed_is_found(honest):
    def hide(passing):
        if isinstance(passing.response, m.ListGroupsResponse):
            passing.response.groups = []

    violated_by(honest, "G17", "not-listed", on_response=hide)
