"""S6 sees what is deleted too early, too late, or too much."""

from __future__ import annotations

from tests.conformance.faulty_registry import Passing
from tests.conformance.requirements.judging import assert_holds
from tests.conformance.requirements.schemas.judging_registry import broken_by, judge_registry

GONE = (404, {"error_code": 40403, "message": "Schema not found"})


def test_it_holds_on_an_honest_registry(honest_registry: str) -> None:
    assert_holds(judge_registry("S6", honest_registry))


def test_deleted_ones_that_are_listed_are_seen(honest_registry: str) -> None:
    def all_of_them(passing: Passing) -> None:
        if passing.matches("GET", "/subjects*") and "deleted" not in passing.query:
            passing.query["deleted"] = "true"

    broken_by(honest_registry, "S6", "still-listed", on_request=all_of_them)


def test_an_id_that_is_lost_with_its_version_is_seen(honest_registry: str) -> None:
    deleted: list[str] = []

    def lost(passing: Passing) -> tuple[int, object] | None:
        if passing.method == "DELETE":
            deleted.append(passing.path)
        return GONE if deleted and passing.matches("GET", "/schemas/ids/*") else None

    broken_by(honest_registry, "S6", "id-lost", on_request=lost)


def test_a_permanent_delete_at_once_is_seen(honest_registry: str) -> None:
    broken_by(
        honest_registry, "S6", "deleted-at-once",
        on_request=lambda passing: passing.query.pop("permanent", None) and None,
    )  # fmt: skip


def test_what_is_there_after_a_permanent_delete_is_seen(honest_registry: str) -> None:
    done: set[str] = set()

    def pretend(passing: Passing) -> tuple[int, object] | None:
        if passing.method == "DELETE" and "permanent" not in passing.query:
            done.add(passing.path)
        if passing.method == "DELETE" and "permanent" in passing.query and passing.path in done:
            return 200, 3 if passing.path.endswith("/3") else [1, 2]
        return None

    broken_by(honest_registry, "S6", "still-there", on_request=pretend)


def test_deleted_ones_that_cannot_be_shown_are_seen(honest_registry: str) -> None:
    broken_by(
        honest_registry, "S6", "not-shown", on_request=lambda passing: passing.query.pop("deleted", None) and None
    )


def test_a_schema_that_cannot_come_back_is_seen(honest_registry: str) -> None:
    gone: set[str] = set()

    def refuse(passing: Passing) -> tuple[int, object] | None:
        if passing.method == "DELETE":
            gone.add(passing.path)
        again = passing.is_registration and passing.path.removesuffix("/versions") in gone
        return (404, {"error_code": 40401, "message": "not found"}) if again else None

    broken_by(honest_registry, "S6", "not-revived", on_request=refuse)


def test_another_id_after_a_revival_is_seen(honest_registry: str) -> None:
    gone: set[str] = set()

    def other(passing: Passing) -> None:
        if passing.method == "DELETE":
            gone.add(passing.path)
        if passing.is_registration and passing.path.removesuffix("/versions") in gone and passing.ok:
            passing.value["id"] += 1

    broken_by(honest_registry, "S6", "revived-with-other-id", on_response=other)


def test_an_answer_without_the_versions_is_seen(honest_registry: str) -> None:
    def empty(passing: Passing) -> None:
        if passing.method == "DELETE" and passing.ok:
            passing.value = []

    broken_by(honest_registry, "S6", "wrong-answer", on_response=empty)
