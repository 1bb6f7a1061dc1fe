"""Durations and targets as users spell them."""

import click
import pytest

from nilometer.cli.options import Duration, target_of


@pytest.mark.parametrize(
    ("text", "seconds"), [("90", 90), ("90s", 90), ("1.5m", 90), ("2h", 7200), ("500ms", 0.5), (" 3s ", 3), (7, 7)]
)
def test_durations(text, seconds):
    assert Duration().convert(text, None, None) == seconds


@pytest.mark.parametrize("text", ["soon", "-3s", "3 days", "", "1e3"])
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(click.BadParameter, match="no duration"):
        Duration().convert(text, None, None)


def test_a_target_is_made_and_a_misspelt_one_is_a_mistake_of_usage():
    assert target_of("127.0.0.1:9092").name == "127.0.0.1:9092"
    with pytest.raises(click.UsageError, match="did you mean"):
        target_of("kafkaa:")


def test_an_extra_that_is_missing_is_a_mistake_of_usage_with_the_command_that_helps(empty_nilometer_home):
    with pytest.raises(click.UsageError, match="nilometer extras install kafka"):
        target_of("kafka:")
    assert empty_nilometer_home.name == "nilometer-home"
