"""The life of a target of ours: started, killed, restarted, closed; and how a start fails."""

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time

import pytest

from nilometer.targets.errors import NotRunning, StartFailed
from nilometer.targets.process import ChildProcess
from nilometer.targets.ready import check_ready
from nilometer.targets.spawned import ADDRESS_IN_USE, ANNOUNCED


def answers(target) -> bool:
    for host, port in target.endpoint.addresses:
        check_ready(host, port, 1, 2)
    return True


def test_a_started_target_answers_and_a_closed_one_has_left_nothing(small_target, gone):
    with small_target() as target:
        assert answers(target)
        assert target.alive()
        pid, directory = target.starts[-1], target.data_directory
        assert target.start() == target.endpoint, "starting a running target changes nothing"
        assert target.starts == [pid]
    assert gone(pid)
    assert not directory.exists()
    with pytest.raises(NotRunning):
        _ = target.endpoint


@pytest.mark.parametrize("how", ["kill", "stop"])
def test_kill_and_stop_keep_the_data_and_restart_keeps_the_address(small_target, gone, how):
    with small_target() as target:
        before = target.endpoint
        (target.data_directory / "data-0" / "record").write_text("kept")
        getattr(target, how)()
        assert gone(target.starts[0])
        assert not target.alive()
        assert target.restart() == before
        assert answers(target)
        assert (target.data_directory / "data-0" / "record").read_text() == "kept"
        assert len(target.starts) == 2


def test_a_target_is_told_to_stop_only_once(small_target, monkeypatch):
    """A second SIGTERM would end it in the middle of its last words."""
    told = []
    tell = ChildProcess.signal
    monkeypatch.setattr(ChildProcess, "signal", lambda self, number: (told.append(number), tell(self, number)))
    with small_target() as target:
        target.stop()
        assert told.count(signal.SIGTERM) == 1


def test_restart_stops_what_runs_first(small_target, gone):
    with small_target() as target:
        target.restart()
        first, second = target.starts
        assert gone(first)
        assert not gone(second)


def test_one_node_of_several_is_killed_alone(small_target):
    with small_target(nodes=2) as target:
        assert len(target.endpoint.bootstrap) == 2
        target.kill(1)
        assert target.alive(0)
        assert not target.alive(1)
        target.restart(1)
        assert answers(target)
        assert len(target.starts) == 1, "the other node was not started again"


def test_a_process_that_ends_is_reported_with_its_exit_code_and_its_last_lines(small_target, gone):
    target = small_target("die")
    with pytest.raises(StartFailed, match=r"exit code 3(?s:.*)the moon is not in its quarter") as failure:
        target.start()
    assert "a small broker" in str(failure.value)
    assert "small_broker.py" in str(failure.value), "the command can be tried by hand"
    assert gone(target.starts[-1])


def test_a_process_that_never_answers_is_reported_at_the_deadline_and_killed(small_target, gone):
    target = small_target("silent")
    target.start_timeout_s = 4.0  # a busy machine starts Python slowly
    with pytest.raises(StartFailed, match=r"not ready after 4 s(?s:.*)I hear you, and say nothing"):
        # The deadline is looked at between attempts, each of which may take its own time-out.
        target.start()
    assert gone(target.starts[-1])


def test_a_failed_start_inside_with_leaves_no_directory(small_target):
    target = small_target("die")
    with pytest.raises(StartFailed), target:
        raise AssertionError("never entered")
    assert target._directory is None


def test_a_port_that_was_taken_meanwhile_is_replaced_by_another(small_target):
    target = small_target()
    drawn = []
    with socket.create_server(("127.0.0.1", 0)) as taken:
        draw = target._draw_ports

        def unlucky_first():
            draw()
            if not drawn:
                target.nodes[0].ports = [taken.getsockname()[1]]
            drawn.append(target.nodes[0].ports[0])

        target._draw_ports = unlucky_first
        with target:
            assert answers(target)
            assert target.endpoint.addresses[0][1] != taken.getsockname()[1]
    assert len(drawn) == 2


