import pytest

from nilometer.catalogue import load
from nilometer.clients.transactional import Protocol
from nilometer.requirements.transactions._late import LATE_OFFSET, Case, Late, When, tell
from nilometer.requirements.transactions._world import Outcome
from nilometer.run import Run
from nilometer.settings import Settings
from nilometer.verdict import NotObservable, Reason
from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.messages import EndTxnRequest, EndTxnResponse
from tests.conformance.requirements.faulty import FaultyBroker
from tests.conformance.requirements.judging import subject


@pytest.fixture
def run(honest):
    made = Run(load()["T12"], subject(honest), Settings(), deadline=1e12)
    yield made
    made.close()


@pytest.mark.parametrize("late", list(Late))
@pytest.mark.parametrize("when", list(When))
def test_a_late_request_arrives_when_it_should_and_its_story_is_whole(run, late, when):
    story = tell(run, Case(late, when, True, True, True), Protocol.TV2, 5.0)
    first, following = story.world.history
    assert (first.outcome, following.outcome) == (Outcome.COMMITTED, Outcome.COMMITTED)
    assert story.late is not None
    assert story.late.answered_at_ns is not None
    before_first_of_next = story.late.answered_at_ns < following.exchanges[0].sent_at_ns
    after_last_of_next = story.late.answered_at_ns > following.exchanges[-1].answered_at_ns
    assert before_first_of_next == (when is When.BETWEEN)
    assert after_last_of_next == (when is When.AFTERWARDS)
    assert story.stuck is None
    assert not story.trouble
    assert story.late in story.evidence
    assert str(late) in str(story)


def test_the_offset_that_counts_is_that_of_the_last_commit(run):
    story = tell(run, Case(Late.OFFSETS, When.INSIDE, True, False, True), Protocol.TV2, 5.0)
    assert story.wanted_offset == 11
    assert story.offset is not None
    assert story.offset.offset == 11 != LATE_OFFSET


def test_the_older_protocol_lets_a_late_end_through(run):
    story = tell(run, Case(Late.END, When.INSIDE, True, False, False), Protocol.TV1, 0.5)
    assert story.early, "KAFKA-17754: what KIP-890 cures"


def test_a_next_transaction_in_trouble_is_part_of_the_story(honest):
    ends = []

    def refuse_the_second(passing):
        if isinstance(passing.request, EndTxnRequest):
            ends.append(1)
            if len(ends) == 2:
                return EndTxnResponse(error_code=ErrorCode.INVALID_TXN_STATE)
        return None

    with FaultyBroker(honest, on_request=refuse_the_second) as broker:
        run = Run(load()["T12"], subject(broker.bootstrap), Settings(), deadline=1e12)
        story = tell(run, Case(Late.PRODUCE, When.BETWEEN, True, True, False), Protocol.TV2, 1.0)
        assert "INVALID_TXN_STATE" in story.trouble


def test_a_first_transaction_that_does_not_work_is_no_story(honest):
    def refuse(passing):
        if isinstance(passing.request, EndTxnRequest):
            return EndTxnResponse(error_code=ErrorCode.INVALID_TXN_STATE)
        return None

    with FaultyBroker(honest, on_request=refuse) as broker:
        run = Run(load()["T12"], subject(broker.bootstrap), Settings(), deadline=1e12)
        with pytest.raises(NotObservable) as refused:
            tell(run, Case(Late.PRODUCE, When.BETWEEN, True, True, False), Protocol.TV2, 1.0)
        assert refused.value.reason is Reason.REFUSED
