"""A child process never outlives us."""

import os
import signal
import subprocess
import sys
import threading

import pytest

from nilometer.targets.process import ChildProcess, kill_what_is_left

SLEEPER = [sys.executable, "-c", "import signal; print('ready', flush=True); signal.pause()"]


@pytest.fixture
def child(tmp_path):
    process = ChildProcess(SLEEPER, tmp_path / "log")
    yield process
    process.kill()


def test_a_child_runs_in_a_session_of_its_own(child):
    assert child.alive()
    assert os.getpgid(child.pid) == child.pid != os.getpgid(0)
    assert child.poll() is None


def test_kill_is_sigkill_and_may_be_repeated(child):
    assert child.kill() == -signal.SIGKILL
    assert child.kill() == -signal.SIGKILL
    assert not child.alive()


def test_stop_reports_how_the_child_ended(tmp_path, child):
    assert child.stop(10) == -signal.SIGTERM
    polite = ChildProcess(
        ["/bin/sh", "-c", "trap 'exit 4' TERM; echo up; while :; do sleep 0.05; done"], tmp_path / "p"
    )
    while "up" not in polite.own_log():
        assert polite.alive()
    assert polite.stop(10) == 4


def test_a_stopped_process_can_be_ended_while_it_is_paused(child):
    child.signal(signal.SIGSTOP)
    assert child.stop(10) == -signal.SIGTERM


def test_the_log_keeps_all_lives_and_tells_them_apart(tmp_path):
    log = tmp_path / "log"
    for text in ("first", "second"):
        process = ChildProcess(["/bin/sh", "-c", f"echo {text}; echo {text} >&2"], log)
        process._popen.wait()
        assert process.own_log() == f"{text}\n{text}\n"
    assert log.read_text() == "first\nfirst\nsecond\nsecond\n"


def test_a_program_that_does_not_exist_ends_at_once_and_says_so(tmp_path):
    process = ChildProcess(["/no/such/broker"], tmp_path / "log")
    process._popen.wait()
    assert process.poll() != 0
    assert "/no/such/broker" in process.own_log()


def test_a_child_outlives_the_thread_that_asked_for_it(tmp_path):
    """Linux would send the parent-death signal at the end of the thread that forked."""
    made = []
    thread = threading.Thread(target=lambda: made.append(ChildProcess(SLEEPER, tmp_path / "log")))
    thread.start()
    thread.join()
    (child,) = made
    while "ready" not in child.own_log():  # the launcher has asked for the signal long before
        assert child.alive()
    assert child.alive()
    assert child.kill() == -signal.SIGKILL


def test_what_is_left_at_exit_is_killed(child):
    kill_what_is_left()
    assert not child.alive()


def test_a_forked_copy_of_us_leaves_our_children_alone(child):
    child._owner = os.getpid() + 1
    kill_what_is_left()
    assert child.alive()


def test_a_child_that_cannot_be_started_raises_where_it_was_asked_for(tmp_path):
    with pytest.raises(OSError, match="nowhere"):
        ChildProcess(SLEEPER, tmp_path / "nowhere" / "log")


@pytest.mark.skipif(sys.platform != "linux", reason="skipped, because only Linux tells a child of its parent's death")
def test_a_killed_parent_takes_its_child_along(tmp_path, wait_until_gone):
    program = (
        "import sys, os, signal; from pathlib import Path\n"
        "from nilometer.targets.process import ChildProcess\n"
        f"child = ChildProcess({SLEEPER!r}, Path(sys.argv[1]))\n"
        "while 'ready' not in child.own_log(): pass\n"
        "print(child.pid, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "log")], capture_output=True, text=True, timeout=60, check=False
    )
    assert run.returncode == -signal.SIGKILL, run.stderr
    wait_until_gone(int(run.stdout))
