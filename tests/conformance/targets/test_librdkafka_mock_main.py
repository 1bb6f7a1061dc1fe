"""The program around librdkafka's mock cluster."""

import signal
import subprocess
from pathlib import Path

import pytest

from nilometer.targets.librdkafka_mock_main import find_librdkafka, load
from nilometer.targets.ready import check_ready
from nilometer.targets.spawned import module_command


@pytest.fixture(autouse=True)
def _installed(installed):
    installed("librdkafka-mock:")


def test_the_library_is_found_and_has_what_we_call():
    assert Path(find_librdkafka()).exists()
    assert load(find_librdkafka()).rd_kafka_mock_cluster_new.argtypes is not None


@pytest.mark.external
def test_it_says_where_it_listens_answers_and_ends_with_sigterm():
    process = subprocess.Popen(
        module_command("nilometer.targets.librdkafka_mock_main", "2"), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("listening on 127.0.0.1:")
        for address in line.removeprefix("listening on ").strip().split(","):
            host, _, port = address.rpartition(":")
            check_ready(host, int(port), 2, 5)
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    finally:
        process.kill()
        process.communicate()


def test_without_a_library_it_says_so(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    monkeypatch.setattr("ctypes.util.find_library", lambda _name: None)
    with pytest.raises(SystemExit, match="was not found"):
        find_librdkafka()
