from nilometer.catalogue import load
from nilometer.requirements._directed import directed
from nilometer.run import Run
from nilometer.settings import Settings
from nilometer.verdict import Reason
from tests.conformance.requirements.judging import subject


def new_run(bootstrap, deadline=1e12):
    return Run(load()["I1"], subject(bootstrap), Settings(), deadline=deadline)


def test_every_case_is_tried_and_every_contradiction_recorded(honest):
    run = new_run(honest)
    directed(run, lambda case: run.judge(case > 1, "appended-twice", expected=2, seen=case), [0, 1, 2])
    assert (run.result.judged, run.result.violations) == (3, 2)
    run.close()


def test_a_case_that_cannot_be_observed_does_not_stop_the_others(honest):
    run = new_run(honest)

    def example(case):
        if case == 0:
            run.not_observable(Reason.REFUSED, "no")
        run.holds()

    directed(run, example, [0, 1, 0, 2])
    assert run.result.judged == 2
    assert run.result.skipped == {Reason.REFUSED: 2}
    run.close()


def test_actors_of_a_case_are_closed_when_it_ends(honest):
    run, actors = new_run(honest), []

    def example(_case):
        actors.append(run.actor())
        actors[-1].metadata([])
        assert not actors[-1].connection().closed

    directed(run, example, [0, 1])
    assert all(actor._connections == {} for actor in actors)
    run.close()


def test_nothing_begins_when_the_time_is_over(honest):
    run = new_run(honest, deadline=0.0)
    directed(run, lambda _case: run.holds(), [0])
    assert run.result.judged == 0
    run.close()
