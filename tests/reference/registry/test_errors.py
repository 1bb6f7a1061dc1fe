"""Codes and the statuses that they imply."""

from __future__ import annotations

import pytest

from nilometer_reference.registry import errors


@pytest.mark.parametrize(
    ("error", "code", "status"),
    [
        (errors.subject_not_found("s"), 40401, 404),
        (errors.incompatible(["why"]), 409, 409),
        (errors.invalid_version("x"), 42202, 422),
        (errors.store_failed("why"), 50001, 500),
    ],
)
def test_the_first_three_digits_are_the_status(error: errors.RegistryError, code: int, status: int) -> None:
    assert (error.code, error.status) == (code, status)


def test_messages_are_those_that_clients_look_for() -> None:
    assert errors.subject_not_found("s").message == "Subject 's' not found."
    assert errors.schema_not_found().message == "Schema not found"
    assert errors.schema_not_found(7).message == "Schema 7 not found"
