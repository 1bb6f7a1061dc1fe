from nilometer_reference.wire import messages as m
from tests.conformance.requirements.judging import assert_holds, judge, violated_by


def test_an_honest_broker_holds(honest):
    assert_holds(judge("G8", honest))


def test_a_changed_byte_of_an_assignment_is_found(honest):
    def flip(passing):
        if isinstance(passing.response, m.SyncGroupResponse) and len(passing.response.assignment):
            changed = bytearray(passing.response.assignment)
            changed[-1] ^= 1
            passing.response.assignment = bytes(changed)

    violated_by(honest, "G8", "assignment-changed", on_response=flip)


def test_metadata_that_the_leader_is_not_told_is_found(honest):
    def drop(passing):
        if isinstance(passing.response, m.JoinGroupResponse) and passing.response.members:
            passing.response.members.pop()

    violated_by(honest, "G8", "members-missing", on_response=drop)
