"""From options to settings."""

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from nilometer.cli.check_options import CheckOptions, check_options
from nilometer.settings import Profile
from nilometer.verdict import Level


def parse(*arguments: str) -> CheckOptions:
    parsed: list[CheckOptions] = []

    @click.command()
    @check_options
    def command(**given: object) -> None:
        parsed.append(CheckOptions(**given))  # type: ignore[arg-type] # what click gives

    result = CliRunner().invoke(command, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return parsed[0]


def test_without_a_target_nothing_was_asked_for_and_it_is_smoke():
    options = parse()
    assert options.specs == ()
    assert options.settings().profile is Profile.SMOKE


def test_with_a_target_the_profile_is_core_unless_said():
    assert parse("host:1").settings().profile is Profile.CORE
    assert parse("host:1", "-p", "full").settings().profile is Profile.FULL


def test_a_registry_is_a_target_like_the_others():
    options = parse("kafka:", "--registry", "host:8081", "--registry", "https://other/path", "--registry", "registry:")
    assert options.specs == ("kafka:", "http://host:8081", "https://other/path", "registry:")
    assert options.settings().profile is Profile.CORE


def test_every_option_reaches_the_settings():
    options = parse(
        *("a:1", "b:2", "--seed", "5", "--cases", "3", "--time", "2m", "--max-fail", "4", "--level", "should"),
        *("--strict", "--allow", "unknown", "--prefix", "mine", "--timeout", "500ms", "-o", "out"),
    )
    settings = options.settings()
    assert options.targets == ("a:1", "b:2")
    assert options.output == Path("out")
    assert (settings.seed, settings.depth, settings.budget, settings.max_fail) == (5, 3, 120, 4)
    assert (settings.level, settings.strict, settings.allow_unknown) == (Level.SHOULD, True, True)
    assert (settings.prefix, settings.timeout_s) == ("mine", 0.5)


def test_a_seed_is_drawn_where_none_was_given():
    assert len({parse().settings().seed for _ in range(5)}) > 1


@pytest.mark.parametrize("prefix", ["", "a b", "é", "__consumer", "x" * 61, "a/b"])
def test_a_prefix_is_part_of_topic_names(prefix):
    @click.command()
    @check_options
    def command(**_given: object) -> None:
        raise AssertionError

    assert CliRunner().invoke(command, ["--prefix", prefix]).exit_code == 2
