"""The API keys as a page."""

from pathlib import Path

import pytest

from nilometer.documentation.api_keys import SOURCES, page, purpose, requests, row, span
from nilometer_reference.apis.registry import served_apis

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(("ends", "text"), [((0, 5), "0-5"), ((3, 3), "3")])
def test_a_range_of_one_version_is_one_number(ends, text):
    assert span(ends) == text


def test_a_key_is_either_served_or_listed_as_not_served():
    text = page()
    for key, name in requests().items():
        assert (f"| {key} | [{name}](" in text) == (key in served_apis())
        assert (f"{name} ({key})" in text.partition("## Not served")[2]) == (key not in served_apis())


def test_every_file_that_is_linked_exists_and_every_purpose_is_said():
    for api in served_apis().values():
        link = row(api)[1].partition("(")[2].rstrip(")")
        assert (ROOT / link.removeprefix(SOURCES[: -len("reference/")])).is_file()
        assert purpose(api)


def test_versions_that_are_advertised_and_not_served_are_named():
    assert row(served_apis()[0])[2] == "3-13, advertised 0-13"
    assert row(served_apis()[1])[2] == "4-18"
