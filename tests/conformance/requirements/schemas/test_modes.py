"""S8 sees modes that do not hold."""

from __future__ import annotations

from tests.conformance.faulty_registry import Passing
from tests.conformance.requirements.judging import assert_holds
from tests.conformance.requirements.schemas.judging_registry import broken_by, judge_registry


def test_it_holds_on_an_honest_registry_with_a_context_of_its_own(honest_registry: str) -> None:
    result = judge_registry("S8", honest_registry)
    assert_holds(result)
    assert not result.skipped


def test_a_write_in_readonly_is_seen(honest_registry: str) -> None:
    def taken(passing: Passing) -> None:
        if passing.status == 422 and passing.value["error_code"] == 42205 and passing.method == "DELETE":
            passing.status, passing.value = 200, [1]

    broken_by(honest_registry, "S8", "written-in-readonly", on_response=taken)


def test_an_id_that_is_taken_in_readwrite_is_seen(honest_registry: str) -> None:
    def taken(passing: Passing) -> None:
        if passing.is_registration and passing.body.get("id") == 2**30:
            passing.status, passing.value = 200, {"id": 2**30}

    broken_by(honest_registry, "S8", "id-taken-in-readwrite", on_response=taken)


def test_an_import_over_versions_is_seen(honest_registry: str) -> None:
    def force(passing: Passing) -> None:
        if passing.matches("PUT", "/mode/*") and passing.body["mode"] == "IMPORT":
            passing.query["force"] = "true"

    broken_by(honest_registry, "S8", "import-over-versions", on_request=force)


def test_an_import_that_is_changed_is_seen(honest_registry: str) -> None:
    def other(passing: Passing) -> None:
        if passing.matches("GET", "/subjects/*/versions/7") and passing.ok:
            passing.value["id"] += 1

    broken_by(honest_registry, "S8", "import-changed", on_response=other)


def test_an_import_that_is_compared_is_seen(honest_registry: str) -> None:
    def refuse(passing: Passing) -> tuple[int, object] | None:
        unlike = passing.is_registration and "k.Other" in passing.body["schema"]
        return (409, {"error_code": 409, "message": "incompatible"}) if unlike else None

    broken_by(honest_registry, "S8", "import-checked", on_request=refuse)


def test_a_mode_that_is_not_kept_is_seen(honest_registry: str) -> None:
    def other(passing: Passing) -> None:
        if passing.matches("GET", "/mode/*") and passing.ok:
            passing.value["mode"] = "READWRITE"

    broken_by(honest_registry, "S8", "mode-not-kept", on_response=other)


def test_a_subject_that_stays_closed_is_seen(honest_registry: str) -> None:
    closed: set[str] = set()

    def refuse(passing: Passing) -> tuple[int, object] | None:
        if passing.matches("PUT", "/mode/*") and passing.body["mode"] == "READONLY":
            closed.add(passing.path.removeprefix("/mode/"))
        stays = passing.is_registration and passing.path.split("/")[2] in closed
        return (422, {"error_code": 42205, "message": "read-only"}) if stays else None

    broken_by(honest_registry, "S8", "still-readonly", on_request=refuse)
