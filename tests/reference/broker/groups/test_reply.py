from dataclasses import replace

import pytest

from nilometer_reference.broker.groups.reply import Reply
from nilometer_reference.broker.requests import RequestContext
from nilometer_reference.wire.codec import Message
from nilometer_reference.wire.messages.sync_group import SyncGroupResponse


def context(later: list[Message]) -> RequestContext:
    return RequestContext(1, 5, 1, "c", 0, later.append)


def test_an_answer_while_the_handler_runs_is_returned_by_it() -> None:
    later: list[Message] = []
    reply: Reply[SyncGroupResponse] = Reply(context(later))
    reply.answer(SyncGroupResponse(error_code=27))
    assert reply.end_of_handler() == SyncGroupResponse(error_code=27)
    assert later == []


def test_a_later_answer_goes_through_the_context() -> None:
    later: list[Message] = []
    reply: Reply[SyncGroupResponse] = Reply(context(later))
    assert reply.end_of_handler() is None
    reply.answer(SyncGroupResponse(error_code=27))
    assert later == [SyncGroupResponse(error_code=27)]
    assert reply.is_answered


@pytest.mark.parametrize("is_late", [False, True])
def test_a_request_is_answered_once(is_late: bool) -> None:
    reply: Reply[SyncGroupResponse] = Reply(context([]))
    if is_late:
        reply.end_of_handler()
    reply.answer(SyncGroupResponse())
    with pytest.raises(AssertionError):
        reply.answer(SyncGroupResponse())


@pytest.mark.parametrize("is_late", [False, True])
def test_every_answer_is_adapted_to_its_request(is_late: bool) -> None:
    later: list[Message] = []
    reply = Reply(context(later), lambda response: replace(response, protocol_name="adapted"))
    if is_late:
        reply.end_of_handler()
        reply.answer(SyncGroupResponse())
        assert later == [SyncGroupResponse(protocol_name="adapted")]
    else:
        reply.answer(SyncGroupResponse())
        assert reply.end_of_handler() == SyncGroupResponse(protocol_name="adapted")
