import pytest

from nilometer.requirement import requirement
from nilometer.requirements.compaction import _cleaned
from nilometer.requirements.compaction._cleaned import cleaned, history, latest
from nilometer.run import Run
from nilometer.settings import Profile, Settings
from nilometer.verdict import NotObservable, Reason
from tests.conformance.requirements.judging import subject


def make_run(bootstrap, profile):
    @requirement(
        id="C99", name="x.y", level="INFO", sentence="x", profiles=("core",), sources=("x",), signatures={"x": "x"}
    )
    def check(_):
        """Never called."""

    return Run(check, subject(bootstrap), Settings(profile=profile, seed=3), float("inf"))


def test_a_cleaning_is_seen_by_a_replaced_record_that_is_gone(cleaning):
    run = make_run(cleaning, Profile.CORE)
    log = history(run)
    before = len(log.records)
    scan = cleaned(run, log)
    assert len(scan.records) < before
    assert set(latest(log).values()) <= {record.offset for record in scan.records}
    run.close()


def test_aborted_records_are_nobodys_latest(cleaning):
    run = make_run(cleaning, Profile.CORE)
    log = history(run)
    assert log.aborted
    assert not set(latest(log).values()) & log.aborted
    run.close()


def test_what_is_never_cleaned_is_not_observable(honest, monkeypatch):
    monkeypatch.setattr(_cleaned, "broker_settings", lambda *_: {_cleaned.BACKOFF: 100})
    monkeypatch.setattr(_cleaned, "WORK_S", 0.1)
    run = make_run(honest, Profile.CORE)
    with pytest.raises(NotObservable, match="no cleaning was seen") as missing:
        cleaned(run, history(run))
    assert missing.value.reason is Reason.TIME
    run.close()


def test_smoke_does_not_wait(honest):
    run = make_run(honest, Profile.SMOKE)
    with pytest.raises(NotObservable, match="smoke"):
        history(run)
    run.close()
