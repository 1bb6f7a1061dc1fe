from nilometer.clients.session import EARLIEST
from nilometer.targets.reference import ReferenceTarget
from nilometer.verdict import Reason, Verdict
from tests.conformance.requirements.faulty import FaultyBroker
from tests.conformance.requirements.judging import assert_holds, judge, violated_by
from tests.conformance.requirements.tampering import answered, listed, re_encoded


def test_an_honest_broker_holds(cleaning):
    assert_holds(judge("C8", cleaning, profile="core"))


BY_TIME, BY_SIZE = 8, 5
"""Where the two logs begin once retention has done all that it may; until then it may stop elsewhere."""


def two_too_many(passing):
    """The log start offset is told to lie further on, and so it is kept to."""
    for asked, answer in listed(passing):
        if asked.timestamp == EARLIEST and answer.offset in (BY_TIME, BY_SIZE):
            answer.offset += 2


def test_young_records_that_are_removed_are_found(cleaning):
    with FaultyBroker(cleaning, on_response=two_too_many) as broker:
        result = judge("C8", broker.bootstrap, profile="core")
    assert {one.signature for one in result.counterexamples} == {"young-record-deleted", "too-much-deleted"}


def test_a_hole_in_what_is_left_is_found(cleaning):
    def hole(passing):
        for one in answered(passing):
            one.put([re_encoded(batch, []) if batch.header.base_offset == 10 else batch for batch in one.batches])

    violated_by(cleaning, "C8", "hole-instead-of-prefix", profile="core", on_response=hole)


def test_a_broker_that_looks_too_seldom_is_not_judged():
    with ReferenceTarget(arguments=("--set", "log.retention.check.interval.ms=300000")) as seldom:
        result = judge("C8", seldom.endpoint.text, profile="core")
    assert (result.verdict, result.reason) == (Verdict.NOT_OBSERVABLE, Reason.TIME)
    assert "only every 300 s" in result.detail
