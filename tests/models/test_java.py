"""Which Java is found."""

from pathlib import Path

import pytest

from nilometer_models.java import Java, NoJava, find_java, java_at


@pytest.mark.parametrize(("version", "major"), [("1.8.0_392", 8), ("17.0.15", 17), ("25.0.2", 25)])
def test_the_major_version_is_read_as_java_writes_it(version: str, major: int) -> None:
    assert Java(Path("java"), version).major == major


def test_a_java_that_is_too_old_or_broken_is_named(tmp_path: Path) -> None:
    launcher = tmp_path / "bin" / "java"
    launcher.parent.mkdir()
    launcher.write_text("#!/bin/sh\necho 'openjdk version \"11.0.1\"' >&2\n", "utf-8")
    launcher.chmod(0o755)
    assert java_at(launcher) == Java(launcher, "11.0.1")
    with pytest.raises(NoJava, match="999 or newer is needed"):
        find_java(999, [launcher])


def test_what_the_caller_knows_of_comes_last(tmp_path: Path) -> None:
    assert find_java(1).path != tmp_path / "none"
    assert java_at(tmp_path / "none") is None
