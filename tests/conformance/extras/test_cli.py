"""`nilometer extras`."""

import pytest
from click.testing import CliRunner

from nilometer.extras.cli import ALL, EXTRAS, extras


def invoke(*arguments: str):
    return CliRunner().invoke(extras, arguments, catch_exceptions=False)


def test_the_list_says_what_there_is_and_what_is_installed(home):
    (home / "kafka" / "4.3.1").mkdir(parents=True)
    output = invoke("list").output
    for name in EXTRAS:
        assert name in output
    assert "installed: 4.3.1" in output
    assert "not installed" in output
    assert str(home) in output


def test_what_is_installed_is_not_installed_again(home):
    (home / "kafka" / "4.3.1").mkdir(parents=True)
    result = invoke("install", "kafka")
    assert (result.exit_code, result.output) == (0, f"kafka 4.3.1 is installed in {home / 'kafka' / '4.3.1'}\n")


@pytest.mark.usefixtures("empty_path")
def test_a_missing_tool_is_said_and_is_4():
    result = invoke("install", "kafka", "go")
    assert result.exit_code == 4
    assert "kafka: " in result.output
    assert "go: " in result.output


def test_a_version_is_only_for_jars():
    assert "are pinned" in invoke("install", "go", "--version", "1").output
    assert invoke("install", "go", "--version", "1").exit_code != 0


def test_an_unknown_extra_is_refused():
    result = CliRunner().invoke(extras, ["install", "kafak"])
    assert result.exit_code != 0
    assert "kafak" in result.output


def test_installing_shows_where_it_is(program):
    program(
        "go",
        """
program = pathlib.Path(sys.argv[sys.argv.index('-o') + 1])
program.parent.mkdir(parents=True)
program.write_text('x')
""",
    )
    result = invoke("install", "go")
    assert result.exit_code == 0, result.output
    assert "installed in" in result.output


def test_all_is_everything_but_the_java():
    assert set(ALL) == set(EXTRAS) - {"java"}
