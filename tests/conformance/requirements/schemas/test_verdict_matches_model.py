"""S4 sees every verdict that is not the model's, however it was asked for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nilometer.requirements.schemas.verdict_matches_model import CHANGES, LEVELS, TELLING, histories
from nilometer_models.schema.avro import parse
from tests.conformance.faulty_registry import Hook, Passing
from tests.conformance.requirements.judging import assert_holds
from tests.conformance.requirements.schemas.judging_registry import broken_by, judge_registry


def test_it_holds_on_an_honest_registry_and_says_whose_rules_it_has(honest_registry: str) -> None:
    result = judge_registry("S4", honest_registry)
    assert_holds(result)
    assert any("avro-java" in note for note in result.notes)


def endpoint_says(verdict: bool, *, of_history: bool) -> Hook:
    def hook(passing: Passing) -> None:
        asked = passing.matches("POST", "/compatibility/*") and passing.ok
        if asked and passing.path.endswith("/versions") == of_history:
            passing.value["is_compatible"] = verdict

    return hook


@pytest.mark.parametrize(("verdict", "word"), [(True, "yes"), (False, "no")])
@pytest.mark.parametrize(("of_history", "way"), [(False, "endpoint"), (True, "history")])
def test_an_endpoint_that_always_says_the_same_is_seen(
    honest_registry: str, verdict: bool, word: str, of_history: bool, way: str
) -> None:
    broken_by(honest_registry, "S4", f"{way}-says-{word}", on_response=endpoint_says(verdict, of_history=of_history))


def test_a_registration_that_checks_nothing_is_seen(honest_registry: str) -> None:
    def forced(passing: Passing) -> None:
        if passing.is_registration:
            passing.query["force"] = "true"

    broken_by(honest_registry, "S4", "registration-says-yes", on_request=forced)


def test_a_registration_that_refuses_what_may_follow_is_seen(honest_registry: str) -> None:
    def refuse(passing: Passing) -> tuple[int, object] | None:
        new = passing.is_registration and '"default": 0' in passing.body["schema"]
        return (409, {"error_code": 409, "message": "incompatible"}) if new else None

    broken_by(honest_registry, "S4", "registration-says-no", on_request=refuse)


def test_every_directed_schema_is_avro_and_every_level_is_asked() -> None:
    from nilometer.requirements.schemas._schemas import text  # noqa: PLC0415

    for old, new in (*CHANGES.values(), *TELLING.values()):
        assert parse(text(old)) is not None
        assert parse(text(new)) is not None
    assert len(LEVELS) == 7


@given(st.data())
def test_a_generated_history_leaves_a_version(data: st.DataObject) -> None:
    level, versions, _, deleted = data.draw(histories())
    assert level in LEVELS
    assert len(deleted) < len(versions)
