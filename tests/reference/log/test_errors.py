import pytest

from nilometer_reference.log import errors
from nilometer_reference.wire.errors import KafkaError


@pytest.mark.parametrize(("error", "code"), [
    (errors.OffsetOutOfRange, 1),
    (errors.RecordListTooLarge, 18),
    (errors.OutOfOrderSequence, 45),
    (errors.InvalidProducerEpoch, 47),
    (errors.InvalidTxnState, 48),
    (errors.TransactionCoordinatorFenced, 52),
    (errors.KafkaStorageError, 56),
])  # fmt: skip
def test_each_error_is_one_of_kafkas_with_its_code(error: type[KafkaError], code: int) -> None:
    raised = error("the reason")  # type: ignore[call-arg, arg-type]
    assert isinstance(raised, KafkaError)
    assert raised.error_code == code
    assert "the reason" in str(raised)
