"""S2 sees a registration that is not the same twice, and what does not read back."""

from __future__ import annotations

from tests.conformance.faulty_registry import Passing
from tests.conformance.requirements.judging import assert_holds
from tests.conformance.requirements.schemas.judging_registry import broken_by, judge_registry
from tests.conformance.requirements.schemas.second_id import SecondId


def test_it_holds_on_an_honest_registry(honest_registry: str) -> None:
    assert_holds(judge_registry("S2", honest_registry))


def test_another_id_for_the_same_content_is_seen(honest_registry: str) -> None:
    fault = SecondId()
    broken_by(honest_registry, "S2", "id-differs", on_request=fault.ask, on_response=fault.answer)


def test_a_version_too_many_is_seen(honest_registry: str) -> None:
    def one_more(passing: Passing) -> None:
        if passing.matches("GET", "/subjects/*/versions") and passing.ok:
            passing.value.append(passing.value[-1] + 1)

    broken_by(honest_registry, "S2", "version-made", on_response=one_more)


def test_a_look_up_that_finds_nothing_is_seen(honest_registry: str) -> None:
    def nothing(passing: Passing) -> tuple[int, object] | None:
        looked_up = passing.matches("POST", "/subjects/*") and not passing.is_registration
        return (404, {"error_code": 40403, "message": "Schema not found"}) if looked_up else None

    broken_by(honest_registry, "S2", "look-up-fails", on_request=nothing)


def test_another_schema_at_the_id_is_seen(honest_registry: str) -> None:
    def other(passing: Passing) -> None:
        if passing.matches("GET", "/schemas/ids/*") and passing.ok and isinstance(passing.value, dict):
            passing.value["schema"] = '"int"'

    broken_by(honest_registry, "S2", "schema-changed", on_response=other)
