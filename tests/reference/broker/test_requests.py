from nilometer_reference.broker.requests import NO_RESPONSE, RequestContext
from nilometer_reference.wire.messages import HeartbeatResponse


def test_a_handler_can_answer_later_through_its_context() -> None:
    answers: list[object] = []
    context = RequestContext(1, 4, 7, "client", 1_000, answers.append)
    context.respond(HeartbeatResponse())
    assert answers == [HeartbeatResponse()]


def test_no_response_is_neither_none_nor_a_message() -> None:
    assert NO_RESPONSE is not None
    assert not hasattr(NO_RESPONSE, "API_KEY")
