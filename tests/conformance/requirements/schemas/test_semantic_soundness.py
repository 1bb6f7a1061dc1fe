"""S5 sees a registry that lets through what cannot be read."""

from __future__ import annotations

from tests.conformance.faulty_registry import Passing
from tests.conformance.requirements.judging import assert_holds
from tests.conformance.requirements.schemas.judging_registry import broken_by, judge_registry


def test_it_holds_on_an_honest_registry(honest_registry: str) -> None:
    result = judge_registry("S5", honest_registry)
    assert_holds(result)
    assert any("incompatible" in note for note in result.notes)


def test_a_pair_that_cannot_be_read_is_shown_small(honest_registry: str) -> None:
    def everything(passing: Passing) -> None:
        if passing.matches("POST", "/compatibility/*") and passing.ok:
            passing.value["is_compatible"] = True

    result = broken_by(honest_registry, "S5", "does-not-decode", on_response=everything)
    assert len(result.counterexamples[0].expected) < 200
