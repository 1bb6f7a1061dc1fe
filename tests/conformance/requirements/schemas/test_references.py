"""S7 sees references that lead nowhere, change, or do not protect."""

from __future__ import annotations

from tests.conformance.faulty_registry import Passing
from tests.conformance.requirements.judging import assert_holds
from tests.conformance.requirements.schemas.judging_registry import broken_by, judge_registry


def test_it_holds_on_an_honest_registry(honest_registry: str) -> None:
    assert_holds(judge_registry("S7", honest_registry))


def test_a_reference_that_does_not_resolve_and_is_taken_is_seen(honest_registry: str) -> None:
    def take(passing: Passing) -> None:
        if passing.is_registration and not passing.ok:
            passing.status, passing.value = 200, {"id": 1}

    broken_by(honest_registry, "S7", "unresolved-accepted", on_response=take)


def test_references_that_are_not_read_back_are_seen(honest_registry: str) -> None:
    def without(passing: Passing) -> None:
        if passing.method == "GET" and isinstance(passing.value, dict):
            passing.value.pop("references", None)

    broken_by(honest_registry, "S7", "references-changed", on_response=without)


def test_a_referrer_that_is_not_named_is_seen(honest_registry: str) -> None:
    def nobody(passing: Passing) -> None:
        if passing.path.endswith("/referencedby") and passing.ok:
            passing.value = []

    broken_by(honest_registry, "S7", "referrer-unknown", on_response=nobody)


def test_a_version_that_is_deleted_under_its_referrer_is_seen(honest_registry: str) -> None:
    def deleted(passing: Passing) -> None:
        if passing.method == "DELETE" and passing.status == 422:
            passing.status, passing.value = 200, 1

    broken_by(honest_registry, "S7", "deleted-though-referenced", on_response=deleted)


def test_a_version_that_stays_protected_is_seen(honest_registry: str) -> None:
    def refuse(passing: Passing) -> None:
        if passing.matches("DELETE", "/subjects/*/versions/1") and passing.ok:
            passing.status, passing.value = 422, {"error_code": 42206, "message": "referenced"}

    broken_by(honest_registry, "S7", "still-referenced", on_response=refuse)


def test_a_chain_that_breaks_is_seen(honest_registry: str) -> None:
    def too_deep(passing: Passing) -> tuple[int, object] | None:
        deep = passing.is_registration and ".C_" in passing.body["schema"] and "_5" in passing.body["schema"]
        return (422, {"error_code": 42201, "message": "too deep"}) if deep else None

    broken_by(honest_registry, "S7", "chain-fails", on_request=too_deep)
