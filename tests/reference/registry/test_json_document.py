"""What a reference means; what leads nowhere is refused with 42201."""

from __future__ import annotations

import json
from typing import Any

import pytest

from nilometer_reference.registry.errors import RegistryError
from nilometer_reference.registry.json_document import Library

EARLY, LATE = "http://json-schema.org/draft-07/schema#", "https://json-schema.org/draft/2020-12/schema"
DOCUMENT = {
    "$schema": LATE, "$id": "http://a/root.json",
    "$defs": {"plain": {"title": "plain"}, "a/b~c": {"title": "escaped"},
              "own": {"$id": "sub/own.json", "title": "own", "$defs": {"x": {"$anchor": "deep", "title": "x"}}},
              "named": {"$anchor": "name", "title": "named"}},
    "properties": {"$id": {"title": "a property"}, "enum": {"title": "another"}},
    "enum": [{"$id": "http://not/a/schema"}],
    "allOf": [{"title": "first"}],
}  # fmt: skip


def find(reference: str, base: str = "http://a/root.json", document: Any = DOCUMENT, **others: Any) -> Any:
    texts = {name.replace("_", "."): json.dumps(one) for name, one in others.items()}
    return Library(json.dumps(document), texts).find(reference, base)


@pytest.mark.parametrize(
    ("reference", "title"),
    [
        ("#/$defs/plain", "plain"), ("#/definitions/plain", "plain"), ("#/$defs/a~1b~0c", "escaped"),
        ("#/%24defs/plain", "plain"), ("sub/own.json", "own"), ("http://a/sub/own.json#/$defs/x", "x"),
        ("sub/own.json#deep", "x"), ("#name", "named"), ("root.json#name", "named"), ("#/allOf/0", "first"),
        ("#/properties/$id", "a property"), ("#/properties/enum", "another"),
    ],
)  # fmt: skip
def test_references_are_found(reference: str, title: str) -> None:
    assert find(reference)["title"] == title


def test_early_drafts_name_places_by_the_fragment_of_an_id() -> None:
    document = {"$schema": EARLY, "definitions": {"a": {"$id": "#here", "title": "a"}}}
    assert find("#here", "", document)["title"] == "a"


def test_texts_of_the_registry_are_found_by_their_names() -> None:
    assert find("part.json", "", {}, part_json={"title": "part"})["title"] == "part"
    assert find("part.json#/$defs/x", "http://a/b", {}, part_json={"$defs": {"x": {"title": "x"}}})["title"] == "x"


@pytest.mark.parametrize(
    "reference", ["other.json", "#nowhere", "#/$defs/none", "#/allOf/7", "#/allOf/x", "http://[", "#/enum/0/$id/x",
                  "http://not/a/schema"],
)  # fmt: skip
def test_what_leads_nowhere_is_refused(reference: str) -> None:
    with pytest.raises(RegistryError) as refused:
        find(reference)
    assert refused.value.code == 42201


@pytest.mark.parametrize("text", ["", "{", "[1,", "NaN", '{"a": Infinity}', "[" * 100_000, '{"$schema": "http://x"}'])
def test_what_is_no_json_or_of_no_draft_is_refused(text: str) -> None:
    with pytest.raises(RegistryError) as refused:
        Library(text, {})
    assert refused.value.code == 42201
