"""S9 sees spellings that matter, and differences that are lost."""

from __future__ import annotations

import json

from tests.conformance.faulty_registry import Passing
from tests.conformance.requirements.judging import assert_holds
from tests.conformance.requirements.schemas.judging_registry import broken_by, judge_registry
from tests.conformance.requirements.schemas.second_id import FAR


def test_it_holds_on_an_honest_registry(honest_registry: str) -> None:
    assert_holds(judge_registry("S9", honest_registry))


def test_white_space_that_makes_another_schema_is_seen(honest_registry: str) -> None:
    def by_its_text(passing: Passing) -> None:
        if passing.is_registration and passing.ok and "\n" in passing.body["schema"]:
            passing.value["id"] += FAR

    broken_by(honest_registry, "S9", "spelling-matters", on_response=by_its_text)


def test_an_alias_that_is_lost_is_seen(honest_registry: str) -> None:
    def without_aliases(passing: Passing) -> None:
        if passing.is_registration and "aliases" in passing.body["schema"]:
            schema = json.loads(passing.body["schema"])
            del schema["aliases"]
            passing.body["schema"] = json.dumps(schema)

    with_alias: list[str] = []

    def noted(passing: Passing) -> None:
        if passing.is_registration and "aliases" in passing.body["schema"]:
            with_alias.append(passing.path)
            passing.query["x"] = "1"  # a member that nobody knows: the proxy counts it as changed
        without_aliases(passing)

    broken_by(honest_registry, "S9", "content-lost", on_request=noted)
    assert with_alias


def test_a_normal_form_that_is_not_one_is_seen(honest_registry: str) -> None:
    given: set[str] = set()

    def never_the_same(passing: Passing) -> None:
        if passing.matches("GET", "/schemas/ids/*") and passing.ok:
            given.add(passing.value["schema"])
        if passing.is_registration and passing.ok and passing.body["schema"] in given:
            passing.value["id"] += FAR

    broken_by(honest_registry, "S9", "not-idempotent", on_response=never_the_same)


def test_a_schema_that_reads_back_as_another_one_is_seen(honest_registry: str) -> None:
    def other(passing: Passing) -> None:
        if passing.matches("GET", "/schemas/ids/*") and passing.ok:
            passing.value["schema"] = '{"type":"fixed","name":"k.Other","size":9}'

    broken_by(honest_registry, "S9", "data-changed", on_response=other)
