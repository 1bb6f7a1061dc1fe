"""Jars from Maven Central: a small pom of ours names what we want, `mvn` finds and checks the rest.

1  mvn -C dependency:copy-dependencies    -C: a wrong checksum is an error
2  the version is not there?              the next one of KAFKA_VERSIONS or AVRO_VERSIONS, said aloud
3  all jars copied                        <home>/<extra>/<version>/libs becomes visible in one rename
"""

import importlib.resources
import os
import re
import shutil
from pathlib import Path

from nilometer.extras.cache import extra_directory, installed_versions, installing
from nilometer.extras.errors import ExtraMissing, InstallFailed, ToolMissing, VersionNotFound
from nilometer.extras.java import find_java
from nilometer.extras.progress import Report, last_lines, run_reporting

KAFKA_VERSIONS = ("4.3.1", "4.3.0", "4.2.0", "4.1.1", "4.1.0", "4.0.1")
"""The version that the suite is written against, then the nearest ones, best first."""

AVRO_VERSIONS = ("1.11.5", "1.11.4", "1.11.3")
"""Apache Avro for Java: the version whose answers the dialect `avro-java` copies, then the nearest ones."""

CONFLUENT_VERSION = "7.0.16"
"""Confluent's serializers: the only version that can be had from a public registry (`confluent.py`)."""

VERSIONS = {"avro-java": AVRO_VERSIONS, "confluent-java": (CONFLUENT_VERSION,)}
"""Versions of an extra, best first, where they are not Kafka's."""

PROPERTIES = {"avro-java": "avro.version"}
"""Property of the pom that says the version, where that is not Kafka's."""

DEPENDENCY_PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1"
NOT_FOUND = re.compile(r"Could not find artifact org\.apache\.(kafka|avro):")


NAMES = {
    "kafka": "Apache Kafka",
    "kafka-connect": "Kafka Connect",
    "java-clients": "Apache Kafka's Java client",
    "avro-java": "Apache Avro for Java",
    "confluent-java": "the set of Confluent's Java serializers",
}


def find_maven() -> Path:
    """`mvn` on PATH, or why it is needed."""
    if found := shutil.which("mvn"):
        return Path(found)
    raise ToolMissing(
        "Apache Kafka's jars come from Maven Central through `mvn`, which is not on PATH. "
        "Install it (Debian: `apt install maven`; else https://maven.apache.org) and run the command again."
    )


def install_jars(extra: str, versions: tuple[str, ...], report: Report) -> tuple[str, Path]:
    """Installs the first of these versions that resolves; returns it and the directory of its jars."""
    for version in versions:
        try:
            return version, copy_jars(extra, version, report)
        except VersionNotFound as absent:
            report(f"{extra} {version} does not resolve, trying the next version: {str(absent).splitlines()[0]}")
    raise InstallFailed(f"none of the versions {', '.join(versions)} of {extra} resolves from Maven Central.")


def copy_jars(extra: str, version: str, report: Report) -> Path:
    """All jars of `<extra>.pom.xml` at this version of Kafka, in `<home>/<extra>/<version>/libs`."""
    with installing(extra, version) as directory:
        fetch(extra, version, directory, report)
    return extra_directory(extra, version) / "libs"


def fetch(extra: str, version: str, directory: Path, report: Report) -> None:
    """The jars of the pom, in `libs` of a directory that is being filled."""
    maven, java = find_maven(), find_java()
    pom = directory / "pom.xml"
    pom.write_bytes((importlib.resources.files("nilometer.extras") / f"{extra}.pom.xml").read_bytes())
    code, output = run_reporting(
        [
            *(maven, "-B", "-C", "--no-transfer-progress", "-f", pom),
            f"-D{PROPERTIES.get(extra, 'kafka.version')}={version}",
            *(f"{DEPENDENCY_PLUGIN}:copy-dependencies", "-DincludeScope=runtime"),
            f"-DoutputDirectory={directory / 'libs'}",
        ],
        report,
        env={**os.environ, "JAVA_HOME": str(java.home)},
    )
    if code != 0:
        reason = next((line for line in output.splitlines() if NOT_FOUND.search(line)), None)
        if reason is not None:
            raise VersionNotFound(f"{reason}\n{last_lines(output)}")
        raise InstallFailed(
            f"mvn could not fetch {extra} {version} (exit code {code}); is Maven Central reachable?\n"
            f"{last_lines(output)}"
        )


def find_jars(extra: str, version: str | None = None) -> tuple[str, Path]:
    """Version and jar directory of an installed extra; without a version the best one that is installed."""
    there = installed_versions(extra)
    best = VERSIONS.get(extra, KAFKA_VERSIONS)
    wanted = [version] if version is not None else [*best, *reversed(there)]
    for candidate in wanted:
        if candidate in there:
            return candidate, extra_directory(extra, candidate) / "libs"
    if version is not None:
        others = f" (installed here: {', '.join(there)})" if there else ""
        raise ExtraMissing(f"{extra} {version}{others}", f"{extra} --version {version}")
    raise ExtraMissing(NAMES[extra], extra)


def class_path(extra: str, version: str | None = None) -> str:
    """What to give to `java -cp`."""
    return f"{find_jars(extra, version)[1]}/*"
