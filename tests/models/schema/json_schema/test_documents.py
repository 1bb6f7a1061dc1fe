"""What a reference means."""

from __future__ import annotations

import json

import pytest

from nilometer_models.schema.json_schema.documents import Documents, Draft, NotJsonSchema, draft_of

LATE = "https://json-schema.org/draft/2020-12/schema"
WRITTEN = {
    "$schema": LATE,
    "$id": "http://x.org/root.json",
    "$defs": {
        "a": {"$anchor": "here", "const": 1},
        "b": {"$id": "folder/b.json", "$defs": {"a": {"const": 2}}},
        "a/b~c%": {"const": 3},
    },
    "allOf": [{"const": 4}],
    "default": {"$id": "http://x.org/not-a-schema.json"},
}


@pytest.mark.parametrize(
    ("reference", "base", "constant"),
    [
        ("#here", "http://x.org/root.json", 1), ("#/$defs/a", "http://x.org/root.json", 1),
        ("#/definitions/a", "http://x.org/root.json", 1), ("folder/b.json#/$defs/a", "http://x.org/root.json", 2),
        ("#/$defs/a", "http://x.org/folder/b.json", 2), ("../root.json#here", "http://x.org/folder/b.json", 1),
        ("#/$defs/a~1b~0c%25", "http://x.org/root.json", 3), ("#/allOf/0", "http://x.org/root.json", 4),
    ],
)  # fmt: skip
def test_references_are_relative_to_the_resource_that_they_stand_in(reference: str, base: str, constant: int) -> None:
    documents = Documents()
    documents.add(json.dumps(WRITTEN))
    found = documents.find(reference, base)
    assert isinstance(found, dict)
    assert found["const"] == constant


@pytest.mark.parametrize("reference", ["#there", "#/allOf/1", "#/allOf/x", "other.json", "not-a-schema.json"])
def test_what_is_not_there_is_not_found(reference: str) -> None:
    documents = Documents()
    documents.add(json.dumps(WRITTEN))
    with pytest.raises(NotJsonSchema):
        documents.find(reference, "http://x.org/root.json")


def test_a_property_that_is_called_default_may_hold_an_identifier() -> None:
    documents = Documents()
    documents.add(json.dumps({"properties": {"default": {"$id": "http://x.org/a.json", "const": 1}}}))
    assert documents.find("http://x.org/a.json", "") == {"$id": "http://x.org/a.json", "const": 1}


@pytest.mark.parametrize(("said", "draft"), [
    ("http://json-schema.org/draft-07/schema#", Draft.DRAFT_7),
    ("https://json-schema.org/draft-06/schema", Draft.DRAFT_6),
    (LATE, Draft.DRAFT_2020_12), ("https://json-schema.org/draft/2019-09/schema#", Draft.DRAFT_2019_09),
])  # fmt: skip
def test_the_draft_is_what_the_document_says(said: str, draft: Draft) -> None:
    assert draft_of({"$schema": said}) is draft
    assert draft_of({}) is Draft.DRAFT_7
