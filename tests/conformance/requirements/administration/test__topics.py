"""CreateTopics, DeleteTopics and Metadata as requirements of administration use them."""

from nilometer.requirements.administration._topics import controller, create, delete, names, on_every_node
from nilometer.run import Run
from nilometer.settings import Settings
from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.messages.create_topics import CreatableTopic
from nilometer_reference.wire.messages.delete_topics import DeleteTopicState
from tests.conformance.requirements.judging import subject
from tests.conformance.requiring import make_requirement


def test_what_is_created_is_remembered_seen_and_deleted(honest):
    run = Run(make_requirement(), subject(honest), Settings(), float("inf"))
    name = run.name("topic")
    _, codes = create(run, CreatableTopic(name, 1, 1))
    assert codes == {name: [0]}
    assert run.subject.topics == [name]
    _, again = create(run, CreatableTopic(name, 1, 1))
    assert again == {name: [ErrorCode.TOPIC_ALREADY_EXISTS]}
    assert run.subject.topics == [name]
    ((node, exchange, topic),) = on_every_node(run, name)
    assert (node, topic.name, topic.error_code, exchange.api) == (controller(run), name, 0, "Metadata")
    assert [code for _, _, code in delete(run, DeleteTopicState(name))[1]] == [0]
    run.close()


def test_validating_creates_nothing_to_be_deleted(honest):
    run = Run(make_requirement(), subject(honest), Settings(), float("inf"))
    create(run, CreatableTopic(run.name("topic"), 1, 1), validate_only=True)
    assert run.subject.topics == []
    run.close()


def test_codes_are_named():
    assert names([36, 0]) == "TOPIC_ALREADY_EXISTS (36), NONE (0)"
    assert names([]) == "no answer for it"
