"""What answers look like, and whom they are about."""

from __future__ import annotations

import pytest

from nilometer_reference.registry import answers
from nilometer_reference.registry.errors import RegistryError
from nilometer_reference.registry.records import Reference, StoredSchema
from nilometer_reference.registry.state import State
from tests.reference.registry.test_registration import ELSEWHERE, A, B, put


def test_empty_members_and_the_type_avro_are_left_out() -> None:
    assert answers.schema_json(StoredSchema(A, 1, 1, "t")) == {"schema": "t"}
    full = StoredSchema(A, 1, 1, "t", "JSON", (Reference("n", "s", 1),), {"properties": {}})
    assert answers.schema_json(full) == {
        "schema": "t", "schemaType": "JSON", "references": [{"name": "n", "subject": "s", "version": 1}],
        "metadata": {"properties": {}},
    }  # fmt: skip


def test_a_version_is_found_by_its_number_or_as_the_latest() -> None:
    state = State()
    put(state, A, '"int"')
    put(state, A, '"long"')
    assert answers.version_of(state, A, answers.LATEST).version == 2
    assert answers.version_of(state, A, 1).text == '"int"'
    for subject, number, code in ((B, 1, 40401), (A, 3, 40402)):
        with pytest.raises(RegistryError) as found:
            answers.version_of(state, subject, number)
        assert found.value.code == code


def test_an_id_is_one_of_its_context() -> None:
    state = State()
    put(state, A, '"int"')
    put(state, B, '"int"')
    put(state, ELSEWHERE, '"long"')
    assert answers.by_id(state, 1, None).text == '"int"'
    assert answers.by_id(state, 1, B).subject == B
    assert answers.by_id(state, 1, ELSEWHERE).text == '"long"'


def test_a_guid_is_found_in_every_context() -> None:
    state = State()
    made = put(state, ELSEWHERE, '"long"')
    wanted = answers.version_json(made)["guid"]
    assert answers.by_guid(state, wanted) == made
    with pytest.raises(RegistryError):
        answers.by_guid(state, "0" * 8)


def test_pages_are_parts_of_lists() -> None:
    assert answers.page([1, 2, 3], 1, 1) == [2]
    assert answers.page([1, 2, 3], 1, -1) == [2, 3]
    assert answers.page([1, 2, 3], 5, -1) == []
