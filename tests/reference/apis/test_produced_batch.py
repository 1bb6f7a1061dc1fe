"""One record set: each rule of its frame refuses what breaks it, and nothing is appended then."""

from __future__ import annotations

import pytest

from nilometer_reference.apis.produced_batch import Terms, append_batch
from nilometer_reference.wire.errors import ErrorCode
from tests.reference.harness import Harness
from tests.reference.requests import batch, make_topic

GOOD = batch(3)


def changed(at: int, value: bytes) -> bytes:
    return GOOD[:at] + value + GOOD[at + len(value) :]


ROWS = [
    (b"", ErrorCode.INVALID_RECORD),
    (GOOD[:16], ErrorCode.INVALID_RECORD),
    (GOOD[:-1], ErrorCode.INVALID_RECORD),
    (GOOD + b"\0", ErrorCode.INVALID_RECORD),
    (GOOD + GOOD, ErrorCode.INVALID_RECORD),
    (changed(16, b"\1"), ErrorCode.INVALID_RECORD),
    (changed(16, b"\3"), ErrorCode.CORRUPT_MESSAGE),
    (changed(8, (13).to_bytes(4, "big")), ErrorCode.CORRUPT_MESSAGE),
    (changed(17, bytes(4)), ErrorCode.CORRUPT_MESSAGE),
    (changed(22, b"\4"), ErrorCode.UNSUPPORTED_COMPRESSION_TYPE),
]


@pytest.mark.parametrize(("records", "code"), ROWS)
def test_a_record_set_that_is_not_one_whole_batch_is_refused(records: bytes, code: ErrorCode) -> None:
    harness = Harness()
    make_topic(harness)
    partition = harness.broker.partition("t", 0)
    answer = append_batch(harness.broker, partition, records, Terms(3, -1, None, None), harness.now_ms)
    assert (answer.error_code, answer.base_offset, partition.log_end_offset) == (code, -1, 0)


@pytest.mark.parametrize(("acks", "code"), [(-1, 0), (0, 0), (1, 0), (2, ErrorCode.INVALID_REQUIRED_ACKS)])
def test_only_three_kinds_of_acks_are_known(acks: int, code: int) -> None:
    harness = Harness()
    make_topic(harness)
    partition = harness.broker.partition("t", 0)
    answer = append_batch(harness.broker, partition, GOOD, Terms(9, acks, None, None), harness.now_ms)
    assert (answer.error_code, partition.log_end_offset) == (code, 0 if code else 3)
