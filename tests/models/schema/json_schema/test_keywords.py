"""Values of keywords are checked for their form."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from nilometer_models.schema.json_schema.documents import Draft, NotJsonSchema, Place
from nilometer_models.schema.json_schema.keywords import (
    NO_NOTES,
    further_of,
    list_of,
    members_of,
    names_of,
    notes_of,
    number_of,
    size_of,
    text_of,
)

AT = Place("", Draft.DRAFT_7, "/here")


def test_missing_keywords_say_nothing() -> None:
    assert [read({}, "x", AT) for read in (number_of, size_of, text_of)] == [None, None, None]
    assert list_of({}, "x", AT) == []
    assert members_of({}, "x", AT) == {}
    assert further_of({}, "x", lambda _: 7) is True
    assert notes_of({"type": "string"}) is NO_NOTES


def test_well_formed_keywords_are_read() -> None:
    assert number_of({"x": Decimal("1.5")}, "x", AT) == Decimal("1.5")
    assert size_of({"x": Decimal("2.0")}, "x", AT) == 2
    assert names_of(["a", "b", "a"], "x", AT) == {"a", "b"}
    assert further_of({"x": {}}, "x", lambda _: 7) == 7
    assert further_of({"x": False}, "x", lambda _: 7) is False
    assert notes_of({"title": "a", "description": 3}).title == "a"


@pytest.mark.parametrize(("read", "value"), [
    (number_of, "1"), (number_of, True), (number_of, None), (size_of, -1), (size_of, Decimal("1.5")), (text_of, 1),
    (list_of, {}), (members_of, []),
])  # fmt: skip
def test_ill_formed_keywords_are_refused_with_their_place(read: Any, value: Any) -> None:
    with pytest.raises(NotJsonSchema, match="/here/x: "):
        read({"x": value}, "x", AT)
