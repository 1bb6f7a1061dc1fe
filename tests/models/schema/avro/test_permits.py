"""The published table is what the rules answer."""

import pytest

from nilometer_models.schema.avro.permits import CHANGES, TABLE, Change, markdown, permitted


@pytest.mark.parametrize("change", CHANGES, ids=[change.words for change in CHANGES])
def test_each_row_is_what_the_rules_answer(change: Change) -> None:
    assert TABLE[change.words] == permitted(change)


def test_every_change_has_its_row_and_the_page_shows_it() -> None:
    assert list(TABLE) == [change.words for change in CHANGES]
    assert "| remove a field that had none | yes | no | no |" in markdown()


def test_full_is_backward_and_forward_in_every_row() -> None:
    assert all(full == (backward and forward) for backward, forward, full in TABLE.values())
