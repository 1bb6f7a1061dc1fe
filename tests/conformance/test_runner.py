"""Whatever a check does, its requirement gets a verdict, and soon."""

import threading
import time

import pytest

from nilometer.clients.raw import NoAnswer
from nilometer.run import Subject
from nilometer.runner import SHARE_MIN_S, Interrupted, Runner
from nilometer.settings import BUDGET_S, Profile, Settings
from nilometer.survival import RESTARTS_MAX
from nilometer.targets.target import Control
from nilometer.verdict import Level, NotObservable, Reason, Result, Verdict, Word
from tests.conformance.fragile import Fragile
from tests.conformance.requiring import make_requirement, make_subject
from tests.conformance.scripted import SILENCE, ScriptedBroker


@pytest.fixture
def broker():
    with ScriptedBroker() as one:
        yield one


@pytest.fixture
def fragile():
    with Fragile() as target:
        yield target


def on(target: Fragile) -> Subject:
    return make_subject(*target.endpoint.addresses, target=target)


def judge(check, broker=None, subject=None, **fields) -> Result:
    subject = subject or make_subject(broker.address)
    return Runner(subject, Settings(timeout_s=1), patience_s=0.5, ending_s=0.5).judge(make_requirement(check, **fields))


def test_a_check_that_returns_has_the_verdict_of_its_counters(broker):
    assert judge(lambda run: run.holds(3), broker).judged == 3
    assert judge(lambda run: run.violated("wrong", expected=1, seen=2), broker).verdict is Verdict.VIOLATED
    assert judge(lambda _run: None, broker).verdict is Verdict.NOT_EXERCISED


def test_not_observable_ends_a_check_and_keeps_what_was_judged(broker):
    def check(run):
        run.holds(2)
        raise NotObservable(Reason.REFUSED, "no")

    result = judge(check, broker)
    assert (result.verdict, result.judged, result.skipped) == (Verdict.HOLDS, 2, {Reason.REFUSED: 1})


def test_a_mistake_of_ours_is_an_error_with_its_traceback(broker):
    result = judge(lambda run: run.no_such_thing, broker)
    assert result.word is Word.ERROR
    assert result.detail == "AttributeError: 'Run' object has no attribute 'no_such_thing'"
    assert "run.no_such_thing" in result.traceback


def test_a_check_whose_time_is_over_is_cut_and_keeps_what_it_judged():
    with ScriptedBroker(lambda _header, _request: SILENCE) as silent:

        def check(run):
            run.holds()
            run.session.timeout_s = 60
            run.session.metadata([])

        started = time.monotonic()
        result = judge(check, silent, time_limit_s=0.3)
        assert time.monotonic() - started < 10
        assert (result.verdict, result.judged) == (Verdict.HOLDS, 1)
        assert Reason.TIME in result.skipped


def test_a_connection_that_we_cut_is_not_held_against_the_target():
    with ScriptedBroker(lambda _header, _request: SILENCE) as silent:

        def check(run):
            run.session.timeout_s = 60
            try:
                run.session.metadata([])
            except NoAnswer:
                run.violated("wrong", expected="an answer", seen="none")

        assert judge(check, silent, time_limit_s=0.3).violations == 0


def test_a_check_that_does_not_end_is_left_behind_as_an_error(broker):
    release = threading.Event()
    result = judge(lambda _run: release.wait(60), broker, time_limit_s=0.1)
    release.set()
    assert result.word is Word.ERROR
    assert "did not end" in result.detail


def test_a_broker_that_dies_is_charged_to_the_requirement_and_started_again(fragile):
    subject = on(fragile)
    runner = Runner(subject, Settings(timeout_s=1), patience_s=0.5)

    def kills(run):
        run.session.metadata([])
        fragile.die()
        run.session.metadata([])

    died = runner.judge(make_requirement(kills, level="INFO"))
    assert (died.word, died.signature) == (Word.FAIL, "broker-died")
    assert died.level is Level.MUST
    assert "panic: out of luck" in died.counterexamples[0].seen
    assert [step.api for step in died.counterexamples[0].steps] == ["Metadata", "Metadata"]
    after = runner.judge(make_requirement(lambda run: run.holds(len(run.session.metadata([]).brokers))))
    assert after.verdict is Verdict.HOLDS


