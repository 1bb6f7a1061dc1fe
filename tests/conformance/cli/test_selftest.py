"""`nilometer selftest`."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from nilometer.cli.entry import main


def test_the_list_names_every_bug_and_who_catches_it() -> None:
    done = CliRunner().invoke(main, ["selftest", "--list"])
    assert done.exit_code == 0
    assert "B028  I2" in done.output


def test_an_unknown_bug_is_refused_with_the_nearest() -> None:
    done = CliRunner().invoke(main, ["selftest", "B02"])
    assert done.exit_code == 4
    assert "B02" in done.output


@pytest.mark.timeout(180)
def test_a_bug_that_is_caught_ends_with_0_and_says_how_it_was_noticed() -> None:
    done = CliRunner().invoke(main, ["selftest", "B056", "--profile", "smoke", "--seed", "1"])
    assert done.exit_code == 0, done.output
    assert "killed" in done.output
    assert "L14 wrong-base-offset" in done.output
    assert "1 of 1 bugs caught" in done.output
