"""Jars come through mvn, whole or not at all."""

import pytest

from nilometer.extras import maven
from nilometer.extras.cache import installed_versions
from nilometer.extras.errors import ExtraMissing, InstallFailed, ToolMissing
from nilometer.extras.java import find_java

MVN = """
version = next(one for one in sys.argv if one.startswith('-Dkafka.version=')).partition('=')[2]
target = pathlib.Path(next(one for one in sys.argv if one.startswith('-DoutputDirectory=')).partition('=')[2])
if version not in {known!r}:
    print('[ERROR] Could not find artifact org.apache.kafka:kafka-clients:jar:' + version)
    sys.exit(1)
target.mkdir(parents=True)
(target / 'kafka.jar').write_text(version)
print('copied')
"""


@pytest.fixture
def java():
    try:
        find_java()
    except ToolMissing:
        pytest.skip("skipped, because there is no Java here")


@pytest.mark.usefixtures("java")
def test_the_first_version_that_resolves_is_installed_and_the_others_are_named(program):
    program("mvn", MVN.format(known=["4.2.0"]))
    said: list[str] = []
    version, directory = maven.install_jars("kafka", ("4.3.1", "4.2.0"), said.append)
    assert version == "4.2.0"
    assert (directory / "kafka.jar").read_text() == "4.2.0"
    assert any("4.3.1 does not resolve" in line for line in said)
    assert maven.find_jars("kafka") == ("4.2.0", directory)
    assert maven.class_path("kafka") == f"{directory}/*"


@pytest.mark.usefixtures("java")
def test_no_version_leaves_nothing(program):
    program("mvn", MVN.format(known=[]))
    with pytest.raises(InstallFailed, match=r"none of the versions 1\.0, 2\.0"):
        maven.install_jars("kafka", ("1.0", "2.0"), lambda _line: None)
    assert installed_versions("kafka") == []


@pytest.mark.usefixtures("java")
def test_any_other_failure_ends_it_with_what_mvn_said(program):
    program("mvn", "print('no network'); sys.exit(1)")
    with pytest.raises(InstallFailed, match="no network"):
        maven.install_jars("kafka", ("4.3.1", "4.2.0"), lambda _line: None)


@pytest.mark.usefixtures("empty_path")
def test_without_mvn_it_says_where_to_get_it():
    with pytest.raises(ToolMissing, match="apt install maven"):
        maven.find_maven()


def test_what_is_not_installed_names_the_command(home):
    with pytest.raises(ExtraMissing, match="nilometer extras install kafka`"):
        maven.find_jars("kafka")
    (home / "kafka" / "4.0.1" / "libs").mkdir(parents=True)
    with pytest.raises(ExtraMissing, match=r"kafka 9\.9\.9 \(installed here: 4\.0\.1\)"):
        maven.find_jars("kafka", "9.9.9")
    assert maven.find_jars("kafka")[0] == "4.0.1"


def test_the_best_version_that_is_there_is_taken(home):
    for version in ("4.2.0", "4.3.1", "9.0.0"):
        (home / "kafka" / version / "libs").mkdir(parents=True)
    assert maven.find_jars("kafka")[0] == "4.3.1"
    assert maven.find_jars("kafka", "9.0.0")[0] == "9.0.0"
