import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks.clients.processes import Meter, group_cpu_s, machine_cpu_s

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs Linux's /proc")

BURN = "import time; end = time.process_time() + 1\nwhile time.process_time() < end: pass\ninput()"
TICKS = os.sysconf("SC_CLK_TCK")


def _stat(pid: int, name: str, group: int, user_s: float, system_s: float) -> str:
    before = " ".join(["S", "1", str(group), *["0"] * 8])
    return f"{pid} ({name}) {before} {round(user_s * TICKS)} {round(system_s * TICKS)} 0 0"


def test_the_processes_of_the_groups_are_added_up_and_no_others(tmp_path: Path) -> None:
    for pid, name, group, user_s in ((10, "java", 10, 1.0), (11, "odd ) name (", 10, 2.0), (12, "other", 12, 4.0)):
        (tmp_path / str(pid)).mkdir()
        (tmp_path / str(pid) / "stat").write_text(_stat(pid, name, group, user_s, 0.5))
    (tmp_path / "99").mkdir()  # it has just ended
    assert group_cpu_s([10], tmp_path) == pytest.approx(4.0)
    assert group_cpu_s([], tmp_path) == 0


def test_idle_time_of_the_machine_is_not_counted(tmp_path: Path) -> None:
    ticks = [round(seconds * TICKS) for seconds in (1, 2, 3, 100, 200, 4, 5, 6)]
    (tmp_path / "stat").write_text(f"cpu  {' '.join(map(str, ticks))} 0 0\ncpu0 1 2\n")
    assert machine_cpu_s(tmp_path) == pytest.approx(21)


def test_what_a_process_burns_is_seen_on_its_side_and_not_on_ours() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", BURN], stdin=subprocess.PIPE, start_new_session=True, stdout=subprocess.DEVNULL
    )
    try:
        meter = Meter([process.pid])
        deadline = time.monotonic() + 60
        while (usage := meter.usage()).broker_cpu_s < 0.15 and time.monotonic() < deadline:
            os.sched_yield()
        assert usage.broker_cpu_s >= 0.15
        assert usage.wall_s > 0
        assert usage.others_cpu_s >= 0
    finally:
        process.communicate(b"\n")
