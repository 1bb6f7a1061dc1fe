"""S11 sees what a restart changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from nilometer.settings import Profile
from nilometer.targets.registries import ReferenceRegistryTarget, RegistryTarget
from nilometer.targets.target import Control, Endpoint
from nilometer.verdict import Verdict
from tests.conformance.faulty_registry import FaultyRegistry, Hook, Passing
from tests.conformance.requirements.judging import assert_holds
from tests.conformance.requirements.schemas.judging_registry import judge_registry


@pytest.fixture(scope="module")
def reference() -> Iterator[ReferenceRegistryTarget]:
    with ReferenceRegistryTarget() as target:
        yield target


class Behind(RegistryTarget):
    """A real registry behind a proxy that begins to lie when it was restarted."""

    control = Control.ALL

    def __init__(self, real: ReferenceRegistryTarget, lie: Hook) -> None:
        super().__init__("behind")
        self.real, self.lie, self.restarts = real, lie, 0
        self.proxy = FaultyRegistry(real.url, on_response=lambda passing: self.restarts and lie(passing))

    def start(self) -> Endpoint:
        self._endpoint = Endpoint((f"127.0.0.1:{self.proxy.server_address[1]}",))
        return self._endpoint

    def kill(self, node: int | None = None) -> None:
        self.real.kill(node)

    def restart(self, node: int | None = None) -> Endpoint:
        self.real.restart(node)
        self.restarts += 1
        return self.endpoint

    def alive(self, node: int | None = None) -> bool:
        return self.real.alive(node)

    def describe(self) -> str:
        return "a liar"


@pytest.fixture
def behind(reference: ReferenceRegistryTarget) -> Iterator[Callable[[Hook], Behind]]:
    made: list[Behind] = []

    def make(lie: Hook) -> Behind:
        made.append(Behind(reference, lie))
        return made[-1]

    yield make
    for one in made:
        with one.proxy:
            pass


@pytest.mark.timeout(180)
def test_the_reference_registry_answers_as_before(reference: ReferenceRegistryTarget) -> None:
    assert_holds(judge_registry("S11", "", profile=Profile.CORE, target=reference))


@pytest.mark.timeout(180)
def test_an_answer_that_a_restart_changed_is_seen(behind: Callable[[Hook], Behind]) -> None:
    def forgets_levels(passing: Passing) -> None:
        if passing.matches("GET", "/config/*") and passing.ok:
            passing.value["compatibilityLevel"] = "BACKWARD"

    result = judge_registry("S11", "", profile=Profile.CORE, target=behind(forgets_levels))
    assert result.verdict is Verdict.VIOLATED
    assert {one.signature for one in result.counterexamples} == {"answer-changed"}


@pytest.mark.timeout(180)
def test_an_id_that_is_given_again_is_seen(behind: Callable[[Hook], Behind]) -> None:
    def counts_live_ones(passing: Passing) -> None:
        if passing.is_registration and passing.ok:
            passing.value["id"] -= 1  # the one before was deleted for good

    result = judge_registry("S11", "", profile=Profile.CORE, target=behind(counts_live_ones))
    assert result.verdict is Verdict.VIOLATED
    assert {one.signature for one in result.counterexamples} == {"id-given-again"}
