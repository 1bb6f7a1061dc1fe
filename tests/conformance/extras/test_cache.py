"""Extras are whole or not there."""

import threading
import time
from pathlib import Path

import pytest

from nilometer.extras.cache import (
    extra_directory,
    installed_versions,
    installing,
    is_installed,
    nilometer_home,
)


def test_where_extras_live(monkeypatch, home):
    assert nilometer_home() == home
    monkeypatch.delenv("NILOMETER_HOME")
    monkeypatch.setenv("XDG_CACHE_HOME", "/cache")
    assert nilometer_home() == Path("/cache/nilometer")
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert nilometer_home() == Path.home() / ".cache" / "nilometer"


@pytest.mark.parametrize("in_place", [False, True])
def test_an_installation_that_ends_well_is_there(in_place):
    with installing("kafka", "1.0", in_place=in_place) as directory:
        (directory / "file").write_text("x")
        assert not is_installed("kafka", "1.0")
    assert is_installed("kafka", "1.0")
    assert (extra_directory("kafka", "1.0") / "file").read_text() == "x"
    assert installed_versions("kafka") == ["1.0"]


@pytest.mark.parametrize("in_place", [False, True])
def test_an_installation_that_fails_leaves_nothing(in_place):
    def fail() -> None:
        with installing("kafka", "1.0", in_place=in_place) as directory:
            (directory / "file").write_text("x")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert not is_installed("kafka", "1.0")
    assert installed_versions("kafka") == []


def test_one_that_was_killed_is_not_taken_for_whole_and_is_done_again(home):
    final = extra_directory("kafka", "1.0")
    final.mkdir(parents=True)
    (final / "half").write_text("x")
    (home / "kafka" / ".incomplete-1.0").touch()
    assert not is_installed("kafka", "1.0")
    with installing("kafka", "1.0", in_place=True) as directory:
        assert not (directory / "half").exists()
    assert is_installed("kafka", "1.0")


def test_installing_again_replaces():
    for text in ("old", "new"):
        with installing("kafka", "1.0") as directory:
            (directory / text).write_text(text)
    assert [one.name for one in extra_directory("kafka", "1.0").iterdir()] == ["new"]


def test_a_second_installer_waits_for_the_first():
    order: list[str] = []

    def second():
        with installing("kafka", "1.0"):
            order.append("second")

    with installing("kafka", "1.0"):
        thread = threading.Thread(target=second)
        thread.start()
        time.sleep(0.1)
        order.append("first")
    thread.join(10)
    assert order == ["first", "second"]
