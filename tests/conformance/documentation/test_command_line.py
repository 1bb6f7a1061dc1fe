"""The help of every verb as a page."""

from click.testing import CliRunner

from nilometer.cli.entry import VERBS
from nilometer.documentation.command_line import WIDTH, helps, page
from nilometer.extras.cli import extras


def test_every_verb_has_its_help_also_those_of_groups():
    found = dict(helps())
    assert set(found) >= {"nilometer", "nilometer extras install", *(f"nilometer {verb}" for verb in VERBS)}
    assert all(text.startswith(f"Usage: {name} ") for name, text in found.items())


def test_the_page_does_not_depend_on_the_terminal(monkeypatch):
    before = page()
    monkeypatch.setenv("COLUMNS", "200")
    assert page() == before
    assert max(len(line) for _, text in helps() for line in text.splitlines()) <= WIDTH


def test_a_verb_that_was_used_alone_before_has_the_same_help():
    before = page()
    for command in (extras, *extras.commands.values()):
        command._help_option = None  # as in a new process
    for arguments in (["--help"], ["list", "--help"]):
        assert "-h, --help" not in CliRunner().invoke(extras, arguments).output
    assert page() == before
