"""W9: brokers that take what they must refuse."""

from nilometer_reference.wire import messages as m
from nilometer_reference.wire.records import seal
from tests.conformance.requirements.faulty import partitions
from tests.conformance.requirements.judging import assert_holds, judge, violated_by


def heal(passing) -> None:
    """A broker that does not look at the CRC."""
    for part in partitions(passing.request, m.ProduceRequest):
        data = bytearray(part.records or b"")
        try:
            seal(data)
        except Exception:  # not even a header
            return
        part.records = bytes(data)


def test_it_holds_on_an_honest_broker(honest):
    result = judge("W9", honest)
    assert_holds(result)
    assert result.judged > 20


def test_a_broker_that_does_not_check_the_crc_is_found(honest):
    result = violated_by(honest, "W9", "accepted", "wrong-code", "log-damaged", on_request=heal)
    assert "a wrong CRC" in result.counterexamples[0].expected


def test_a_broker_that_appends_and_answers_an_error_is_found(honest):
    before: list[bytes] = []

    def request(passing):
        for part in partitions(passing.request, m.ProduceRequest):
            before[:] = [bytes(part.records)]
        heal(passing)

    def response(passing):
        for part in partitions(passing.response, m.ProduceResponse):
            sent = before[0]
            whole = bytearray(sent)
            seal(whole)
            if part.error_code == 0 and bytes(whole) != sent:
                part.error_code, part.base_offset = 2, -1

    violated_by(honest, "W9", "appended", "wrong-code", "log-damaged", on_request=request, on_response=response)


def test_another_code_than_kafkas_is_found(honest):
    def confuse(passing):
        for part in partitions(passing.response, m.ProduceResponse):
            if part.error_code == 2:
                part.error_code = -1

    violated_by(honest, "W9", "wrong-code", on_response=confuse)


def test_a_log_that_lost_its_good_records_is_found(honest):
    def lose(passing):
        for part in partitions(passing.response, m.FetchResponse):
            part.records, part.high_watermark = b"", 0

    violated_by(honest, "W9", "log-damaged", on_response=lose)
