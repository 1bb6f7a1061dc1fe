"""Faults of record batches carry Kafka's codes."""

import pytest

from nilometer_reference.wire import record_errors as errors
from nilometer_reference.wire.errors import KafkaError


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (errors.CorruptMessage, 2),
        (errors.MessageTooLarge, 10),
        (errors.InvalidTimestamp, 32),
        (errors.UnsupportedCompressionType, 76),
        (errors.InvalidRecord, 87),
    ],
)
def test_each_fault_has_the_code_of_the_table(fault: type[errors.RecordError], code: int) -> None:
    raised = fault("two values disagree")
    assert isinstance(raised, KafkaError)
    assert raised.code == code
    assert f"({code})" in str(raised)
    assert "two values disagree" in str(raised)


def test_an_invalid_record_says_which_one_it_was() -> None:
    assert errors.InvalidRecord("no key", 3).record_index == 3
    assert errors.InvalidRecord("the batch").record_index is None
