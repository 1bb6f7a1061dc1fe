import pytest

from nilometer.catalogue import load
from nilometer.requirements.idempotence._questions import Question, ask
from nilometer.requirements.idempotence._writer import PartitionLog, Writer
from nilometer.run import Run
from nilometer.settings import Settings
from nilometer_reference.wire.errors import ErrorCode
from tests.conformance.requirements.faulty import FaultyBroker
from tests.conformance.requirements.judging import subject
from tests.conformance.requirements.producing import Repeated, refuse


def asked(bootstrap):
    run = Run(load()["I7"], subject(bootstrap), Settings(), deadline=1e12)
    topic = run.topic()
    writer = Writer(run.session, topic, PartitionLog(run.session, topic))
    writer.write()
    writer.must_take(writer.batch(0, epoch=1))
    writer.epoch = 1
    for count in (1, 2, 1):
        writer.write(count)
    replies = ask(writer)
    run.close()
    return replies


def test_a_leader_that_knows_the_producer_answers_all_questions_rightly(honest):
    replies = asked(honest)
    assert [one.question for one in replies] == [
        Question.RETRY, Question.OLDER, Question.OLDER, Question.OLDER, Question.GAP, Question.OLD_EPOCH, Question.NEXT,
    ]  # fmt: skip
    assert all(one.right for one in replies)


def test_a_refused_older_retry_is_right_and_a_refused_last_one_is_not(honest):
    known = Repeated()

    def forget(passing):
        return refuse(passing, ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER) if known.is_repeated(passing) else None

    with FaultyBroker(honest, on_request=forget, on_response=known.note) as broker:
        replies = asked(broker.bootstrap)
    assert [one.right for one in replies if one.question is Question.OLDER] == [True] * 3
    (last,) = [one for one in replies if one.question is Question.RETRY]
    assert not last.right
    assert "base offset" in last.expected
    assert "OUT_OF_ORDER_SEQUENCE_NUMBER (45)" in last.seen


@pytest.mark.parametrize("question", list(Question))
def test_every_question_reads_as_a_sentence(honest, question):
    for reply in asked(honest):
        if reply.question is question:
            assert str(question) in reply.expected
            assert "producer" in reply.expected
