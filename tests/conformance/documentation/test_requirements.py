"""The catalogue as pages."""

import re

from nilometer.catalogue import Catalogue, load
from nilometer.documentation.requirements import areas, by_area, entry, index
from tests.conformance.requiring import make_requirement


def test_the_index_has_a_line_for_every_requirement_with_its_level_and_name():
    text = index(load())
    for one in load():
        assert re.search(rf"^\| \[{one.id}\]\(\S+\) \| {one.level} \| `{re.escape(one.name)}` \|", text, re.MULTILINE)


def test_every_link_of_the_index_leads_to_an_entry():
    found = areas(load())
    for area, anchor in re.findall(r"\(requirements/(\w+)\.md#(\w+)\)", index(load())):
        assert f"\n## {anchor.upper()}\n" in found[area]


def test_requirements_stand_by_number_also_those_that_run_last():
    assert by_area(load())["wire"][0].id == "W1"


def test_an_entry_has_the_sentence_the_sources_the_needs_and_every_way_to_fail():
    one = make_requirement(lambda _: None)
    text = "\n".join(entry(one))
    assert f"**{one.sentence}.**" in text
    assert "Sources: " + "; ".join(one.sources) in text
    assert f"nilometer check -k {one.id}" in text
    for signature, meaning in one.signatures.items():
        assert f"| `{signature}` | {meaning} |" in text


def test_a_requirement_that_needs_nothing_says_so():
    one = make_requirement(lambda _: None, apis={})
    assert "Needs: nothing but an answer." in "\n".join(entry(one))


def test_an_empty_catalogue_has_no_areas():
    assert areas(Catalogue([])) == {}
