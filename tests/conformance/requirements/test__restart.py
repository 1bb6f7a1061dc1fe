import pytest

from nilometer.catalogue import load
from nilometer.requirements._restart import may_restart, restart
from nilometer.run import Run
from nilometer.settings import Profile, Settings
from nilometer.targets.errors import StartFailed
from nilometer.targets.target import Control
from nilometer.verdict import NotObservable, Reason
from tests.conformance.requirements.faulty import FaultyBroker
from tests.conformance.requirements.judging import subject
from tests.conformance.requirements.restarting import Restarting


def new_run(bootstrap, target=None, profile=Profile.CORE):
    judged = subject(bootstrap)
    judged.target = target
    return Run(load()["I7"], judged, Settings(profile=profile), deadline=1e12)


def test_a_target_of_others_is_never_restarted(honest):
    run = new_run(honest)
    assert not may_restart(run)
    assert run.result.skipped == {Reason.NO_FAULT_CONTROL: 1}


def test_a_target_that_can_only_be_stopped_is_not_restarted(honest):
    with FaultyBroker(honest) as broker:
        target = Restarting(broker)
        target.control = Control.STOP
        assert not may_restart(new_run(honest, target))


def test_smoke_restarts_nothing(honest):
    with FaultyBroker(honest) as broker:
        run = new_run(honest, Restarting(broker), Profile.SMOKE)
        assert not may_restart(run)
        assert run.result.skipped == {Reason.TIME: 1}


def test_after_a_restart_every_actor_begins_with_new_connections(honest):
    with FaultyBroker(honest) as broker:
        target = Restarting(broker)
        run = new_run(broker.bootstrap, target)
        run.session.metadata([])
        before = run.session.connection(None)
        actor = restart(run, kill=True)
        assert target.restarts == 1
        assert before.closed
        assert actor.metadata([]).brokers
        run.close()


def test_a_target_that_does_not_come_back_is_not_observable(honest):
    with FaultyBroker(honest) as broker:
        target = Restarting(broker)

        def fail(_node=None):
            raise StartFailed("no")

        target.restart = fail
        with pytest.raises(NotObservable) as gone:
            restart(new_run(honest, target), kill=False)
        assert gone.value.reason is Reason.TARGET_GONE
