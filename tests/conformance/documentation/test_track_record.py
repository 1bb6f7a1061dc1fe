"""The known bugs as a page."""

from nilometer.catalogue import Catalogue, load
from nilometer.documentation.track_record import named, page, rows
from nilometer_reference.faults.catalogue import all_faults


def test_every_bug_has_a_row_with_source_catcher_and_command():
    found = {row[0].strip("`"): row for row in rows(load())}
    assert list(found) == list(all_faults())
    for id, one in all_faults().items():
        _, sentence, source, caught_by, command = found[id]
        assert sentence
        assert source
        assert f"[{one.caught_by[0]}](requirements/" in caught_by
        assert command == f"`nilometer check reference+{id} -k {one.caught_by[0]}`"


def test_a_requirement_that_does_not_exist_is_not_linked():
    assert named("L3", Catalogue([])) == "L3 (not written yet)"
    assert named("L3", load()) == "[L3](requirements/log.md#l3)"


def test_the_page_counts_its_rows():
    assert f"{len(all_faults())} bugs" in page(load())
