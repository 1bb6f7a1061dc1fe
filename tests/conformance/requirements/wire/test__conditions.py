"""The rows of W7."""

from nilometer.requirements.wire._conditions import RETRIABLE, conditions
from nilometer.run import Run
from nilometer.settings import Settings
from nilometer_reference.wire.errors import ErrorCode
from tests.conformance.requirements.judging import subject
from tests.conformance.requiring import make_requirement


def test_every_condition_is_another_one_and_expects_an_error(honest):
    run = Run(make_requirement(), subject(honest), Settings(), float("inf"))
    rows = list(conditions(run, run.topic()))
    assert len({row.what for row in rows}) == len(rows) > 30
    assert all(row.code is not ErrorCode.NONE for row in rows)
    run.close()


def test_what_a_client_may_send_again():
    assert ErrorCode.NOT_LEADER_OR_FOLLOWER in RETRIABLE
    assert ErrorCode.UNKNOWN_TOPIC_ID in RETRIABLE
    assert ErrorCode.INVALID_RECORD not in RETRIABLE
    assert ErrorCode.NONE not in RETRIABLE
