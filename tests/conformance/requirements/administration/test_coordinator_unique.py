"""A8: coordinators that nobody agrees on, and nodes that act without office."""

from dataclasses import replace

import pytest

from nilometer.catalogue import load
from nilometer.connecting import connect
from nilometer.runner import Runner
from nilometer.settings import Profile, Settings
from nilometer.targets import parse_target
from nilometer.verdict import Reason
from nilometer_reference.wire import messages as m
from tests.conformance.requirements.faulty import FaultyBroker
from tests.conformance.requirements.judging import assert_holds, assert_violated, judge, subject, violated_by


def coordinators(passing):
    return passing.response.coordinators if isinstance(passing.response, m.FindCoordinatorResponse) else []


def test_it_holds_on_an_honest_broker_and_says_what_one_broker_cannot_show(honest):
    result = judge("A8", honest)
    assert_holds(result)
    assert result.skipped[Reason.SINGLE_BROKER] > 0


def test_an_answer_that_changes_is_found(honest):
    asked: dict[str, int] = {}

    def change(passing):
        for one in coordinators(passing):
            if len(coordinators(passing)) == 1:
                asked[one.key] = asked.get(one.key, 0) + 1
                if asked[one.key] > 1:
                    one.node_id += 1_000

    with FaultyBroker(honest, on_response=change) as broker:
        assert_violated(judge("A8", broker.bootstrap, liveness_s=0.2), "answer-changes")


def test_a_coordinator_that_is_no_node_is_found(honest):
    def elsewhere(passing):
        for one in coordinators(passing):
            one.node_id += 1_000

    violated_by(honest, "A8", "not-listed", on_response=elsewhere)


def test_a_request_of_several_keys_with_another_answer_is_found(honest):
    def confuse(passing):
        if len(coordinators(passing)) > 1:
            coordinators(passing)[0].node_id += 1_000

    violated_by(honest, "A8", "batch-disagrees", on_response=confuse)


@pytest.mark.external
def test_a_node_that_acts_without_office_is_found(installed):
    """librdkafka's mock takes offsets at any broker."""
    installed("librdkafka-mock:")
    with parse_target("librdkafka-mock:3") as target:
        settings = Settings(profile=Profile.SMOKE, seed=1)
        result = Runner(connect(target, settings), settings).judge(load()["A8"])
    signatures = {one.signature for one in result.counterexamples}
    assert signatures & {"acts-without-office", "effect-without-office"}, result.detail


def test_two_nodes_that_disagree_are_found(honest):
    """The second node is a proxy to the first that names somebody else."""

    def other(passing):
        for one in coordinators(passing):
            one.node_id += 1_000

    requirement = load()["A8"]
    with FaultyBroker(honest, on_response=other) as second, FaultyBroker(honest) as first:

        def knows_both(run):
            run.session.brokers[77] = second.address
            requirement.check(run)

        judged = subject(first.bootstrap)
        judged.nodes[77] = second.address
        settings = Settings(profile=Profile.SMOKE, seed=1, liveness_s=0.2)
        result = Runner(judged, settings).judge(replace(requirement, check=knows_both))
    assert "brokers-disagree" in {one.signature for one in result.counterexamples}
