"""The table of targets is that of the parser."""

import pytest

from nilometer.documentation.targets import ROWS, page
from nilometer.targets import TargetError, parse_target
from nilometer.targets.parse import SPELLINGS

EXAMPLES = [
    (spelling.replace("HOST:PORT", "127.0.0.1:9092").replace("BUG", "B028"), row.kind)
    for row in ROWS
    for spelling in row.spellings
]


def test_every_spelling_that_the_parser_names_has_a_row():
    assert set(SPELLINGS) <= {spelling for row in ROWS for spelling in row.spellings}


@pytest.mark.parametrize(("spelling", "kind"), EXAMPLES)
def test_a_spelling_means_its_row(spelling, kind):
    try:
        target = parse_target(spelling)
    except TargetError as missing:
        pytest.skip(str(missing))
    target.close()
    assert type(target) is kind


def test_what_can_be_done_to_the_processes_comes_from_the_target():
    by_kind = {row.kind.__name__: row.control for row in ROWS}
    assert by_kind["AddressTarget"] == "nothing"
    assert by_kind["ReferenceTarget"] == "stop, kill, pause, restart"
    assert "restart" not in by_kind["TansuTarget"]


def test_a_target_that_needs_something_says_which_command_installs_it():
    assert "| `nilometer extras install kafka` |" in page()
