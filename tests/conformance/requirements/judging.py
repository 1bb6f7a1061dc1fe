"""One requirement on one broker, in one line: `judge("L3", broker.bootstrap)`."""

from __future__ import annotations

from nilometer.catalogue import load
from nilometer.clients.cluster import handshake
from nilometer.clients.exchange import Journal
from nilometer.clients.raw import Connection
from nilometer.run import Subject
from nilometer.runner import Runner
from nilometer.settings import Profile, Settings
from nilometer.targets import Target
from nilometer.verdict import Result, Verdict
from tests.conformance.requirements.faulty import FaultyBroker, Hook


def subject(bootstrap: str) -> Subject:
    """A broker with which we have shaken hands, and whose nodes we know."""
    host, _, port = bootstrap.rpartition(":")
    journal = Journal()
    versions = handshake(lambda: Connection(host, int(port), journal))
    found = Subject("broker", [(host, int(port))], versions, journal)
    with found.session(Settings()) as session:
        session.metadata([])
        found.nodes = dict(session.brokers)
    return found


def judge(
    id: str, bootstrap: str, *, profile: Profile = Profile.SMOKE, seed: int = 1, target: Target | None = None,
    **settings: float,
) -> Result:  # fmt: skip
    """The verdict. A mistake of our own code fails the test with its traceback."""
    requirement = load()[id]
    chosen = Settings(profile=profile, seed=seed, **settings)  # type: ignore[arg-type] # names of its fields
    judged = subject(bootstrap)
    judged.target = target
    result = Runner(judged, chosen).judge(requirement)
    assert result.verdict is not Verdict.ERROR, result.traceback
    return result


def assert_holds(result: Result) -> None:
    """Judged at least once, and nothing contradicts."""
    assert result.verdict is Verdict.HOLDS, (result.verdict, result.detail, result.counterexamples)
    assert result.judged > 0


def assert_violated(result: Result, *signatures: str) -> None:
    """Violated in these ways and no other, with evidence: both values, and the exchanges."""
    assert result.verdict is Verdict.VIOLATED, (result.verdict, result.reason, result.detail, result.judged)
    assert {one.signature for one in result.counterexamples} == set(signatures), result.counterexamples
    for one in result.counterexamples:
        assert one.expected != one.seen
        assert one.steps, one


def violated_by(honest: str, id: str, *signatures: str, profile: Profile = Profile.SMOKE, **hooks: Hook) -> Result:
    """The requirement finds the fault of `on_response` or `on_request`, in these ways and no other."""
    with FaultyBroker(honest, **hooks) as broker:
        result = judge(id, broker.bootstrap, profile=profile)
    assert broker.fired, "the fault never showed"
    assert_violated(result, *signatures)
    return result
