"""Apache Kafka's jars for tests: where they are, and one JVM in this process that has them."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import pytest

from nilometer.extras.errors import ExtraError
from nilometer.extras.java import find_java
from nilometer.extras.maven import find_jars


@cache
def kafka_jars() -> tuple[Path, ...]:
    """Every jar of the extra `kafka`. Skips the test that asks when it is not installed, and says how to."""
    try:
        version, folder = find_jars("kafka")
    except ExtraError as error:
        pytest.skip(str(error))
    if version != "4.3.1":
        pytest.skip(f"the tables are those of Kafka 4.3.1; the extra `kafka` is version {version}")
    return tuple(sorted(folder.glob("*.jar")))


@cache
def start_jvm() -> None:
    """Start the JVM of this process with Kafka's jars on its class path; once, as JPype can only once."""
    jars = kafka_jars()
    try:
        java = find_java()
    except ExtraError as error:
        pytest.skip(str(error))
    import jpype  # noqa: PLC0415  # loads native code: only tests that need a JVM pay for it

    libraries = [*java.home.glob("lib/server/libjvm.so"), *java.home.glob("lib/server/libjvm.dylib")]
    if not libraries:
        pytest.skip(f"Java {java.version} at {java.home} has no libjvm")
    os.environ.setdefault("JAVA_HOME", str(java.home))
    options = ["-Xmx300m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
    jpype.startJVM(str(libraries[0]), *options, classpath=[str(jar) for jar in jars], convertStrings=False)
