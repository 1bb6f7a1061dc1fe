"""Brokers that we did not write, one of each for the whole test run, also when several workers share it.

    fixture            broker                  skipped without
    apache_kafka       Apache Kafka, one node  `nilometer extras install kafka`
    noida_broker       noida-db                `nilometer extras install external-brokers`
    tansu_broker       tansu                   `nilometer extras install external-brokers`
    kfake_broker       kfake                   `nilometer extras install go`
    librdkafka_mock    librdkafka's mock       confluent-kafka

Each is a string for `bootstrap.servers`. They are shared: use topics and groups of your own, and start a target of
your own (`parse_target`) for what stops, kills or pauses it. A test that asks for one is marked `external` by itself.
"""

import itertools
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from nilometer.targets import TargetError, parse_target
from nilometer.targets.shared import shared_endpoint

# Speed is measured in benchmarks/, not asserted here: a busy machine must not fail a test. CI repeats itself exactly.
settings.register_profile(
    "nilometer", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=bool(os.environ.get("CI"))
)
settings.load_profile("nilometer")

EXTERNAL_FIXTURES = {
    "apache_kafka": ("external", "java"),
    "noida_broker": ("external",),
    "tansu_broker": ("external",),
    "kfake_broker": ("external", "go"),
    "librdkafka_mock": ("external",),
}


@pytest.hookimpl(tryfirst=True)  # before `-m` selects
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for fixture in getattr(item, "fixturenames", ()):
            for marker in EXTERNAL_FIXTURES.get(fixture, ()):
                item.add_marker(marker)


def skip_unless_installed(spec: str) -> None:
    """Skips the test, with the command that would help, if the program of this target is not installed."""
    try:
        parse_target(spec).close()
    except TargetError as missing:
        pytest.skip(f"skipped, because {missing}")


def shared_broker(spec: str, factory: pytest.TempPathFactory) -> str:
    skip_unless_installed(spec)
    base = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:  # the workers' directories are beside each other, their parent is pytest
        return shared_endpoint(spec, base.parent, os.getppid()).text
    return shared_endpoint(spec, base, os.getpid()).text


@pytest.fixture(scope="session")
def apache_kafka(tmp_path_factory: pytest.TempPathFactory) -> str:
    return shared_broker("kafka:", tmp_path_factory)


@pytest.fixture(scope="session")
def noida_broker(tmp_path_factory: pytest.TempPathFactory) -> str:
    return shared_broker("noida:", tmp_path_factory)


@pytest.fixture(scope="session")
def tansu_broker(tmp_path_factory: pytest.TempPathFactory) -> str:
    return shared_broker("tansu:", tmp_path_factory)


@pytest.fixture(scope="session")
def kfake_broker(tmp_path_factory: pytest.TempPathFactory) -> str:
    return shared_broker("kfake:", tmp_path_factory)


@pytest.fixture(scope="session")
def librdkafka_mock(tmp_path_factory: pytest.TempPathFactory) -> str:
    return shared_broker("librdkafka-mock:", tmp_path_factory)


@pytest.fixture
def installed():
    """`installed("kafka:")` skips the test unless the target's program is installed."""
    return skip_unless_installed


@pytest.fixture
def empty_nilometer_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache directory without any extra."""
    home = tmp_path / "nilometer-home"
    monkeypatch.setenv("NILOMETER_HOME", str(home))
    return home


_numbers = itertools.count(1)


@pytest.fixture(params=["reference", pytest.param("kafka", marks=[pytest.mark.external, pytest.mark.java])])
def bootstrap(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A scenario runs on both: Apache Kafka shows that it is right, the reference that it is served."""
    if request.param == "kafka":
        skip_unless_installed("kafka:")
        return shared_broker("kafka:", tmp_path_factory)
    return shared_broker("reference:tcp", tmp_path_factory)


@pytest.fixture
def name() -> Callable[[str], str]:
    """`name("topic")` is a name that nobody else uses."""

    def new(what: str) -> str:
        return f"{what}-{os.getpid()}-{next(_numbers)}"

    return new
