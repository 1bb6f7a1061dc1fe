from tests.conformance.requirements.judging import assert_holds, judge, violated_by
from tests.conformance.requirements.tampering import fetched, listed


def test_an_honest_broker_holds(honest):
    assert_holds(judge("L12", honest))


def test_a_start_that_goes_back_is_found(honest):
    count = []

    def every_third(passing):
        for _, answer in listed(passing):
            count.append(answer)
            answer.offset += 0 if len(count) % 3 else 1_000

    violated_by(honest, "L12", "start-went-back", on_response=every_third)


def test_a_start_that_never_moves_is_found(honest):
    def stays(passing):
        for one in fetched(passing):
            one.answer.log_start_offset = 0
        for asked, answer in listed(passing):
            if asked.timestamp == -2:
                answer.offset = 0

    violated_by(honest, "L12", "start-below-low-watermark", on_response=stays)
