"""Tasks in processes: every row comes, progress is heard, and nothing stays behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from nilometer_models.campaign.checks import Task
from nilometer_models.campaign.plan import tasks
from nilometer_models.campaign.rows import FAILED, HOLDS, Engine
from nilometer_models.campaign.run import Running, run
from tests.models.crossing import MACHINE
from tests.waiting import eventually

CROSSING = "tests.models.crossing"
SLOW = "tests.models.campaign.slow"


@pytest.fixture
def child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where the machine that waits writes the number of its child process."""
    path = tmp_path / "child"
    monkeypatch.setenv("NILOMETER_TEST_CHILD", str(path))
    yield path
    if path.exists() and is_alive(int(path.read_text("utf-8"))):
        os.kill(int(path.read_text("utf-8")), signal.SIGKILL)


def is_alive(pid: int) -> bool:
    """Zombies are not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def written(path: Path) -> int:
    return int(path.read_text("utf-8")) if path.exists() and path.read_text("utf-8") else 0


def test_every_task_has_its_row() -> None:
    planned = tasks(MACHINE, {Engine.PYTHON}, name=CROSSING)
    rows = dict(run(planned, jobs=2))
    assert set(rows) == set(planned)
    assert {row.verdict for task, row in rows.items() if task.bounds} == {HOLDS}
    assert {row.variant for task, row in rows.items() if task.bug} == set(MACHINE.bugs)


def test_a_task_whose_process_dies_fails_and_the_others_go_on() -> None:
    planned = [Task(SLOW, Engine.PYTHON, bounds="dies"), Task(CROSSING, Engine.PYTHON, bounds="two cars")]
    rows = dict(run(planned, jobs=1))
    assert rows[planned[0]].verdict == FAILED
    assert rows[planned[0]].problems == ("the process ended with exit code 7",)
    assert rows[planned[1]].verdict == HOLDS


def test_who_waits_hears_how_far_a_search_is() -> None:
    heard: list[Running] = []

    class EnoughError(Exception):
        pass

    def waiting(running: Running) -> None:
        heard.append(running)
        if any(progress for _, progress in running):
            raise EnoughError

    with pytest.raises(EnoughError):
        list(run([Task(SLOW, Engine.PYTHON, bounds="counts")], jobs=2, waiting=waiting))
    ((task, progress),) = heard[-1]
    assert str(task).endswith("counts (python)")
    assert "states/s" in progress


def test_who_stops_listening_leaves_no_process(child: Path) -> None:
    planned = [Task(SLOW, Engine.PYTHON, bounds="waits"), Task(CROSSING, Engine.PYTHON, bounds="two cars")]
    listening = run(planned, jobs=2, waiting=lambda _: None)
    assert [row.verdict for _, row in islice(listening, 1)] == [HOLDS]
    eventually(lambda: written(child))
    listening.close()  # type: ignore[attr-defined]
    assert not is_alive(written(child))


def test_when_the_caller_is_killed_its_workers_end_with_what_they_started(child: Path) -> None:
    script = (
        "from nilometer_models.campaign.checks import Task\n"
        "from nilometer_models.campaign.rows import Engine\n"
        "from nilometer_models.campaign.run import run\n"
        "if __name__ == '__main__':\n"
        f"    list(run([Task({SLOW!r}, Engine.PYTHON, bounds='waits')]))\n"
    )
    path = child.with_suffix(".py")
    path.write_text(script, "utf-8")
    root = Path(__file__).parents[3]
    caller = subprocess.Popen([sys.executable, path], env={**os.environ, "PYTHONPATH": str(root)})
    eventually(lambda: written(child))
    caller.kill()
    caller.wait()
    eventually(lambda: not is_alive(written(child)))
