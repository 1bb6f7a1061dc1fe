"""What runs on a target, in which order, and why the rest does not."""

import pytest

from nilometer.plan import is_cheap, make_plan, verbs, what_is_missing
from nilometer.settings import Profile
from nilometer.targets.target import Control
from nilometer.verdict import Reason, Word
from tests.conformance.requiring import make_requirement, make_subject
from tests.conformance.targets.test_target import Recorder


def test_an_api_that_is_not_advertised_makes_it_not_applicable():
    plan = make_plan([make_requirement(apis={"EndTxn": 0}), make_requirement(id="L1")], make_subject(), Profile.CORE)
    assert [one.id for one in plan.run] == ["L1"]
    (missing,) = plan.not_run
    assert (missing.id, missing.word, missing.reason) == ("L99", Word.NOT_APPLICABLE, Reason.API_NOT_SERVED)
    assert plan.line == "1 requirement runs; 1 not: 1 n/a (api-not-served)"


def test_a_version_that_is_too_low_makes_it_not_applicable():
    missing = what_is_missing(make_requirement(apis={"Metadata": 12}), make_subject(ranges={3: (0, 9)}))
    assert missing is not None
    assert missing.reason is Reason.VERSION_TOO_LOW


@pytest.mark.parametrize("target", [None, Recorder()])
def test_processes_that_are_not_ours_are_not_killed(target):
    needy = make_requirement(needs=Control.KILL | Control.RESTART)
    missing = what_is_missing(needy, make_subject(target=target))
    assert missing is not None
    assert missing.reason is Reason.NO_FAULT_CONTROL
    assert missing.detail == "we cannot kill and restart its processes"


def test_what_we_control_may_be_killed():
    target = Recorder()
    target.control = Control.ALL
    assert what_is_missing(make_requirement(needs=Control.KILL), make_subject(target=target)) is None
    assert verbs(Control.NONE) == ""


def test_smoke_begins_with_what_says_smoke_and_all_traffic_is_judged_last():
    requirements = [
        make_requirement(id="W1", name="w1", last=True),
        make_requirement(id="L1", name="l1"),
        make_requirement(id="T1", name="t1", profiles=("smoke",)),
    ]
    assert [one.id for one in make_plan(requirements, make_subject(), Profile.SMOKE).run] == ["T1", "L1", "W1"]
    assert [one.id for one in make_plan(requirements, make_subject(), Profile.CORE).run] == ["L1", "T1", "W1"]


def test_in_smoke_the_rest_takes_turns_by_area():
    ids = ["L1", "L2", "L3", "V1", "W2", "W3"]
    requirements = [make_requirement(id=id, name=id) for id in ids]
    assert [one.id for one in make_plan(requirements, make_subject(), Profile.SMOKE).run] == [
        "L1", "V1", "W2", "L2", "W3", "L3",
    ]  # fmt: skip


def test_what_runs_without_time_left():
    assert is_cheap(make_requirement(profiles=("smoke", "core")))
    assert is_cheap(make_requirement(last=True))
    assert not is_cheap(make_requirement())
