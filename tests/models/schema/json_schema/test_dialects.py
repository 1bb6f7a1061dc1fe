"""Dialects are data."""

from __future__ import annotations

import pytest

from nilometer_models.schema.json_schema.dialects import CONFLUENT, CONFLUENT_LENIENT, DIALECTS, LENIENT, Kind, dialect


def test_lenient_forgives_and_never_adds() -> None:
    assert CONFLUENT_LENIENT.breaking == CONFLUENT.breaking - LENIENT
    assert CONFLUENT.breaking > LENIENT


def test_a_required_property_without_default_breaks_under_both() -> None:
    assert {Kind.REQUIRED_ADDED, Kind.REQUIRED_ADDED_OPEN, Kind.REQUIRED_PROPERTY_ADDED} <= CONFLUENT_LENIENT.breaking


def test_dialects_are_found_by_name() -> None:
    assert dialect("confluent") is CONFLUENT
    assert all(dialect(name).name == name for name in DIALECTS)
    with pytest.raises(KeyError):
        dialect("avro-java")
