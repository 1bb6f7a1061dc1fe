"""Changes of the ISR in small bounds: what holds, why a step is not possible, both readings as one graph."""

from __future__ import annotations

import pytest

from nilometer_models.explore import explore
from nilometer_models.machine import Instance
from nilometer_models.protocols.isr_changes import MACHINE, model
from nilometer_models.protocols.isr_changes.bugs import ONE_FENCE
from nilometer_models.protocols.isr_changes.state import State
from nilometer_models.tlc.twin import compare

SMALL = model(changes=1, restarts=0)


def alone() -> State:
    """The leader is the ISR; replica 2 has fetched, and has everything."""
    start = next(state for state in SMALL.initial() if state.leader.isr == {1})
    return SMALL.take(start, "Fetch", follower=2)


def test_the_rules_hold_and_everything_but_restarts_happens() -> None:
    run = explore(SMALL, keep_graph=True)
    assert run.holds, run.violations
    assert [name for name, count in run.fired.items() if not count] == ["Restart"]


def test_guards_say_why_a_step_is_not_possible() -> None:
    state = alone()
    asked = SMALL.take(state, "RequestExpand", follower=2)
    assert SMALL.why_not(state, "RequestShrink", follower=2) == "it is no member"
    assert SMALL.why_not(state, "Decide", follower=2) == "nobody has asked"
    assert SMALL.why_not(state, "LearnMetadata") == "it has heard of everything"
    assert SMALL.why_not(asked, "RequestExpand", follower=2) == "bound: changes"
    assert SMALL.why_not(asked, "LearnAnswer", follower=2) == "there is no answer"
    wide = model(changes=2)
    assert wide.why_not(asked, "RequestExpand", follower=2) == "that request has no answer yet"


def test_a_fenced_replica_is_refused_and_the_change_is_over() -> None:
    state = SMALL.take(SMALL.take(alone(), "RequestExpand", follower=2), "Fence", follower=2)
    state = SMALL.take(state, "Decide", follower=2)
    assert {request.answer for request in state.requests} == {"ineligible"}
    state = SMALL.take(state, "LearnAnswer", follower=2)
    assert state.leader.isr == {1}
    assert state.leader.adding is None
    assert not state.requests


def test_an_answer_to_a_change_that_metadata_has_overtaken_says_nothing_new() -> None:
    asked = SMALL.take(alone(), "RequestExpand", follower=2)
    decided = SMALL.take(asked, "Decide", follower=2)
    heard = SMALL.take(decided, "LearnMetadata")
    assert heard.leader.adding is None
    answered = SMALL.take(heard, "LearnAnswer", follower=2)
    assert answered.leader == heard.leader
    assert not answered.requests


def test_a_change_is_resolved_or_a_run_shows_how_it_never_is() -> None:
    small = Instance(MACHINE, ONE_FENCE._replace(records=1))
    assert explore(small, keep_graph=True).what_never_comes("a_change_is_resolved") is None
    stuck = explore(small.with_bug("metadata_waits_for_the_answer"), keep_graph=True)
    assert stuck.what_never_comes("a_change_is_resolved") is not None


@pytest.mark.java
@pytest.mark.xdist_group("jvm")
def test_both_readings_are_one_labelled_graph() -> None:
    assert MACHINE.module is not None
    twin = compare(Instance(MACHINE, ONE_FENCE), MACHINE.module)
    assert twin.equal, twin
