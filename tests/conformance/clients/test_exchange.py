"""Exchanges and the journal that keeps them."""

import time

from nilometer.clients.exchange import EXCHANGES_KEPT, Exchange, Journal, api_name
from nilometer_reference.wire.messages import FetchRequest, FetchResponse, MetadataRequest


def make(journal: Journal, **fields) -> Exchange:
    one = Exchange(journal.next_number(), "host:1", 4, 9, FetchRequest(), time.monotonic_ns(), actor="me", **fields)
    journal.sent(one)
    return one


def test_an_api_is_called_without_request_and_response():
    assert api_name(FetchRequest()) == api_name(FetchResponse) == "Fetch"


def test_a_step_is_what_a_reader_sees():
    journal = Journal()
    one = make(journal)
    one.response, one.answered_at_ns = FetchResponse(error_code=0), one.sent_at_ns + 2_500_000
    step = one.step(journal.origin_ns)
    assert (step.number, step.actor, step.node, step.api, step.version) == (1, "me", "host:1", "Fetch", 4)
    assert step.took_ms == 2.5
    assert step.at_ms >= 0
    assert step.response.startswith("error_code=0")


def test_a_step_without_an_answer_says_so():
    journal = Journal()
    assert make(journal).step(0).response == "no response"
    assert make(journal, fault="the connection broke").step(0).response == "the connection broke"
    assert make(journal, fault="unreadable", response_frame=b"\x01\x02").step(0).response == "unreadable; frame 01 02"


def test_numbers_rise_over_the_run_also_when_exchanges_are_forgotten():
    journal = Journal()
    make(journal)
    journal.forget()
    assert journal.exchanges == []
    assert make(journal).number == 2


def test_old_exchanges_are_forgotten_before_there_are_too_many():
    journal = Journal()
    for _ in range(EXCHANGES_KEPT + 10):
        make(journal)
    assert len(journal.exchanges) <= EXCHANGES_KEPT
    assert journal.exchanges[-1].number == EXCHANGES_KEPT + 10


def test_what_is_not_judged_is_not_counted_also_after_an_error():
    journal = Journal()
    one = Exchange(1, "h", 1, 1, MetadataRequest(), 0)
    try:
        with journal.not_judged():
            journal.answered()
            journal.anomaly("unparsable", one, "x")
            raise ValueError
    except ValueError:
        pass
    assert (journal.responses, journal.anomalies) == (0, [])
    journal.answered()
    journal.anomaly("unparsable", one, "x")
    assert (journal.responses, len(journal.anomalies)) == (1, 1)
