"""S12 sees writers that do not agree."""

from __future__ import annotations

import itertools

from tests.conformance.faulty_registry import Passing
from tests.conformance.requirements.judging import assert_holds
from tests.conformance.requirements.schemas.judging_registry import broken_by, judge_registry
from tests.conformance.requirements.schemas.second_id import SecondId


def test_it_holds_on_an_honest_registry(honest_registry: str) -> None:
    assert_holds(judge_registry("S12", honest_registry))


def test_two_ids_for_one_content_are_seen(honest_registry: str) -> None:
    fault = SecondId()
    broken_by(honest_registry, "S12", "two-ids", on_request=fault.ask, on_response=fault.answer)


def test_one_id_for_several_contents_is_seen(honest_registry: str) -> None:
    first: dict[str, int] = {}

    def by_subject(passing: Passing) -> None:
        if passing.is_registration and passing.ok:
            passing.value["id"] = first.setdefault(passing.path, passing.value["id"])

    broken_by(honest_registry, "S12", "one-id", "not-read", on_response=by_subject)


def test_a_version_that_is_lost_is_seen(honest_registry: str) -> None:
    def without_the_last(passing: Passing) -> None:
        if passing.matches("GET", "/subjects/*/versions") and passing.ok:
            passing.value = passing.value[:-1]

    broken_by(honest_registry, "S12", "version-lost", on_response=without_the_last)


def test_a_registration_that_is_not_read_at_once_is_seen(honest_registry: str) -> None:
    numbers = itertools.count()

    def late(passing: Passing) -> None:
        if passing.matches("GET", "/schemas/ids/*") and passing.ok and next(numbers) % 2:
            passing.status, passing.value = 404, {"error_code": 40403, "message": "Schema not found"}

    broken_by(honest_registry, "S12", "not-read", on_response=late)
