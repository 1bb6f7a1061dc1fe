"""What a run made goes; what cannot go is remembered."""

from nilometer.cleaning import clean_up, leftovers
from nilometer.settings import Settings
from nilometer_reference.wire import messages as m
from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.messages.delete_groups import DeletableGroupResult
from nilometer_reference.wire.messages.delete_topics import DeletableTopicResult
from nilometer_reference.wire.messages.find_coordinator import Coordinator
from tests.conformance.requiring import make_subject
from tests.conformance.scripted import HANG_UP, ScriptedBroker

RANGES = {18: (0, 4), 3: (0, 13), 20: (1, 6), 42: (0, 2), 10: (0, 4)}


def deleting(codes: dict[str, int]):
    """A broker that answers DeleteTopics and DeleteGroups with these codes, 0 for others."""

    def answer(_header, request):
        if isinstance(request, m.DeleteTopicsRequest):
            return m.DeleteTopicsResponse(
                responses=[DeletableTopicResult(one.name, error_code=codes.get(one.name, 0)) for one in request.topics]
            )
        if isinstance(request, m.DeleteGroupsRequest):
            results = [DeletableGroupResult(one, codes.get(one, 0)) for one in request.groups_names]
            return m.DeleteGroupsResponse(results=results)
        if isinstance(request, m.FindCoordinatorRequest):
            return m.FindCoordinatorResponse(
                coordinators=[Coordinator(key, 1, *broker.address) for key in request.coordinator_keys]
            )
        return None

    broker = ScriptedBroker(answer)
    return broker


def test_topics_go_at_once_and_groups_at_the_end():
    with deleting({}) as broker:
        subject = make_subject(broker.address, ranges=RANGES)
        subject.topics += ["a", "b"]
        subject.groups += ["g"]
        clean_up(subject, Settings())
        assert (subject.topics, subject.groups) == ([], ["g"])
        clean_up(subject, Settings(), groups=True)
        assert subject.groups == []


def test_what_is_gone_already_is_forgotten_and_what_is_refused_is_remembered():
    codes = {
        "gone": ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "refused": ErrorCode.TOPIC_AUTHORIZATION_FAILED,
        "busy": ErrorCode.NON_EMPTY_GROUP, "missing": ErrorCode.GROUP_ID_NOT_FOUND,
    }  # fmt: skip
    with deleting({name: int(code) for name, code in codes.items()}) as broker:
        subject = make_subject(broker.address, ranges=RANGES)
        subject.topics += ["gone", "refused", "fine"]
        subject.groups += ["busy", "missing"]
        clean_up(subject, Settings(), groups=True)
        assert (subject.topics, subject.groups) == (["refused"], ["busy"])


def test_a_target_without_these_apis_is_left_alone():
    with ScriptedBroker() as broker:
        subject = make_subject(broker.address)
        subject.topics.append("stays")
        clean_up(subject, Settings(), groups=True)
        assert subject.topics == ["stays"]
        assert broker.requests == []


def test_a_target_that_does_not_answer_costs_no_more_than_one_try():
    with ScriptedBroker(lambda _header, _request: HANG_UP) as broker:
        subject = make_subject(broker.address, ranges=RANGES)
        subject.topics += ["a", "b", "c"]
        clean_up(subject, Settings())
        assert subject.topics == ["a", "b", "c"]
        assert len(broker.requests) == 1


def test_what_is_left_behind_is_what_is_really_there():
    def answer(_header, request):
        if isinstance(request, m.MetadataRequest) and request.topics is None:
            response = broker.usual(request)
            response.topics = [m.metadata.MetadataResponseTopic(name="there")]
            return response
        return None

    with ScriptedBroker(answer) as broker:
        subject = make_subject(broker.address)
        assert leftovers(subject, Settings()) == []
        subject.topics += ["there", "never made"]
        subject.groups += ["g"]
        assert leftovers(subject, Settings()) == ["there"]  # without DeleteGroups, groups expire by themselves
    subject.versions.ranges[42] = (0, 2)
    assert leftovers(subject, Settings()) == ["there", "never made", "g"]  # nobody answers: all may be there
