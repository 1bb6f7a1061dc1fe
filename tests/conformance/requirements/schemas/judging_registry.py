"""One requirement on one registry, in one line: `judge_registry("S1", url)`."""

from __future__ import annotations

from nilometer.catalogue import load
from nilometer.registries.connecting import connect_registry
from nilometer.runner import Runner
from nilometer.settings import Profile, Settings
from nilometer.targets.registries import RegistryAddressTarget, RegistryTarget
from nilometer.verdict import Result, Verdict
from tests.conformance.faulty_registry import FaultyRegistry, Hook


def judge_registry(
    id: str, url: str, *, profile: Profile = Profile.SMOKE, seed: int = 1, target: RegistryTarget | None = None
) -> Result:
    """The verdict. A mistake of our own code fails the test with its traceback."""
    settings = Settings(profile=profile, seed=seed)
    chosen = target or RegistryAddressTarget("registry", url)
    chosen.start()
    result = Runner(connect_registry(chosen, settings), settings).judge(load()[id])
    assert result.verdict is not Verdict.ERROR, result.traceback
    return result


def broken_by(honest: str, id: str, *signatures: str, profile: Profile = Profile.SMOKE, **hooks: Hook) -> Result:
    """The requirement finds the fault, in these ways and no other, with evidence."""
    with FaultyRegistry(honest, **hooks) as registry:
        result = judge_registry(id, registry.url, profile=profile)
    assert registry.changed, "the fault never showed"
    assert result.verdict is Verdict.VIOLATED, (result.verdict, result.reason, result.detail, result.judged)
    assert {one.signature for one in result.counterexamples} == set(signatures), result.counterexamples
    for one in result.counterexamples:
        assert one.expected != one.seen
        assert one.steps, one
    return result
