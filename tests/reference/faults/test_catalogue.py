"""The list of faults."""

import re

import pytest

from nilometer.catalogue import load
from nilometer_reference.faults.catalogue import all_faults

FAULTS = all_faults()


def test_there_are_at_least_fifteen_in_the_areas_of_the_data_path() -> None:
    areas = re.compile(r"(L|V|I|T|G|O|TI)\d+")
    assert sum(areas.fullmatch(fault.caught_by[0]) is not None for fault in FAULTS.values()) >= 15


@pytest.mark.parametrize("id", FAULTS)
def test_every_fault_says_what_goes_wrong_where_it_was_seen_and_who_must_catch_it(id: str) -> None:
    fault = FAULTS[id]
    assert re.fullmatch(r"B\d{3}", id)
    assert fault.sentence.endswith(".")
    assert fault.source
    assert fault.caught_by


def test_every_fault_names_a_requirement_that_there_is_first() -> None:
    catalogue = load()
    assert [id for id, fault in FAULTS.items() if fault.caught_by[0] not in catalogue] == []