def test_a_port_that_was_announced_is_found(small_target):
    with small_target("announce") as target:
        assert answers(target)
        assert target.endpoint.text in target.log_tail()


def test_a_process_that_ignores_sigterm_is_killed_after_the_time_out(small_target, gone):
    with small_target("deaf") as target:
        target.stop_timeout_s = 0.2
        target.stop()
        assert gone(target.starts[0])


def test_the_children_of_a_node_end_with_it(small_target, wait_until_gone):
    with small_target("child") as target:
        child = int((target.data_directory / "data-0" / "child").read_text())
        target.kill()
        wait_until_gone(child)


def test_a_paused_node_keeps_connections_open_and_says_nothing(small_target):
    with small_target() as target:
        target.pause()
        with pytest.raises(Exception, match="timed out"):
            check_ready(*target.endpoint.addresses[0], 1, 0.2)
        target.resume()
        deadline = time.monotonic() + 10
        while True:
            try:
                assert answers(target)
                break
            except Exception:
                assert time.monotonic() < deadline
        target.pause()
        target.kill()
        with pytest.raises(NotRunning):
            target.pause()


def test_a_data_directory_of_the_caller_is_kept(small_target, tmp_path):
    with small_target(data_directory=tmp_path / "mine") as target:
        pid = target.starts[0]
    assert (tmp_path / "mine" / "data-0" / "starts").read_text() == f"{pid}\n"


def test_the_temporary_data_directory_is_nobody_elses(small_target):
    assert stat.S_IMODE(small_target().data_directory.stat().st_mode) == 0o700


def test_a_target_that_was_never_started_cannot_be_restarted(small_target):
    with pytest.raises(NotRunning):
        small_target().restart()


def test_an_exception_in_the_block_leaves_no_process(small_target, gone):
    target, pids = small_target(), []

    def fail() -> None:
        with target:
            pids.extend(target.starts)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert gone(pids[0])


FORGETFUL = """
import os, signal, sys
sys.path.insert(0, sys.argv[1])
from conftest import SmallTarget
target = SmallTarget()
target.start()
print(target.starts[0], target.data_directory, flush=True)
{ending}
"""


@pytest.mark.parametrize(
    ("ending", "code"),
    [
        ("raise KeyboardInterrupt", -signal.SIGINT),
        ("sys.exit(5)", 5),
        ("1 / 0", 1),
        ("os.kill(os.getpid(), signal.SIGTERM)", -signal.SIGTERM),
        ("os.kill(os.getpid(), signal.SIGKILL)", -signal.SIGKILL),
    ],
)
def test_a_program_that_forgets_its_target_leaves_no_process_however_it_ends(ending, code, wait_until_gone):
    if "linux" not in sys.platform and "kill" in ending:
        pytest.skip("skipped, because only Linux tells a child that its parent was killed")
    here = os.path.dirname(__file__)
    run = subprocess.run(
        [sys.executable, "-c", FORGETFUL.format(ending=ending), here],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == code, run.stderr
    pid, directory = run.stdout.split()
    wait_until_gone(int(pid))
    assert "kill" in ending or not os.path.exists(directory), "a killed program cannot clean up its files"
    shutil.rmtree(directory, ignore_errors=True)


@pytest.mark.parametrize(
    "line",
    [
        "OSError: [Errno 98] Address already in use",
        "java.net.BindException: Address already in use",
        "Error: Os { code: 98, kind: AddrInUse }",
    ],
)
def test_the_ways_to_say_that_a_port_is_taken_are_known(line):
    assert ADDRESS_IN_USE.search(line)


def test_an_announcement_is_a_whole_line():
    assert ANNOUNCED.search("x\nlistening on 127.0.0.1:1,127.0.0.1:2\n")[1] == "127.0.0.1:1,127.0.0.1:2"
    assert not ANNOUNCED.search("not listening on 127.0.0.1:1")
    assert not ANNOUNCED.search("listening on nothing")
