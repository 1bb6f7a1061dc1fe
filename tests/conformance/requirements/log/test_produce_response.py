import pytest

from tests.conformance.requirements.judging import assert_holds, judge, violated_by
from tests.conformance.requirements.tampering import produced


def test_an_honest_broker_holds(honest):
    assert_holds(judge("L14", honest))


def on_produced(change):
    def hook(passing):
        for part in produced(passing):
            change(part)

    return hook


def test_a_base_offset_of_0_whatever_the_place_is_found(honest):
    def zero(part):
        part.base_offset = 0 if part.error_code == 0 else part.base_offset

    violated_by(honest, "L14", "wrong-base-offset", on_response=on_produced(zero))


@pytest.mark.parametrize("begins", range(5))
def test_an_answer_that_is_wrong_now_and_then_is_found(honest, begins):
    """One in five, whichever comes first."""

    def zero(part):
        zero.seen += 1
        if part.error_code == 0 and zero.seen % 5 == 0:
            part.base_offset = 0

    zero.seen = begins
    violated_by(honest, "L14", "wrong-base-offset", on_response=on_produced(zero))


def test_an_append_time_with_create_time_is_found(honest):
    def invented(part):
        part.log_append_time_ms = 1234 if part.log_append_time_ms == -1 else part.log_append_time_ms

    violated_by(honest, "L14", "wrong-append-time", on_response=on_produced(invented))


def test_no_append_time_with_log_append_time_is_found(honest):
    def forgotten(part):
        part.log_append_time_ms = -1

    violated_by(honest, "L14", "wrong-append-time", on_response=on_produced(forgotten))


def test_a_log_start_offset_of_another_time_is_found(honest):
    def old(part):
        part.log_start_offset = 0

    violated_by(honest, "L14", "wrong-log-start", on_response=on_produced(old))


def test_a_base_offset_beside_an_error_is_found(honest):
    def both(part):
        part.base_offset = 5 if part.error_code else part.base_offset

    violated_by(honest, "L14", "offset-with-error", on_response=on_produced(both))
