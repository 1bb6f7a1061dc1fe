import pytest

from nilometer.settings import Profile
from nilometer.targets import parse_target
from nilometer.verdict import Verdict
from tests.conformance.requirements.judging import assert_holds, assert_violated, judge


def test_a_broker_that_we_may_not_kill_is_not_judged(honest):
    assert judge("O12", honest, profile=Profile.CORE).verdict is Verdict.NOT_OBSERVABLE


@pytest.mark.timeout(120)
def test_the_reference_keeps_commits_over_sigkill():
    with parse_target("reference:tcp") as target:
        assert_holds(judge("O12", target.endpoint.text, profile=Profile.CORE, target=target))


@pytest.mark.timeout(120)
def test_a_loader_that_reads_only_the_beginning_is_found():
    with parse_target("reference+B094") as target:
        assert_violated(judge("O12", target.endpoint.text, profile=Profile.CORE, target=target), "lost")
