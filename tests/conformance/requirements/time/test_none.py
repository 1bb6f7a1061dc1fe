from nilometer_reference.wire.errors import ErrorCode
from tests.conformance.requirements.judging import assert_holds, judge, violated_by
from tests.conformance.requirements.tampering import listed


def test_an_honest_broker_holds(honest):
    assert_holds(judge("TI2", honest))


def on_none(change):
    def hook(passing):
        for asked, answer in listed(passing):
            if asked.timestamp >= 0 and answer.offset == -1:
                change(answer)

    return hook


def test_an_offset_instead_of_none_is_found(honest):
    def end(answer):
        answer.offset = 0

    violated_by(honest, "TI2", "offset-although-there-is-none", on_response=on_none(end))


def test_a_timestamp_instead_of_none_is_found(honest):
    def time(answer):
        answer.timestamp = 7

    violated_by(honest, "TI2", "timestamp-although-there-is-none", on_response=on_none(time))


def test_an_error_instead_of_none_is_found(honest):
    def error(answer):
        answer.error_code = ErrorCode.OFFSET_OUT_OF_RANGE

    violated_by(honest, "TI2", "error-although-none-is-no-error", on_response=on_none(error))
