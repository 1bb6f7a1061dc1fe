import pytest

from nilometer.catalogue import load
from nilometer.requirements.transactions._member import join, leave
from nilometer.run import Run
from nilometer.settings import Settings
from nilometer.verdict import NotObservable, Reason
from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.messages import SyncGroupResponse
from tests.conformance.requirements.faulty import FaultyBroker
from tests.conformance.requirements.judging import subject


@pytest.fixture
def run(honest):
    made = Run(load()["T17"], subject(honest), Settings(), deadline=1e12)
    yield made
    made.close()


def test_a_member_joins_and_a_rejoin_with_other_metadata_begins_a_generation(run):
    group = run.group()
    first = join(run.session, group, metadata=b"1")
    second = join(run.session, group, member_id=first.member_id, metadata=b"2")
    assert first.member_id == second.member_id != ""
    assert second.generation_id > first.generation_id
    leave(run.session, group, second)


def test_a_second_member_with_one_instance_id_takes_the_place_of_the_first(run):
    group = run.group()
    first = join(run.session, group, group_instance_id="i", metadata=b"1")
    second = join(run.session, group, group_instance_id="i", metadata=b"2")
    assert first.member_id != second.member_id
    leave(run.session, group, second)


def test_after_leaving_the_next_one_is_alone(run):
    group = run.group()
    leave(run.session, group, join(run.session, group))
    assert join(run.session, group).generation_id > 0


def test_a_refused_step_ends_the_check(honest):
    def refuse(passing):
        if isinstance(passing.response, SyncGroupResponse):
            passing.response.error_code = ErrorCode.UNKNOWN_MEMBER_ID

    with FaultyBroker(honest, on_response=refuse) as broker:
        run = Run(load()["T17"], subject(broker.bootstrap), Settings(), deadline=1e12)
        with pytest.raises(NotObservable) as refused:
            join(run.session, run.group())
        assert refused.value.reason is Reason.REFUSED
