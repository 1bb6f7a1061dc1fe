"""S1 sees an id that means two things, and a schema that has two."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conformance.faulty_registry import Passing
from tests.conformance.requirements.judging import assert_holds
from tests.conformance.requirements.schemas.judging_registry import broken_by, judge_registry
from tests.conformance.requirements.schemas.second_id import SecondId


def test_it_holds_on_an_honest_registry(honest_registry: str) -> None:
    assert_holds(judge_registry("S1", honest_registry))


def test_equal_content_with_two_ids_is_seen(honest_registry: str) -> None:
    fault = SecondId()
    broken_by(honest_registry, "S1", "two-ids", on_request=fault.ask, on_response=fault.answer)


def test_an_id_that_is_given_to_another_schema_is_seen(honest_registry: str) -> None:
    ids: list[int] = []

    def always_the_first(passing: Passing) -> None:
        if passing.is_registration and passing.ok:
            ids.append(passing.value["id"])
            passing.value["id"] = ids[0]

    broken_by(honest_registry, "S1", "id-reused", "id-changed", on_response=always_the_first)


@pytest.mark.parametrize(("answer", "signature"), [
    ((404, {"error_code": 40403, "message": "Schema not found"}), "id-lost"),
    ((200, {"schema": '{"type":"record","name":"R","fields":[{"name":"other","type":"int"}]}'}), "id-changed"),
])  # fmt: skip
def test_an_id_that_does_not_lead_back_is_seen(honest_registry: str, answer: tuple[int, Any], signature: str) -> None:
    broken_by(
        honest_registry, "S1", signature,
        on_request=lambda passing: answer if passing.matches("GET", "/schemas/ids/*[0-9]") else None,
    )  # fmt: skip
