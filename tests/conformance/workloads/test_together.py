import threading

import pytest

from nilometer.workloads.together import together


def test_jobs_run_at_the_same_time_each_with_its_own_actor(run):
    both = threading.Barrier(2, timeout=10)
    actors = []

    def job(actor):
        both.wait()  # passes only when the other job is here too
        actors.append(actor)
        actor.metadata([])

    together(run, [job, job])
    assert len({id(actor) for actor in actors}) == 2
    assert run.session not in actors


def test_what_a_job_raises_is_raised_after_the_others_have_ended(run):
    ended = []

    def breaks(_):
        raise ZeroDivisionError

    def goes_on(actor):
        actor.metadata([])
        ended.append(True)

    with pytest.raises(ZeroDivisionError):
        together(run, [breaks, goes_on])
    assert ended
