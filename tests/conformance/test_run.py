"""What a check is given: counters that become the verdict, names, evidence, and how it is stopped."""

import time
from threading import Timer

import pytest

from nilometer.clients.exchange import Exchange
from nilometer.exploration import Contradiction
from nilometer.run import GRACE_S, Run
from nilometer.settings import Profile, Settings
from nilometer.verdict import COUNTEREXAMPLES_KEPT, NotObservable, Reason, Verdict
from nilometer_reference.wire.messages import MetadataRequest
from tests.conformance.requiring import make_requirement, make_run, make_subject
from tests.conformance.scripted import SILENCE, ScriptedBroker


def exchange(run: Run) -> Exchange:
    one = Exchange(run.journal.next_number(), "127.0.0.1:1", 1, 1, MetadataRequest(), time.monotonic_ns())
    run.journal.sent(one)
    return one


def test_judged_and_never_contradicted_holds():
    run = make_run()
    run.holds(2)
    assert run.judge(True, "wrong")
    result = run.finish()
    assert (result.verdict, result.judged, result.violations) == (Verdict.HOLDS, 3, 0)


def test_one_contradiction_outranks_everything():
    run = make_run()
    run.holds(100)
    run.skip(Reason.REFUSED, "no")
    assert not run.judge(False, "wrong", expected=1, seen=2)
    result = run.finish()
    assert (result.verdict, result.judged, result.violations) == (Verdict.VIOLATED, 101, 1)
    assert (result.counterexamples[0].expected, result.counterexamples[0].seen) == ("1", "2")


def test_nothing_judged_is_never_a_pass():
    assert make_run().finish().verdict is Verdict.NOT_EXERCISED
    run = make_run()
    run.skip(Reason.TIME, "late")
    run.skip(Reason.REFUSED, "no", 2)
    result = run.finish()
    assert (result.verdict, result.reason, result.detail) == (Verdict.NOT_OBSERVABLE, Reason.REFUSED, "no")


def test_nothing_judged_for_lack_of_time_is_not_run_where_the_budget_is_a_promise():
    for profile, verdict in ((Profile.SMOKE, Verdict.NOT_OBSERVABLE), (Profile.CORE, Verdict.NOT_EXERCISED)):
        over = time.monotonic() - 1
        run = Run(make_requirement(), make_subject(), Settings(profile=profile), over)
        result = run.finish()
        assert result.verdict is verdict
        assert (result.reason is Reason.TIME) == (profile is Profile.SMOKE)


def test_what_could_not_be_judged_is_counted_beside_what_holds():
    run = make_run()
    run.holds()
    run.skip(Reason.REFUSED, "no", 2)
    result = run.finish()
    assert (result.verdict, result.skipped, result.detail) == (Verdict.HOLDS, {Reason.REFUSED: 2}, "no")


def test_signatures_are_closed():
    with pytest.raises(ValueError, match="declares no signature 'invented'"):
        make_run().violated("invented", expected=1, seen=2)


def test_many_contradictions_are_counted_and_the_first_are_kept():
    run = make_run()
    for number in range(COUNTEREXAMPLES_KEPT + 5):
        run.violated("wrong", expected="x", seen=number)
    result = run.finish()
    assert result.violations == COUNTEREXAMPLES_KEPT + 5
    assert [one.seen for one in result.counterexamples] == [str(number) for number in range(COUNTEREXAMPLES_KEPT)]


def test_evidence_is_what_was_named_in_the_order_it_was_sent():
    run = make_run()
    first, second, third = (exchange(run) for _ in range(3))
    run.violated("wrong", expected=1, seen=2, evidence=[third, first])
    run.violated("wrong", expected=1, seen=2, evidence=second)
    run.violated("wrong", expected=1, seen=2)
    kept = [[step.number for step in one.steps] for one in run.result.counterexamples]
    assert kept == [[1, 3], [2], [1, 2, 3]]


def test_long_evidence_keeps_its_beginning_and_its_end():
    run = make_run()
    run.violated("wrong", expected=1, seen=2, evidence=[exchange(run) for _ in range(100)])
    numbers = [step.number for step in run.result.counterexamples[0].steps]
    assert (numbers[:4], numbers[-1], len(numbers)) == ([1, 2, 3, 4], 100, 24)


def test_names_are_new_and_say_where_they_come_from():
    run = make_run(id="L7")
    assert [run.name("topic"), run.name("topic")] == ["nilometer-abc123-L7-topic-1", "nilometer-abc123-L7-topic-2"]
    group = run.group()
    assert run.subject.groups == [group]


def test_chance_comes_from_the_seed_and_the_id():
    assert make_run().random.random() == make_run().random.random()
    assert make_run().random.random() != make_run(id="L98").random.random()


def test_depth_multiplies_cases():
    requirement, subject = make_requirement(), make_subject()
    run = Run(requirement, subject, Settings(profile=Profile.FULL), float("inf"))
    assert run.cases(3) == 60


def test_actors_have_names_of_their_own():
    run = make_run()
    assert [run.actor().client_id, run.actor().client_id, run.actor("me").client_id] == [
        "nilometer-1", "nilometer-2", "me",
    ]  # fmt: skip


def test_notes_are_kept_once():
    run = make_run()
    run.note("fact")
    run.note("fact")
    assert run.result.notes == ["fact"]


def test_no_request_leaves_after_the_limit():
    run = Run(make_requirement(), make_subject(), Settings(), deadline=time.monotonic() - GRACE_S - 1)
    assert run.out_of_time
    with pytest.raises(NotObservable) as stopped:
        run.session.metadata([])
    assert stopped.value.reason is Reason.TIME


def test_a_stopped_run_judges_nothing_and_asks_nothing_more():
    run = make_run()
    run.holds()
    run.stop(NotObservable(Reason.INTERRUPTED, "stop"))
    for forbidden in (run.holds, lambda: run.judge(False, "wrong"), lambda: run.session.metadata([])):
        with pytest.raises(NotObservable) as stopped:
            forbidden()
        assert stopped.value.reason is Reason.INTERRUPTED
    assert run.finish().judged == 1
    assert run.finish().violations == 0


def test_stopping_ends_what_waits_for_an_answer():
    with ScriptedBroker(lambda _header, _request: SILENCE) as broker:
        run = Run(make_requirement(), make_subject(broker.address), Settings(timeout_s=30), float("inf"))
        Timer(0.1, run.stop, [NotObservable(Reason.TIME, "over")]).start()
        started = time.monotonic()
        with pytest.raises(NotObservable):
            run.session.metadata([])
        assert time.monotonic() - started < 5


def test_inside_explore_a_contradiction_ends_the_example():
    run = make_run()
    run._exploring = True
    with pytest.raises(Contradiction, match="wrong: expected 1, saw 2"):
        run.judge(False, "wrong", expected=1, seen=2)
    assert run.result.violations == 0


def test_closing_closes_every_actor():
    with ScriptedBroker() as broker:
        run = Run(make_requirement(), make_subject(broker.address), Settings(), float("inf"))
        connections = [run.session.connection(), run.actor().connection(), run.actor().open()]
        run.close()
        assert all(connection.closed for connection in connections)
