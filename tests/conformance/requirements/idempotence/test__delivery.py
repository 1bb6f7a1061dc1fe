import pytest

from nilometer.catalogue import load
from nilometer.requirements.idempotence._delivery import Way, deliver
from nilometer.requirements.idempotence._writer import PartitionLog, Writer
from nilometer.run import Run
from nilometer.settings import Settings
from tests.conformance.requirements.judging import subject

ATTEMPTS = {Way.ONCE: 1, Way.NEW_PATH: 1, Way.PIPELINED: 2, Way.TWO_PATHS: 2, Way.LOST_ANSWER: 2}


@pytest.mark.parametrize("way", list(Way))
def test_each_way_brings_the_batch_and_keeps_every_attempt(honest, way):
    run = Run(load()["I1"], subject(honest), Settings(), deadline=1e12)
    topic = run.topic()
    writer = Writer(run.session, topic, PartitionLog(run.session, topic))
    batch = writer.next(2)
    answers = deliver(writer, batch, way)
    assert {one.base_offset for one in answers if one.ok} == {0}
    assert len(writer.exchanges) == ATTEMPTS[way]
    if way is Way.LOST_ANSWER:
        assert len(answers) == 1
        assert writer.exchanges[0].response is None
        assert "we closed" in writer.exchanges[0].fault
    writer.took(batch, answers[0])
    assert writer.log.judge(run, "appended-twice", [])
    run.close()
