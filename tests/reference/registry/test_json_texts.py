"""What a reference means, and what draft a document is of."""

from __future__ import annotations

import json
from typing import Any

import pytest

from nilometer_reference.registry.errors import RegistryError
from nilometer_reference.registry.json_texts import Place, Texts, draft_of, load

LATE = "https://json-schema.org/draft/2020-12/schema"
DOCUMENT = {
    "$schema": LATE, "$id": "http://h/root.json",
    "$defs": {
        "a": {"$anchor": "here", "const": 1}, "b": {"$id": "dir/b.json", "$defs": {"a": {"const": 2}}},
        "a/b~c%": {"const": 3},
    },
    "allOf": [{"const": 4}], "enum": [{"$id": "http://h/value.json"}],
    "properties": {"enum": {"$id": "http://h/property.json", "const": 5}},
}  # fmt: skip


def texts(document: Any = DOCUMENT, **others: Any) -> Texts:
    made = Texts()
    made.add(json.dumps(document), "")
    for name, other in others.items():
        made.add(json.dumps(other), name.replace("_", "."))
    return made


@pytest.mark.parametrize(
    ("reference", "base", "constant"),
    [
        ("#here", "http://h/root.json", 1), ("#/$defs/a", "http://h/root.json", 1),
        ("#/definitions/a", "http://h/root.json", 1), ("dir/b.json#/$defs/a", "http://h/root.json", 2),
        ("#/$defs/a", "http://h/dir/b.json", 2), ("../root.json#here", "http://h/dir/b.json", 1),
        ("#/$defs/a~1b~0c%25", "http://h/root.json", 3), ("#/allOf/0", "http://h/root.json", 4),
        ("property.json", "http://h/root.json", 5),
    ],
)  # fmt: skip
def test_a_reference_is_relative_to_where_it_stands(reference: str, base: str, constant: int) -> None:
    assert texts().find(reference, Place(base, 2020, ""))["const"] == constant


@pytest.mark.parametrize(
    "reference", ["#there", "#/allOf/1", "#/allOf/x", "no.json", "value.json", "http://[/", 3, None]
)
def test_a_reference_that_leads_nowhere_is_refused(reference: Any) -> None:
    with pytest.raises(RegistryError) as refused:
        texts().find(reference, Place("http://h/root.json", 2020, ""))
    assert refused.value.code == 42201


def test_the_name_of_a_reference_is_taken_word_for_word() -> None:
    found = texts(other_json={"const": 6}).find("other.json", Place("http://h/dir/b.json", 2020, ""))
    assert found == {"const": 6}


def test_an_identifier_that_is_a_fragment_is_an_anchor_up_to_draft_7() -> None:
    document = {"definitions": {"a": {"$id": "#here", "const": 1}}}
    assert texts(document).find("#here", Place("", 7, ""))["const"] == 1
    with pytest.raises(RegistryError):
        texts({"$schema": LATE, **document}).find("#here", Place("", 2020, ""))


@pytest.mark.parametrize(
    ("said", "draft"),
    [
        ("http://json-schema.org/draft-04/schema#", 4), ("https://json-schema.org/draft-06/schema", 6),
        ("http://json-schema.org/draft-07/schema#", 7), ("https://json-schema.org/draft/2019-09/schema", 2019),
        (LATE, 2020),
    ],
)  # fmt: skip
def test_the_draft_is_what_the_document_says(said: str, draft: int) -> None:
    assert draft_of({"$schema": said}) == draft
    assert draft_of({}) == draft_of(True) == 7


@pytest.mark.parametrize("said", ["http://example.com", "draft-04", "", "ftp://json-schema.org/draft-04/schema"])
def test_another_draft_is_taken_for_draft_7(said: str) -> None:
    assert draft_of({"$schema": said}) == 7


@pytest.mark.parametrize("said", [7, [], True])
def test_a_draft_that_is_no_text_is_refused(said: Any) -> None:
    with pytest.raises(RegistryError):
        draft_of({"$schema": said})


@pytest.mark.parametrize("text", ["", "{", "NaN", '{"a": Infinity}', "[" * 100_000, "9" * 5_000])
def test_what_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(RegistryError):
        load(text)


def test_numbers_are_exact_and_nesting_has_a_bound() -> None:
    assert str(load("0.10")) == "0.10"
    with pytest.raises(RegistryError, match="nested"):
        Texts().add('{"not":' * 450 + "{}" + "}" * 450, "")
