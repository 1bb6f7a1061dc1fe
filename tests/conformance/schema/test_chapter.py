"""Every sentence about compatibility is shown by pairs on which the rules answer as it says."""

import pytest

from nilometer.schema.chapter import ROWS, Example, Row
from nilometer_models.schema.modes import Mode

EXAMPLES = [(row, example) for row in ROWS for example in row.examples]


@pytest.mark.parametrize(
    ("row", "example"), EXAMPLES, ids=[f"{row.said[:40]}-{n}" for n, (row, _) in enumerate(EXAMPLES)]
)
def test_an_example_is_what_the_rules_answer(row: Row, example: Example) -> None:
    assert example.answer() is example.allowed, row.truth


def test_a_row_shows_what_is_allowed_and_what_is_not() -> None:
    for row in ROWS:
        assert {example.allowed for example in row.examples} == {True, False}, row.said


def test_an_example_can_be_wrong() -> None:
    assert Example(Mode.BACKWARD, ('"int"', '"long"'), True).answer()
    assert not Example(Mode.BACKWARD, ('"long"', '"int"'), True).answer()
