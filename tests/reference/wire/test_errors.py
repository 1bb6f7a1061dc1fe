"""Kafka's error codes by name."""

from nilometer_reference.wire.errors import RETRIABLE, ErrorCode, KafkaError, error_name


def test_the_codes_are_those_that_clients_know() -> None:
    known = {-1: "UNKNOWN_SERVER_ERROR", 0: "NONE", 1: "OFFSET_OUT_OF_RANGE", 35: "UNSUPPORTED_VERSION",
             45: "OUT_OF_ORDER_SEQUENCE_NUMBER", 79: "MEMBER_ID_REQUIRED", 90: "PRODUCER_FENCED",
             120: "TRANSACTION_ABORTABLE"}  # fmt: skip
    assert {code: ErrorCode(code).name for code in known} == known


def test_codes_have_no_gap_and_no_twin() -> None:
    values = sorted(int(code) for code in ErrorCode)
    assert values == list(range(-1, values[-1] + 1))


def test_an_error_prints_name_code_and_reason() -> None:
    error = KafkaError(ErrorCode.INVALID_CONFIG, "a is not b")
    assert str(error) == "INVALID_CONFIG (40): a is not b"
    assert str(KafkaError(ErrorCode.UNKNOWN_TOPIC_ID)) == "UNKNOWN_TOPIC_ID (100)"


def test_a_code_of_the_future_keeps_its_number() -> None:
    assert error_name(45) == "OUT_OF_ORDER_SEQUENCE_NUMBER"
    assert error_name(9999) == "code 9999"


def test_fencing_is_final_and_moving_leaders_are_not() -> None:
    assert ErrorCode.NOT_LEADER_OR_FOLLOWER in RETRIABLE
    assert not {ErrorCode.PRODUCER_FENCED, ErrorCode.INVALID_PRODUCER_EPOCH, ErrorCode.NONE} & RETRIABLE
