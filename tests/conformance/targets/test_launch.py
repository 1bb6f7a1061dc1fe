"""The launcher becomes the program that it was given."""

import os
import subprocess
import sys

import pytest

from nilometer.targets.process import LAUNCHER

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="skipped, because Windows has no execve")


def launch(parent: int, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", "-S", str(LAUNCHER), str(parent), *command],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_arguments_and_exit_code_are_the_programs():
    run = launch(os.getpid(), "/bin/sh", "-c", 'echo "$0 $1"; exit 7', "a b", "*")
    assert run.stdout == "a b *\n"
    assert run.returncode == 7


def test_the_process_id_stays_the_same():
    process = subprocess.Popen(
        [sys.executable, "-I", "-S", str(LAUNCHER), str(os.getpid()), "/bin/sh", "-c", "echo $$"],
        stdout=subprocess.PIPE,
        text=True,
    )
    output, _ = process.communicate(timeout=30)
    assert int(output) == process.pid


@pytest.mark.skipif(sys.platform != "linux", reason="skipped, because only Linux has the parent-death signal")
def test_a_parent_that_is_gone_already_is_noticed():
    run = launch(os.getpid() + 1, "/bin/echo", "started")
    assert run.returncode != 0
    assert "is gone" in run.stderr
    assert "started" not in run.stdout
