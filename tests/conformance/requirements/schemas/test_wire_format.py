"""S10 sees ids and GUIDs that do not fit a frame, and serializers that cannot work."""

from __future__ import annotations

import json

from nilometer.registries.routes import NO_GUID, NO_ID
from tests.conformance.faulty_registry import Passing
from tests.conformance.requirements.judging import assert_holds
from tests.conformance.requirements.schemas.judging_registry import broken_by, judge_registry

OTHER = '{"type":"record","name":"k.O","fields":[{"name":"x","type":"int"}]}'


def test_it_holds_on_an_honest_registry_also_for_the_real_serializer(honest_registry: str) -> None:
    result = judge_registry("S10", honest_registry)
    assert_holds(result)
    assert not result.notes, "confluent-kafka is in the development environment"


def test_an_id_of_five_bytes_is_seen(honest_registry: str) -> None:
    def huge(passing: Passing) -> None:
        if passing.is_registration and passing.ok:
            passing.value["id"] = 2**31

    broken_by(honest_registry, "S10", "id-unfit", "serializer-fails", on_response=huge)


def test_an_id_that_leads_elsewhere_is_seen(honest_registry: str) -> None:
    def elsewhere(passing: Passing) -> None:
        if passing.matches("GET", "/schemas/ids/*") and passing.ok and "subject" not in passing.query:
            passing.value["schema"] = OTHER

    broken_by(honest_registry, "S10", "id-leads-elsewhere", on_response=elsewhere)


def test_a_guid_that_is_none_is_seen(honest_registry: str) -> None:
    def short(passing: Passing) -> None:
        if isinstance(passing.value, dict) and "guid" in passing.value:
            passing.value["guid"] = "12"

    broken_by(honest_registry, "S10", "guid-unfit", "serializer-fails", on_response=short)


def test_a_guid_that_leads_elsewhere_is_seen(honest_registry: str) -> None:
    def elsewhere(passing: Passing) -> None:
        if passing.matches("GET", "/schemas/guids/*") and passing.ok:
            passing.value["schema"] = OTHER

    broken_by(honest_registry, "S10", "guid-leads-elsewhere", on_response=elsewhere)


def test_a_schema_for_an_id_of_nobody_is_seen(honest_registry: str) -> None:
    def anything(passing: Passing) -> None:
        asked = passing.path.endswith((str(NO_ID), NO_GUID))
        if asked and not passing.query:
            passing.status, passing.value = 200, {"schema": OTHER}

    broken_by(honest_registry, "S10", "unknown-found", on_response=anything)


def test_a_registry_that_the_serializer_cannot_use_is_seen(honest_registry: str) -> None:
    def refuse(passing: Passing) -> tuple[int, object] | None:
        unknown = passing.is_registration and passing.path.endswith("-value/versions")
        return (422, {"error_code": 42201, "message": "no"}) if unknown else None

    broken_by(honest_registry, "S10", "serializer-fails", on_request=refuse)


def test_a_registry_that_the_deserializer_cannot_use_is_seen(honest_registry: str) -> None:
    def no_schema(passing: Passing) -> None:
        if passing.matches("GET", "/schemas/ids/*") and passing.ok and "subject" in passing.query:
            passing.value["schema"] = json.dumps({"type": "no-such-type"})

    broken_by(honest_registry, "S10", "deserializer-fails", on_response=no_schema)


def test_a_schema_for_every_id_lets_garbage_through_and_is_seen(honest_registry: str) -> None:
    def null(passing: Passing) -> None:
        if str(NO_ID) in passing.path and "subject" in passing.query:
            passing.status, passing.value = 200, {"schema": '"null"'}

    broken_by(honest_registry, "S10", "garbage-read", on_response=null)