def test_a_broker_that_falls_silent_is_charged_and_started_again(fragile):
    subject = on(fragile)
    runner = Runner(subject, Settings(timeout_s=0.3), patience_s=0.5)

    def silences(run):
        fragile.silent = True
        run.session.metadata([])

    assert runner.judge(make_requirement(silences)).signature == "broker-silent"
    assert not runner.gone


def test_a_check_that_may_kill_the_target_is_not_charged(fragile):
    result = judge(lambda _run: fragile.die(), subject=on(fragile), needs=Control.KILL)
    assert result.verdict is Verdict.NOT_EXERCISED
    assert fragile.alive()


def test_a_target_that_cannot_be_started_again_is_gone_for_all_that_follow(fragile):
    fragile.revives = 0
    runner = Runner(on(fragile), Settings(timeout_s=1), patience_s=0.3)
    kills = make_requirement(lambda _run: fragile.die())
    first, second, third = runner.run([kills, make_requirement(), make_requirement()])
    assert first.signature == "broker-died"
    for later in (second, third):
        assert (later.word, later.reason) == (Word.NOT_RUN, Reason.TARGET_GONE)
    assert "could not be started again" in runner.gone


def test_a_target_is_not_started_again_for_ever(fragile):
    runner = Runner(on(fragile), Settings(timeout_s=1), patience_s=0.1)
    kills = make_requirement(lambda _run: fragile.die())
    results = list(runner.run([kills] * (RESTARTS_MAX + 3)))
    assert [one.signature for one in results[: RESTARTS_MAX + 1]] == ["broker-died"] * (RESTARTS_MAX + 1)
    assert [one.reason for one in results[RESTARTS_MAX + 1 :]] == [Reason.TARGET_GONE] * 2


def test_a_target_of_others_that_is_gone_leaves_the_rest_not_run(broker):
    runner = Runner(make_subject(broker.address), Settings(timeout_s=1), patience_s=0.3)

    def check(run):
        broker.close()
        run.session.metadata([])

    first, second = runner.run([make_requirement(check), make_requirement()])
    assert (first.word, first.reason) == (Word.NOT_RUN, Reason.TARGET_GONE)
    assert second.reason is Reason.TARGET_GONE


def test_an_interruption_ends_the_check_keeps_it_and_runs_nothing_more(broker):
    started = threading.Event()

    def check(run):
        run.violated("wrong", expected=1, seen=2)
        started.set()
        run.session.until(lambda: None, "never", within_s=60)

    def heartbeat():
        if started.is_set():
            raise Interrupted

    runner = Runner(make_subject(broker.address), Settings(), heartbeat=heartbeat, ending_s=0.2)
    first, second = runner.run([make_requirement(check), make_requirement()])
    assert first.violations == 1
    assert runner.interrupted
    assert (second.word, second.reason) == (Word.NOT_RUN, Reason.INTERRUPTED)


def test_a_used_up_budget_leaves_all_but_the_cheap_ones_not_run(broker):
    runner = Runner(make_subject(broker.address), Settings(budget_s=0))
    cheap, dear = make_requirement(profiles=("smoke",)), make_requirement()
    results = list(runner.run([dear, cheap]))
    assert [one.reason for one in results] == [Reason.TIME, None]
    assert results[1].verdict is Verdict.HOLDS


def test_a_used_up_budget_of_a_profile_shortens_generated_cases_and_leaves_nothing_out(broker, monkeypatch):
    monkeypatch.setitem(BUDGET_S, Profile.CORE, 0)
    shares = []
    check = make_requirement(lambda run: shares.append(run.deadline - time.monotonic()) or run.holds())
    results = list(Runner(make_subject(broker.address), Settings()).run([check] * 2))
    assert [one.verdict for one in results] == [Verdict.HOLDS] * 2
    assert all(1.5 < share <= SHARE_MIN_S for share in shares)


def test_generated_cases_get_a_share_of_the_budget(broker):
    shares = []
    check = make_requirement(lambda run: shares.append(run.deadline - time.monotonic()), time_limit_s=1_000)
    list(Runner(make_subject(broker.address), Settings(budget_s=100)).run([check] * 10))
    assert 35 < shares[0] <= 40  # four fair shares of ten
    assert shares[-1] > 90  # nobody is left to share with


def test_every_requirement_begins_with_its_own_evidence(broker):
    def check(run):
        run.session.metadata([])
        assert len(run.journal.exchanges) == 1
        run.holds()

    results = list(Runner(make_subject(broker.address), Settings()).run([make_requirement(check)] * 2))
    assert [one.verdict for one in results] == [Verdict.HOLDS] * 2
