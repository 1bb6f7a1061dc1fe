"""S13 sees codes, statuses and shapes that clients would not understand."""

from __future__ import annotations

from tests.conformance.faulty_registry import Passing
from tests.conformance.requirements.judging import assert_holds
from tests.conformance.requirements.schemas.judging_registry import broken_by, judge_registry


def test_it_holds_on_an_honest_registry(honest_registry: str) -> None:
    result = judge_registry("S13", honest_registry)
    assert_holds(result)
    assert "incompatible is 409" in result.notes


def test_both_codes_of_an_incompatible_schema_are_right(honest_registry: str) -> None:
    from tests.conformance.faulty_registry import FaultyRegistry  # noqa: PLC0415

    def newer(passing: Passing) -> None:
        if passing.status == 409:
            passing.value["error_code"] = 40901

    with FaultyRegistry(honest_registry, on_response=newer) as registry:
        result = judge_registry("S13", registry.url)
    assert registry.changed
    assert_holds(result)
    assert "incompatible is 40901" in result.notes


def test_another_code_is_seen(honest_registry: str) -> None:
    def other(passing: Passing) -> None:
        if passing.status == 404:
            passing.value["error_code"] = 40499

    broken_by(honest_registry, "S13", "other-code", on_response=other)


def test_another_status_is_seen(honest_registry: str) -> None:
    def bad_request(passing: Passing) -> None:
        if passing.status == 422:
            passing.status = 400

    broken_by(honest_registry, "S13", "other-status", on_response=bad_request)


def test_an_error_that_is_no_object_is_seen(honest_registry: str) -> None:
    def page(passing: Passing) -> None:
        if passing.status == 409:
            passing.value = b"<html>conflict</html>"

    broken_by(honest_registry, "S13", "no-error-object", on_response=page)


def test_a_request_that_cannot_be_done_and_succeeds_is_seen(honest_registry: str) -> None:
    def done(passing: Passing) -> None:
        if passing.matches("PUT", "/config/*"):
            passing.status, passing.value = 200, {"compatibility": "SIDEWAYS"}

    broken_by(honest_registry, "S13", "not-refused", on_response=done)
