"""Apicurio Registry, the application of its release on Maven Central: a tar.gz, unpacked into the cache.

1  mvn -C dependency:copy     -C: a wrong checksum is an error
2  tarfile                    <home>/apicurio/<version>/app becomes visible in one rename

Source: io.apicurio:apicurio-registry-app, classifier `all`, Apache-2.0. Needs Java 21.
"""

from __future__ import annotations

import os
import tarfile
from pathlib import Path

from nilometer.extras.cache import extra_directory, installing, is_installed
from nilometer.extras.errors import ExtraMissing, InstallFailed
from nilometer.extras.java import find_java
from nilometer.extras.maven import DEPENDENCY_PLUGIN, find_maven
from nilometer.extras.progress import Report, last_lines, run_reporting

VERSION = "3.3.3"
MINIMUM_JAVA = 21
"""Its classes are of version 65;"""
ARTIFACT = "io.apicurio:apicurio-registry-app:{version}:tar.gz:all"


def install_apicurio(report: Report) -> Path:
    """Downloads and unpacks the application; returns its directory."""
    maven, java = find_maven(), find_java()  # for Maven; the target looks for one that is new enough
    with installing("apicurio", VERSION) as directory:
        command: list[str | Path] = [
            *(maven, "-B", "-C", "--no-transfer-progress", f"{DEPENDENCY_PLUGIN}:copy"),
            f"-Dartifact={ARTIFACT.format(version=VERSION)}",
            f"-DoutputDirectory={directory}",
        ]
        code, output = run_reporting(command, report, cwd=directory, env={**os.environ, "JAVA_HOME": str(java.home)})
        archives = list(directory.glob("*.tar.gz"))
        if code != 0 or len(archives) != 1:
            raise InstallFailed(
                f"mvn could not fetch Apicurio {VERSION} (exit code {code}); is Maven Central reachable?\n"
                f"{last_lines(output)}"
            )
        unpack(archives[0], directory / "app")
        archives[0].unlink()
    return extra_directory("apicurio", VERSION) / "app"


def unpack(archive: Path, directory: Path) -> None:
    """All of it, nothing outside of the directory; `InstallFailed` for what is no such archive."""
    try:
        with tarfile.open(archive) as packed:
            packed.extractall(directory, filter="data")
    except (tarfile.TarError, OSError, EOFError) as error:
        raise InstallFailed(f"{archive.name} cannot be unpacked: {error}") from error
    if not (directory / "quarkus-run.jar").exists():
        raise InstallFailed(f"{archive.name} holds no quarkus-run.jar: its layout has changed")


def find_apicurio() -> Path:
    """The jar to run, if it was installed."""
    if not is_installed("apicurio", VERSION):
        raise ExtraMissing("Apicurio Registry", "apicurio")
    return extra_directory("apicurio", VERSION) / "app" / "quarkus-run.jar"
