"""Holding a target for other processes."""

import os
import re
import signal
import subprocess
import threading
import time

import pytest

from nilometer.targets.hold import wait
from nilometer.targets.ready import NotReady, check_ready
from nilometer.targets.spawned import module_command


def start(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        module_command("nilometer.targets.hold", *arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def port_of(process: subprocess.Popen[str]) -> int:
    assert process.stdout is not None
    found = re.fullmatch(r"listening on 127\.0\.0\.1:(\d+)\n", process.stdout.readline())
    assert found is not None
    return int(found[1])


def is_gone(port: int) -> bool:
    try:
        check_ready("127.0.0.1", port, 1, 1)
    except NotReady:
        return True
    return False


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_says_where_and_closes_the_target_when_told(number):
    process = start("reference")
    port = port_of(process)
    check_ready("127.0.0.1", port, 1, 5)
    process.send_signal(number)
    assert process.wait(20) == 0
    process.communicate()
    assert is_gone(port)


def test_it_ends_with_the_process_that_it_watches():
    watched = subprocess.Popen(["sleep", "60"])
    process = start("reference", "--while", str(watched.pid))
    port = port_of(process)
    watched.kill()
    watched.wait()
    assert process.wait(20) == 0
    process.communicate()
    assert is_gone(port)


def test_a_target_that_cannot_be_started_is_7_with_the_reason():
    process = start("kafkaa:")
    _, said = process.communicate(timeout=20)
    assert process.returncode == 7
    assert "did you mean 'kafka:'" in said


def test_waiting_ends_with_a_byte_or_with_the_process():
    for pid in (None, os.getpid()):
        ended, end = os.pipe()
        threading.Timer(0.05, os.write, (end, b".")).start()
        started = time.monotonic()
        wait(ended, pid)
        assert time.monotonic() - started < 5
    child = subprocess.Popen(["true"])
    child.wait()
    ended, _ = os.pipe()
    wait(ended, child.pid)
