"""One broker for several test processes."""

import os
import subprocess

import pytest

from nilometer.targets.errors import StartFailed
from nilometer.targets.ready import check_ready
from nilometer.targets.shared import shared_endpoint
from nilometer.targets.target import Endpoint


def answers(endpoint: Endpoint) -> None:
    for host, port in endpoint.addresses:
        check_ready(host, port, 1, 5)


@pytest.fixture
def watched():
    """A process as whose life a shared broker lives."""
    process = subprocess.Popen(["sleep", "120"])
    yield process
    process.kill()
    process.wait()


def test_the_second_finds_what_the_first_has_started(tmp_path, watched):
    first = shared_endpoint("reference", tmp_path, watched.pid)
    answers(first)
    assert shared_endpoint("reference", tmp_path, watched.pid) == first


def test_another_directory_has_a_broker_of_its_own(tmp_path, watched):
    directories = [tmp_path / "a", tmp_path / "b"]
    for directory in directories:
        directory.mkdir()
    first, second = (shared_endpoint("reference", directory, watched.pid) for directory in directories)
    assert first != second


def test_a_broker_that_cannot_be_started_is_tried_once(tmp_path):
    for _ in range(2):
        with pytest.raises(StartFailed, match="did you mean 'kafka:'"):
            shared_endpoint("kafkaa:", tmp_path, os.getpid())
    assert len(list(tmp_path.glob("*.json"))) == 1
