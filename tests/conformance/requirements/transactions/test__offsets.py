import pytest

from nilometer.catalogue import load
from nilometer.requirements.transactions._offsets import await_group_offset, commit_group_offset, group_offset
from nilometer.run import Run
from nilometer.settings import Settings
from nilometer.verdict import NotObservable, Reason
from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.messages import OffsetCommitResponse, OffsetFetchResponse
from tests.conformance.requirements.faulty import FaultyBroker
from tests.conformance.requirements.judging import subject


@pytest.fixture
def run(honest):
    made = Run(load()["T15"], subject(honest), Settings(), deadline=1e12)
    yield made
    made.close()


def test_a_group_without_offsets_has_offset_minus_1(run):
    found = group_offset(run.session, run.group(), run.topic())
    assert (found.error_code, found.offset) == (0, -1)
    assert str(found) == "offset -1"


@pytest.mark.parametrize("require_stable", [True, False])
def test_what_was_committed_is_answered(run, require_stable):
    group, topic = run.group(), run.topic(partitions=2)
    commit_group_offset(run.session, group, topic, 7, partition=1)
    assert group_offset(run.session, group, topic, 1, require_stable=require_stable).offset == 7
    assert group_offset(run.session, group, topic, 0, require_stable=require_stable).offset == -1


def test_waiting_ends_with_the_offset_or_with_the_time(run):
    group, topic = run.group(), run.topic()
    commit_group_offset(run.session, group, topic, 7)
    assert await_group_offset(run.session, group, topic, wanted=7, within_s=5.0).offset == 7
    assert await_group_offset(run.session, group, topic, wanted=8, within_s=0.05).offset == 7


@pytest.mark.parametrize(
    ("code", "offset"), [(ErrorCode.GROUP_ID_NOT_FOUND, 0), (ErrorCode.GROUP_AUTHORIZATION_FAILED, 30)]
)
def test_an_unknown_group_has_no_offset_and_other_errors_are_shown(honest, code, offset):
    def answer(passing):
        if isinstance(passing.response, OffsetFetchResponse):
            for group in passing.response.groups:
                group.error_code = code

    with FaultyBroker(honest, on_response=answer) as broker:
        run = Run(load()["T15"], subject(broker.bootstrap), Settings(), deadline=1e12)
        found = group_offset(run.session, run.group(), run.topic())
    assert found.error_code == offset
    assert found.offset == -1


def test_a_commit_that_is_refused_ends_the_check(honest):
    def refuse(passing):
        if isinstance(passing.response, OffsetCommitResponse):
            for topic in passing.response.topics:
                for part in topic.partitions:
                    part.error_code = ErrorCode.OFFSET_METADATA_TOO_LARGE

    with FaultyBroker(honest, on_response=refuse) as broker:
        run = Run(load()["T15"], subject(broker.bootstrap), Settings(), deadline=1e12)
        with pytest.raises(NotObservable) as refused:
            commit_group_offset(run.session, run.group(), run.topic(), 1)
        assert refused.value.reason is Reason.REFUSED
